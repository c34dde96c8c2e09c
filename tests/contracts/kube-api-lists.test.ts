/** Lists and watches at their edges: tokens and versions that are too old, selectors that a kind lacks, states of the past. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Secret } from '../../src/kubernetes/index.ts';
import { createApiClient, type ApiClient, type Json } from './_api-client.ts';
import { startTestServer, type TestServer } from './_kube-api-server.ts';

const SECRETS = '/api/v1/namespaces/default/secrets';
let server: TestServer;
let client: ApiClient;

const metadataOf = ({ metadata }: Json): Json => metadata as Json; // every answer here has it
const namesIn = ({ items }: Json): unknown[] => (items as Json[]).map((item) => metadataOf(item)['name']); // a list has its items

beforeAll(async () => {
  server = await startTestServer();
  client = createApiClient(server);
  for (const name of ['a', 'b', 'c']) await client.send('POST', SECRETS, { body: { metadata: { name } } });
});

afterAll(async () => {
  client.close();
  await server.stop();
});

it('ends a list whose first page is forgotten, with a token that goes on at the state of now', async () => {
  const first = await client.send('GET', `${SECRETS}?limit=1`);
  await client.send('POST', SECRETS, { body: { metadata: { name: 'bb' } } });
  server.api.forgetHistory();
  const expired = await client.send('GET', `${SECRETS}?limit=1&continue=${String(metadataOf(first.body)['continue'])}`);
  expect([expired.status, expired.body['reason']]).toEqual([410, 'Expired']);
  const rest = await client.send('GET', `${SECRETS}?continue=${String(metadataOf(expired.body)['continue'])}`);
  expect(namesIn(rest.body)).toEqual(['b', 'bb', 'c']);
});

it.each([
  ['objects', 'application/json'],
  ['a table', 'application/json;as=Table;v=v1;g=meta.k8s.io'],
])('tells the same of %s however it is written, and of each as it is now', async (_, accept) => {
  const reader = createApiClient(server, { accept });
  const list = async (query: string): Promise<Json> => {
    // Ages in tables go on; what is written differs in nothing else.
    const { body } = await reader.send('GET', `${SECRETS}${query}`);
    return JSON.parse(JSON.stringify(body).replace(/"\d+[sm]"/g, '"age"')) as Json;
  };
  const before = await list('');
  expect(await list('')).toEqual(before);
  expect(await list('?pretty=true')).toEqual(before);
  server.api.modify<Secret>('Secret', 'default', 'a', (draft) => void (draft.metadata.labels = { seen: accept.length.toString() }));
  const after = await list('');
  expect(JSON.stringify(after)).toContain(`"seen":"${accept.length}"`);
  expect(after).toEqual(await list('?pretty=true'));
  expect(after).not.toEqual(before);
  expect(after['kind']).toBe(accept.includes('Table') ? 'Table' : 'SecretList');
  reader.close();
});

it('takes a version with pages for an exact one', async () => {
  const before = metadataOf((await client.send('GET', SECRETS)).body)['resourceVersion'];
  await client.send('POST', SECRETS, { body: { metadata: { name: 'later' } } });
  const paged = await client.send('GET', `${SECRETS}?limit=10&resourceVersion=${String(before)}`);
  const newest = await client.send('GET', `${SECRETS}?resourceVersion=${String(before)}`);
  await client.send('DELETE', `${SECRETS}/later`);
  expect(namesIn(paged.body)).not.toContain('later');
  expect(namesIn(newest.body)).toContain('later');
});

it.each([
  ['/api/v1/pods?fieldSelector=spec.priority%3D1', 'field label not supported: spec.priority'],
  ['/api/v1/configmaps?fieldSelector=data.x%3D1', '"data.x" is not a known field selector: only "metadata.name", "metadata.namespace"'],
  [`${SECRETS}?limit=x`, 'strconv.ParseInt: parsing "x": invalid syntax'],
])('refuses %s', async (path, message) => {
  const { status, body } = await client.send('GET', path);
  expect([status, body['message']]).toEqual([400, message]);
});

it.each([
  [
    'resourceVersionMatch=Exact&resourceVersion=0',
    'resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
  ],
  ['sendInitialEvents=true', 'sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list'],
  [
    'watch=1&sendInitialEvents=true',
    'resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
  ],
])('refuses %s', async (query, message) => {
  const { status, body } = await client.send('GET', `${SECRETS}?${query}`);
  expect([status, body['message']]).toEqual([422, `ListOptions.meta.k8s.io "" is invalid: ${message}`]);
});

it('does nothing for a client that could not read the answer', async () => {
  const strict = createApiClient(server, { accept: 'application/vnd.kubernetes.protobuf' });
  const { status } = await strict.send('POST', SECRETS, { body: { metadata: { name: 'unseen' } } });
  strict.close();
  expect([status, (await client.send('GET', `${SECRETS}/unseen`)).status]).toEqual([406, 404]);
});
