/** The parts of a pod that change through subresources of their own. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createApiClient, type ApiClient, type Json } from './_api-client.ts';
import { startTestServer, type TestServer } from './_kube-api-server.ts';

let server: TestServer;
let admin: ApiClient;
const PODS = '/api/v1/namespaces/default/pods';
const STRATEGIC = 'application/strategic-merge-patch+json';
let pod = '';
let count = 0;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;
const at = (value: unknown, ...path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), value);

beforeAll(async () => {
  server = await startTestServer();
  admin = createApiClient(server);
});

afterAll(async () => {
  admin.close();
  await server.stop();
});

beforeEach(async () => {
  pod = `${PODS}/web-${++count}`;
  const resources = { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } };
  const body = { metadata: { name: `web-${count}` }, spec: { containers: [{ name: 'web', image: 'nginx:1', resources }] } };
  await admin.send('POST', PODS, { body });
});

const patch = (path: string, body: Json): ReturnType<ApiClient['send']> => admin.send('PATCH', path, { body, type: STRATEGIC });

describe('ephemeral containers', () => {
  const add = (container: Json): ReturnType<ApiClient['send']> =>
    patch(`${pod}/ephemeralcontainers`, { spec: { ephemeralContainers: [container] } });

  it('are added to a pod that stands, with the defaults of containers', async () => {
    const { status, body } = await add({ name: 'debugger', image: 'busybox', targetContainerName: 'web', stdin: true });
    expect(status).toBe(200);
    expect(at(body, 'spec', 'ephemeralContainers')).toEqual([
      {
        name: 'debugger',
        image: 'busybox',
        resources: {},
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
        imagePullPolicy: 'Always',
        stdin: true,
        targetContainerName: 'web',
      },
    ]);
    expect(at(body, 'metadata', 'generation')).toBe(2);
  });

  it('are never changed or taken away', async () => {
    await add({ name: 'debugger', image: 'busybox' });
    const changed = await add({ name: 'debugger', image: 'alpine' });
    expect(changed.body['message']).toContain('existing ephemeral containers "debugger" may not be changed');
    const { body: current } = await admin.send('GET', `${pod}/ephemeralcontainers`);
    const spec = { ...(isObject(current['spec']) ? current['spec'] : {}), ephemeralContainers: [] };
    const removed = await admin.send('PUT', `${pod}/ephemeralcontainers`, { body: { ...current, spec } });
    expect(removed.body['message']).toContain(
      'spec.ephemeralContainers: Forbidden: existing ephemeral containers "debugger" may not be removed',
    );
  });

  it('reserve and serve nothing, and have names of their own', async () => {
    const { status, body } = await add({
      name: 'web',
      image: 'busybox',
      targetContainerName: 'nope',
      ports: [{ containerPort: 80 }],
      resources: { requests: { cpu: '1' } },
    });
    expect(status).toBe(422);
    const causes = at(body, 'details', 'causes');
    expect(
      Array.isArray(causes) && causes.map((cause: unknown) => `${String(at(cause, 'field'))}: ${String(at(cause, 'message'))}`).sort(),
    ).toEqual([
      'spec.ephemeralContainers[0].name: Duplicate value: "web"',
      'spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container',
      'spec.ephemeralContainers[0].resources: Forbidden: cannot be set for an Ephemeral Container',
      'spec.ephemeralContainers[0].targetContainerName: Not found: "nope"',
    ]);
  });

  it('change nothing else, and are changed by no other way', async () => {
    const sly = { metadata: { labels: { sly: 'yes' } }, spec: { containers: [{ name: 'web', image: 'other:2' }] } };
    const { body } = await patch(`${pod}/ephemeralcontainers`, { ...sly, spec: { ...sly.spec, ephemeralContainers: [] } });
    expect(at(body, 'spec', 'containers', 0, 'image')).toBe('nginx:1');
    expect(at(body, 'metadata', 'labels')).toBeUndefined();
    const direct = await patch(pod, { spec: { ephemeralContainers: [{ name: 'debugger', image: 'busybox' }] } });
    expect(direct.status).toBe(422);
  });
});

describe('a resize', () => {
  const resize = (resources: Json, more: Json = {}): ReturnType<ApiClient['send']> =>
    patch(`${pod}/resize`, { spec: { containers: [{ name: 'web', resources, ...more }] } });

  it('changes what containers ask for and may use, and nothing else', async () => {
    const { status, body } = await resize({ requests: { cpu: '200m' }, limits: { memory: '256Mi' } }, { image: 'other:2' });
    expect(status).toBe(200);
    expect(at(body, 'spec', 'containers', 0, 'resources')).toEqual({
      requests: { cpu: '200m', memory: '64Mi' },
      limits: { memory: '256Mi' },
    });
    expect(at(body, 'spec', 'containers', 0, 'image')).toBe('nginx:1');
    expect(at(body, 'metadata', 'generation')).toBe(2);
  });

  it.each([
    [{ limits: { memory: null } }, 'spec.containers[0].resources.limits: Forbidden: resource limits cannot be removed'],
    [{ requests: { 'ephemeral-storage': '1Gi' } }, 'spec: Forbidden: only cpu and memory resources are mutable'],
    [
      { requests: { memory: '1Gi' } },
      'spec.containers[0].resources.requests: Invalid value: "1Gi": must be less than or equal to memory limit of 128Mi',
    ],
  ])('with %j is refused', async (resources, why) => {
    const { status, body } = await resize(resources);
    expect({ status, message: body['message'] }).toEqual({ status: 422, message: `Pod "web-${count}" is invalid: ${why}` });
  });

  it('never changes how good a service the pod gets', async () => {
    const { body } = await resize({ requests: { cpu: '1', memory: '128Mi' }, limits: { cpu: '1' } });
    expect(body['message']).toContain('spec: Invalid value: "Burstable": Pod QOS Class may not change as a result of resizing');
  });
});
