/** The API server's HTTPS side: who is let in, watches, and what is refused. */
import { request as httpsRequest } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConfigMap } from '../../src/kubernetes/index.ts';
import { ADMIN_TOKEN, startTestServer, type TestServer } from './_kube-api-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

interface Reply {
  readonly status: number;
  readonly text: string;
}

interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const ADMIN = { authorization: `Bearer ${ADMIN_TOKEN}` };
const JSON_BODY = { ...ADMIN, 'content-type': 'application/json' };

function ask(path: string, { method = 'GET', headers = ADMIN, body }: Ask = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const call = httpsRequest(`${server.url}${path}`, { method, headers, ca: server.ca, servername: 'localhost' }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    call.on('error', reject);
    call.end(body);
  });
}

describe('who is let in', () => {
  it.each([
    ['an unknown token', { authorization: 'Bearer nope' }, 401, 'Unauthorized'],
    ['nobody in particular', {}, 403, 'User \\"system:anonymous\\" cannot list resource \\"pods\\"'],
    ['a web page', { ...ADMIN, origin: 'https://example.com' }, 403, 'requests of browsers are not answered'],
    ['a foreign host name', { ...ADMIN, host: 'rebound.example.com' }, 403, 'is not one of this machine'],
    ['an administrator', ADMIN, 200, 'PodList'],
  ])('%s', async (_who, headers, status, text) => {
    const reply = await ask('/api/v1/namespaces/default/pods', { headers });
    expect(reply.status).toBe(status);
    expect(reply.text).toContain(text);
    expect(reply.text).not.toContain('nope');
  });

  it('asks roles for users that are no administrators', async () => {
    const role = { metadata: { name: 'reader', namespace: 'default' }, rules: [{ verbs: ['list'], apiGroups: [''], resources: ['pods'] }] };
    const binding = {
      metadata: { name: 'jane', namespace: 'default' },
      roleRef: { kind: 'Role', name: 'reader' },
      subjects: [{ kind: 'User', name: 'jane' }],
    };
    server.api.create('Role', role);
    server.api.create('RoleBinding', binding);
    const headers = { ...ADMIN, 'impersonate-user': 'jane' };
    expect((await ask('/api/v1/namespaces/default/pods', { headers })).status).toBe(200);
    expect((await ask('/api/v1/namespaces/default/secrets', { headers })).status).toBe(403);
  });
});

describe('a watch', () => {
  const watch = '/api/v1/namespaces/default/configmaps?watch=1&timeoutSeconds=1';

  it('goes on from a version and ends at its time limit', async () => {
    const made = server.api.create<ConfigMap>('ConfigMap', { metadata: { name: 'w', namespace: 'default' } });
    const watching = ask(`${watch}&resourceVersion=${made.metadata.resourceVersion}`);
    server.api.delete('ConfigMap', 'default', 'w');
    const lines = (await watching).text.trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual(['DELETED']);
  });

  it('tells the end of the initial events', async () => {
    const { text } = await ask(`${watch}&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`);
    expect(text.trim().split('\n').at(-1)).toContain('"k8s.io/initial-events-end":"true"');
  });
});

describe('a question', () => {
  it.each(['true', 'True', '1', ''])('that says watch=%s is one for changes', async (word) => {
    const { text } = await ask(`/api/v1/namespaces?timeoutSeconds=1&watch=${word}`);
    expect(text).toMatch(/^\{"type":"ADDED"/);
  });

  it.each(['false', 'False', '0'])('that says watch=%s is one for a list', async (word) => {
    expect((await ask(`/api/v1/namespaces?watch=${word}`)).text).toMatch(/^\{"kind":"NamespaceList"/);
  });
});

describe('what is refused', () => {
  it.each([
    ['GET', '/api/v1/namespaces/default/pods/p/exec', 400, 'Upgrade request required'],
    ['PUT', '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas/p', 501, 'writing flowschemas'],
    ['PUT', '/api/v1/namespaces/default/pods', 405, 'does not allow this method'],
    ['GET', '/api/v1/nopes', 404, 'could not find the requested resource'],
    ['POST', '/api/v1/namespaces/default/pods', 400, 'unexpected end of JSON input'],
  ])('%s %s', async (method, path, status, text) => {
    const reply = await ask(path, { method, headers: JSON_BODY });
    expect(reply.status).toBe(status);
    expect(reply.text).toContain(text);
  });

  it.each(['//[', '/api/v1/namespaces/%zz/pods', '/apis/metrics.k8s.io/v1beta1/nodes/%', '/api/v1/nodes/%E0%A4%A'])(
    'a path that can not be read: %s',
    async (path) => {
      expect(await ask(path)).toMatchObject({ status: 400, text: expect.stringContaining('no path that can be read') });
      expect(await ask(path, { headers: { ...ADMIN, connection: 'Upgrade', upgrade: 'websocket' } })).toMatchObject({ status: 400 });
    },
  );

  it('stores nothing on a dry run', async () => {
    const body = JSON.stringify({ metadata: { name: 'dry' } });
    const reply = await ask('/api/v1/namespaces/default/configmaps?dryRun=All', { method: 'POST', headers: JSON_BODY, body });
    expect(reply.status).toBe(201);
    expect(server.api.get('ConfigMap', 'default', 'dry')).toBeUndefined();
  });
});

describe('the older description of the API', () => {
  it('is there as JSON', async () => {
    const { status, text } = await ask('/openapi/v2');
    const { swagger, definitions, paths } = JSON.parse(text) as {
      swagger: string;
      definitions: Record<string, unknown>;
      paths: Record<string, unknown>;
    };
    expect([status, swagger]).toEqual([200, '2.0']);
    expect(definitions['io.k8s.api.apps.v1.DeploymentSpec']).toMatchObject({
      type: 'object',
      required: ['selector', 'template'],
      properties: {
        template: { $ref: '#/definitions/io.k8s.api.core.v1.PodTemplateSpec' },
        replicas: { type: 'integer', format: 'int32' },
      },
    });
    expect(definitions['io.k8s.apimachinery.pkg.util.intstr.IntOrString']).toEqual({ type: 'string', format: 'int-or-string' });
    expect(Object.keys(paths)).toContain('/apis/apps/v1/namespaces/{namespace}/deployments/{name}');
  });

  it('is there as the message that kubectl asks for', async () => {
    const accept = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
    const { status, text } = await ask('/openapi/v2', { headers: { ...ADMIN, accept } });
    expect(status).toBe(200);
    expect(text.slice(0, 19)).toBe('\n\u00032.0\u0012\u0015\n\nKubernetes');
    expect(text).toContain('#/definitions/io.k8s.api.core.v1.PodTemplateSpec');
  });
});

describe('what the server tells of itself', () => {
  it('counts requests in the form that Prometheus scrapes', async () => {
    await ask('/api/v1/namespaces/default/configmaps');
    const { text } = await ask('/metrics');
    expect(text).toMatch(/^# TYPE apiserver_request_total counter$/m);
    expect(text).toMatch(
      /^apiserver_request_total\{code="200",component="apiserver",dry_run="",group="",resource="configmaps",scope="namespace",subresource="",verb="LIST",version="v1"\} [1-9]/m,
    );
    expect(text).toMatch(/^apiserver_request_duration_seconds_bucket\{.*resource="configmaps".*le="\+Inf"\} [1-9]/m);
    expect(text).toMatch(/^process_resident_memory_bytes \d+/m);
    for (const line of text.trim().split('\n')) expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{[^}]*\})? [-\d.e+]+)$/);
  });

  it.each([
    ['/statusz', 'kube-apiserver statusz'],
    ['/flagz', 'authorization-mode=[RBAC]'],
    ['/metrics/slis', 'kubernetes_healthcheck{name="ping",type="livez"} 1'],
    ['/api/v1/componentstatuses', '"name":"scheduler"'],
  ])('%s', async (path, part) => {
    const { status, text } = await ask(path);
    expect(status).toBe(200);
    expect(text).toContain(part);
  });

  it('binds a pod that a Binding names', async () => {
    server.api.create('Node', { metadata: { name: 'node-1' } });
    const pod = { metadata: { name: 'bound', namespace: 'default' }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    server.api.create('Pod', pod);
    const body = JSON.stringify({ metadata: { name: 'bound' }, target: { kind: 'Node', name: 'node-1' } });
    const { status } = await ask('/api/v1/namespaces/default/bindings', { method: 'POST', headers: JSON_BODY, body });
    expect([status, server.api.get<typeof pod & { spec: { nodeName?: string } }>('Pod', 'default', 'bound')?.spec.nodeName]).toEqual([
      201,
      'node-1',
    ]);
  });
});
