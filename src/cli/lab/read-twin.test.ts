/** What is taken of a cluster, and what never is: the values of its secrets. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRealClock, silentLogger } from '../../base/index.ts';
import { createKubernetesClient } from '../../clients/index.ts';
import type { KubeObject } from '../../kubernetes/index.ts';
import { createStyle } from '../output/style.ts';
import { readDumpedTwin, readLiveTwin } from './read-twin.ts';

const VALUE = 'c2VjcmV0LXZhbHVl';
const PLAIN = 'secret-value';
const secret = (name: string): KubeObject => {
  const object = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      namespace: 'shop',
      labels: { app: 'web' },
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ data: { password: VALUE } }) },
      managedFields: [{ manager: PLAIN }],
    },
    data: { password: VALUE },
    stringData: { other: PLAIN },
    type: 'Opaque',
  };
  return object;
};
const node: KubeObject = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } };

let folder: string;
const stops: (() => void)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evenkeel-twin-'));
});
afterEach(async () => {
  for (const stop of stops.splice(0)) stop();
  await rm(folder, { recursive: true, force: true });
});

async function dumped(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text);
  const objects = await readDumpedTwin(join(folder, name), { readFile: (path) => readFile(path, 'utf8') });
  expect(objects.some(({ kind }) => kind === 'Node')).toBe(true);
  return JSON.stringify(objects);
}

describe('the values of secrets', () => {
  it.each<[string, string, string]>([
    ['a List', 'list.json', JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [secret('a'), node] })],
    [
      'a List of Lists',
      'lists.json',
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'List',
        items: [{ apiVersion: 'v1', kind: 'SecretList', items: [{ ...secret('a'), kind: undefined }] }, node],
      }),
    ],
    ['YAML of several documents', 'all.yaml', [secret('a'), node].map((object) => JSON.stringify(object)).join('\n---\n')],
    ['a List in YAML', 'list.yaml', JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [secret('a'), node] })],
  ])('in a dump that is %s are dropped as it is read', async (_, name, text) => {
    const found = await dumped(name, text);
    expect(found).not.toContain(VALUE);
    expect(found).not.toContain(PLAIN);
  });

  it('of a live cluster are not asked for', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      const path = (request.url ?? '').replace(/\?.*/, '');
      asked.push(path);
      const items = path.endsWith('/nodes') ? [{ metadata: { name: 'n1' } }] : [];
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ kind: 'List', apiVersion: 'v1', metadata: { resourceVersion: '1' }, items }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stops.push(() => server.close());
    const { port } = server.address() as AddressInfo; // it listens on a port
    const login = {
      context: 'test',
      server: `http://127.0.0.1:${port}`,
      namespace: 'default',
      source: 'test',
      tls: { ca: undefined, serverName: undefined, insecure: false },
      credentials: async () => ({ headers: {} }),
    };
    const client = createKubernetesClient(login, { clock: createRealClock(), log: silentLogger });
    stops.push(() => client.close());
    const said: string[] = [];
    const twin = await readLiveTwin({
      kubernetes: async () => client,
      signal: new AbortController().signal,
      say: (text) => said.push(text),
      style: createStyle(false),
    });
    expect(said).toEqual([]);
    expect(twin.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(['Node n1']);
    expect(asked).toEqual(expect.arrayContaining(['/api/v1/nodes', '/api/v1/pods', '/apis/networking.k8s.io/v1/networkpolicies']));
    expect(asked.filter((path) => path.includes('secret'))).toEqual([]);
  });
});
