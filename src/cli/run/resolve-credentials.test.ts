import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RunSummary } from '../../experiment/index.ts';
import { createContext } from '../create-context.ts';
import { resolveCredentials } from './resolve-credentials.ts';

const GLOBALS = {
  kubeconfig: undefined,
  context: undefined,
  namespace: undefined,
  allNamespaces: false,
  lab: false,
  output: 'table',
  seed: undefined,
  yes: false,
  verbose: false,
} as const;
const RUN: RunSummary = {
  runId: 'r',
  path: '',
  title: 'T',
  startedAt: null,
  begunAt: null,
  endedAt: null,
  state: 'left',
  outcome: null,
  pid: null,
  pending: [],
  records: [],
  damage: [],
  plansLost: false,
  source: null,
};

let home: string;
const server = createServer((request, response) => {
  if (request.headers.authorization !== 'Token t0ken') response.writeHead(401).end();
  else response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"title": "T", "method": [], "secrets": {"a": {"b": "c"}}}');
});
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'evenkeel-test-'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.close();
  await rm(home, { recursive: true, force: true });
});

it('loads the experiment of a run again from its address, with the login of the settings', async () => {
  // Listening on a TCP port, its address is an object.
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  await mkdir(join(home, '.chaostoolkit'));
  await writeFile(join(home, '.chaostoolkit', 'settings.yaml'), `auths: {"${host}": {type: Token, value: t0ken}}\n`);
  const env = { HOME: home, EVENKEEL_HOME: home };
  const context = await createContext({ program: 'evenkeel', globals: GLOBALS, env, colour: false, signal: new AbortController().signal });
  const source = { file: `http://${host}/e`, sha256: '', variables: [], variableFiles: [], env: [] };
  const { credentials, missing } = await resolveCredentials({ ...RUN, source }, {}, context);
  expect(missing).toEqual([]);
  expect(credentials.secrets).toEqual({ a: { b: 'c' } });
});
