/** Who may do what in the lab's API: service accounts with their tokens, impersonation, reviews, refusals in the real words. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApiClient, type ApiClient, type Json } from './_api-client.ts';
import { startTestServer, type TestServer } from './_kube-api-server.ts';

let server: TestServer;
let admin: ApiClient;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;
const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), value);

beforeAll(async () => {
  server = await startTestServer();
  admin = createApiClient(server);
  await admin.send('POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name: 'robot' } } });
});

afterAll(async () => {
  admin.close();
  await server.stop();
});

async function robotToken(): Promise<string> {
  const { body } = await admin.send('POST', '/api/v1/namespaces/default/serviceaccounts/robot/token', {
    body: { spec: { expirationSeconds: 600 } },
  });
  return String(at(body, 'status', 'token'));
}

const PODS = '/api/v1/namespaces/default/pods';

it('lets a service account do what a role says, and nothing else', async () => {
  const robot = createApiClient(server, { authorization: `Bearer ${await robotToken()}` });
  const before = await robot.send('GET', PODS);
  const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }];
  await admin.send('POST', '/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles', {
    body: { metadata: { name: 'lister' }, rules },
  });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'lister' };
  const subjects = [{ kind: 'ServiceAccount', name: 'robot', namespace: 'default' }];
  await admin.send('POST', '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings', {
    body: { metadata: { name: 'lists' }, roleRef, subjects },
  });
  const [listed, deleted] = [await robot.send('GET', PODS), await robot.send('DELETE', `${PODS}/web`)];
  robot.close();
  expect([before.status, listed.status, deleted.status]).toEqual([403, 200, 403]);
  expect(deleted.body['message']).toBe(
    'pods "web" is forbidden: User "system:serviceaccount:default:robot" cannot delete resource "pods" in API group "" in the namespace "default"',
  );
});

it('knows a token again in a review, and no longer when its account has gone', async () => {
  const token = await robotToken();
  const review = (): ReturnType<ApiClient['send']> =>
    admin.send('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { body: { spec: { token } } });
  const known = await review();
  expect(at(known.body, 'status', 'user', 'username')).toBe('system:serviceaccount:default:robot');
  expect(at(known.body, 'status', 'user', 'groups')).toContain('system:serviceaccounts:default');
  await admin.send('DELETE', '/api/v1/namespaces/default/serviceaccounts/robot');
  await admin.send('POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name: 'robot' } } });
  expect(at((await review()).body, 'status', 'authenticated')).toBeUndefined();
});

it('refuses a token that is to last less than ten minutes', async () => {
  const path = '/api/v1/namespaces/default/serviceaccounts/robot/token';
  const { status, body } = await admin.send('POST', path, { body: { spec: { expirationSeconds: 60 } } });
  expect(status).toBe(422);
  expect(body['message']).toBe(
    'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes',
  );
});

it('lets those act as somebody else who may, for all that they claim to be', async () => {
  const whoAmI = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
  const asRobot = createApiClient(server, { 'impersonate-user': 'system:serviceaccount:default:robot' });
  const { body } = await asRobot.send('POST', whoAmI, { body: {} });
  asRobot.close();
  expect(at(body, 'status', 'userInfo', 'groups')).toEqual([
    'system:serviceaccounts',
    'system:serviceaccounts:default',
    'system:authenticated',
  ]);
  const robot = { authorization: `Bearer ${await robotToken()}` };
  const asJane = createApiClient(server, { ...robot, 'impersonate-user': 'jane', 'impersonate-group': 'ops' });
  const refused = await asJane.send('POST', whoAmI, { body: {} });
  asJane.close();
  expect(refused.body['message']).toBe(
    'users "jane" is forbidden: User "system:serviceaccount:default:robot" cannot impersonate resource "users" in API group "" at the cluster scope',
  );
});

it('says which role is bound and missing', async () => {
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'gone' };
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'joe' }];
  await admin.send('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    body: { metadata: { name: 'joes' }, roleRef, subjects },
  });
  const joe = createApiClient(server, { 'impersonate-user': 'joe' });
  const { body } = await joe.send('GET', '/api/v1/nodes');
  joe.close();
  expect(body['message']).toBe(
    'nodes is forbidden: User "joe" cannot list resource "nodes" in API group "" at the cluster scope: RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found',
  );
});

it('answers a review within a namespace about that namespace alone', async () => {
  const path = '/apis/authorization.k8s.io/v1/namespaces/default/localsubjectaccessreviews';
  const about = (namespace: string): Json => ({
    spec: { user: 'nobody', resourceAttributes: { namespace, verb: 'get', resource: 'pods' } },
  });
  const [own, other] = [
    await admin.send('POST', path, { body: about('default') }),
    await admin.send('POST', path, { body: about('kube-system') }),
  ];
  expect([at(own.body, 'status', 'allowed'), other.status]).toEqual([false, 422]);
});

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const bind = (name: string, user: string, role: string): ReturnType<ApiClient['send']> =>
  admin.send('POST', `${RBAC}/clusterrolebindings`, {
    body: {
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
    },
  });

it('lets nobody give rights that they do not have', async () => {
  await admin.send('POST', `${RBAC}/clusterroles`, {
    body: {
      metadata: { name: 'granter' },
      rules: [
        { apiGroups: ['rbac.authorization.k8s.io'], resources: ['*'], verbs: ['*'] },
        { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
      ],
    },
  });
  await bind('granters', 'gina', 'granter');
  const gina = createApiClient(server, { 'impersonate-user': 'gina' });
  const rules = [
    { apiGroups: [''], resources: ['pods', 'secrets'], verbs: ['get', 'list'] },
    { nonResourceURLs: ['/metrics'], verbs: ['get'] },
  ];
  // `*` on roles has the verbs `escalate` and `bind` in it.
  const escalated = await gina.send('POST', `${RBAC}/clusterroles`, { body: { metadata: { name: 'any' }, rules } });
  await admin.send('PATCH', `${RBAC}/clusterroles/granter`, {
    type: 'application/json-patch+json',
    body: [{ op: 'replace', path: '/rules/0/verbs', value: ['create', 'get', 'update', 'patch'] }],
  });
  const refused = await gina.send('POST', `${RBAC}/clusterroles`, { body: { metadata: { name: 'more' }, rules } });
  const own = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
  const allowed = await gina.send('POST', `${RBAC}/namespaces/default/roles`, { body: { metadata: { name: 'less' }, rules: own } });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' };
  const crowned = await gina.send('POST', `${RBAC}/namespaces/default/rolebindings`, { body: { metadata: { name: 'crown' }, roleRef } });
  const aggregated = await gina.send('POST', `${RBAC}/clusterroles`, {
    body: { metadata: { name: 'sum' }, aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] } },
  });
  gina.close();
  const who = 'user "gina" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:';
  expect([escalated.status, allowed.status, refused.status]).toEqual([201, 201, 403]);
  expect(refused.body['message']).toBe(
    [
      `clusterroles.rbac.authorization.k8s.io "more" is forbidden: ${who}`,
      '{APIGroups:[""], Resources:["pods"], Verbs:["list"]}',
      '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}',
      '{NonResourceURLs:["/metrics"], Verbs:["get"]}',
    ].join('\n'),
  );
  expect(crowned.body['message']).toBe(
    [
      `rolebindings.rbac.authorization.k8s.io "crown" is forbidden: ${who}`,
      '{APIGroups:["*"], Resources:["*"], Verbs:["*"]}',
      '{NonResourceURLs:["*"], Verbs:["*"]}',
    ].join('\n'),
  );
  expect(aggregated.body['message']).toBe(
    'clusterroles.rbac.authorization.k8s.io "sum" is forbidden: must have cluster-admin privileges to use the aggregationRule',
  );
});

it('puts aggregated roles together from those that their labels name', async () => {
  const rules = [{ apiGroups: ['stable.example.com'], resources: ['crontabs'], verbs: ['get'] }];
  const labels = { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' };
  await admin.send('POST', `${RBAC}/clusterroles`, { body: { metadata: { name: 'crontabs', labels }, rules } });
  const rulesOf = async (name: string): Promise<unknown> => at((await admin.send('GET', `${RBAC}/clusterroles/${name}`)).body, 'rules');
  for (const name of ['view', 'edit', 'admin']) expect(await rulesOf(name)).toContainEqual(rules[0]);
  await admin.send('DELETE', `${RBAC}/clusterroles/crontabs`);
  expect(await rulesOf('admin')).not.toContainEqual(rules[0]);
});

it('believes a token for its audience alone, and as long as what it is bound to is there', async () => {
  const path = '/api/v1/namespaces/default/serviceaccounts/robot/token';
  await admin.send('POST', '/api/v1/namespaces/default/secrets', { body: { metadata: { name: 'anchor' } } });
  const made = async (spec: Json): Promise<string> =>
    String(at((await admin.send('POST', path, { body: { spec } })).body, 'status', 'token'));
  const seen = async (spec: Json): Promise<unknown> =>
    at((await admin.send('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { body: { spec } })).body, 'status', 'authenticated');
  const vault = await made({ audiences: ['vault'] });
  const bound = await made({ boundObjectRef: { kind: 'Secret', name: 'anchor' } });
  expect([await seen({ token: vault }), await seen({ token: vault, audiences: ['vault', 'x'] }), await seen({ token: bound })]).toEqual([
    undefined,
    true,
    true,
  ]);
  await admin.send('DELETE', '/api/v1/namespaces/default/secrets/anchor');
  expect(await seen({ token: bound })).toBeUndefined();
  const { status, body } = await admin.send('POST', path, { body: { spec: { boundObjectRef: { kind: 'Secret', name: 'anchor' } } } });
  expect([status, body['message']]).toEqual([404, 'secrets "anchor" not found']);
});
