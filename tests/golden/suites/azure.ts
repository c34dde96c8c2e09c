/**
 * Requests of the Azure driver against those of chaosazure (golden/azure/README.md): real driver and client, canned replies.
 *
 * Beyond the recording the driver may look before and after it acts: GET of an instance view, polls of an operation it began,
 * further pages. Such reads are answered and not counted as differences; any other request is one.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { createHttpHeaders, type HttpClient, type PipelineRequest } from '@azure/core-rest-pipeline';
import { createScaledClock, EvenkeelError, messageOf, type Random, silentLogger } from '../../../src/base/index.ts';
import { createArmClient, resolveAzureLogin } from '../../../src/clients/index.ts';
import { createAzureDriver } from '../../../src/drivers/azure/index.ts';
import type { GoldenCase, GoldenSuite } from '../golden-suite.ts';

interface Recorded {
  readonly management: string;
  readonly default_configuration: Record<string, unknown>;
  readonly default_secrets: Record<string, unknown>;
  readonly cases: readonly Case[];
}

interface Case {
  readonly id: string;
  readonly function: string;
  readonly arguments: Record<string, unknown>;
  readonly configuration?: Record<string, unknown>;
  readonly secrets?: Record<string, unknown>;
  readonly env?: Record<string, string>;
  readonly exchanges: readonly Exchange[];
  readonly returned?: unknown;
  readonly raised?: { readonly type: string; readonly message: string };
  readonly random?: readonly { readonly candidates: number; readonly chosen: number | readonly number[] }[];
  readonly defect: string | null;
  readonly wanted?: string;
}

interface Exchange {
  readonly request: {
    readonly method: string;
    readonly host: string;
    readonly path: string;
    readonly query: readonly (readonly [string, string])[];
    readonly body: unknown;
  };
  readonly reply: { readonly status: number; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> };
}

interface Sent {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  readonly body: unknown;
}

interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Outcome {
  readonly returned: unknown;
  readonly thrown: unknown;
  /** Requests that the recording has, in order, and what was sent instead where it differs. */
  readonly differences: readonly string[];
  /** Requests beyond the recording other than permitted reads. */
  readonly beyond: readonly Sent[];
  readonly unsent: number;
}

export const suite: GoldenSuite = { name: 'azure', run: runAll };

async function* runAll(dir: string): AsyncIterable<GoldenCase> {
  const file = [join(dir, 'requests.json'), join(dir, 'azure', 'requests.json')].find((path) => existsSync(path));
  if (file === undefined) throw new Error(`${dir} holds no requests.json`);
  const recorded = JSON.parse(await readFile(file, 'utf8')) as Recorded; // the format that golden/azure/README.md describes
  for (const golden of recorded.cases) {
    const area = golden.function.replace(/^chaosazure\./, '').replace(/\.[^.]+$/, '');
    const why = judge(golden, await play(golden, recorded)).join('; ');
    yield { area, id: golden.id, agreed: why === '', ...(why !== '' && { why }) };
  }
}

/* ---- playing one case ---- */

async function play(golden: Case, recorded: Recorded): Promise<Outcome> {
  const wire = createWire(golden);
  const chance = scriptedRandom(golden);
  const clock = createScaledClock({ speed: 1000, originMs: Date.now(), wallOriginMs: Date.now() });
  const driver = createAzureDriver(async ({ configuration, secrets, env, log }) => {
    const login = await resolveAzureLogin({ configuration, secrets, env });
    const credential = { getToken: () => Promise.resolve({ token: 'none', expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) };
    return createArmClient({ ...login, credential, clock, log, httpClient: wire.client });
  });
  const activity = driver.activities.find(({ aliases }) => aliases.includes(golden.function));
  let returned: unknown;
  let thrown: unknown;
  try {
    if (activity === undefined) throw new Error(`no activity answers to ${golden.function}`);
    returned = await activity.run(golden.arguments, {
      clock,
      random: chance.random,
      log: silentLogger,
      signal: new AbortController().signal,
      env: golden.env ?? {},
      configuration: golden.configuration ?? recorded.default_configuration,
      secrets: golden.secrets ?? recorded.default_secrets,
      activityName: golden.id,
      undo: { plan: () => Promise.resolve() },
    });
  } catch (error) {
    thrown = error;
  }
  return { returned, thrown, differences: [...wire.differences, ...chance.differences()], beyond: wire.beyond, unsent: wire.unsent() };
}

function createWire({ exchanges, defect }: Case): {
  readonly client: HttpClient;
  readonly differences: string[];
  readonly beyond: Sent[];
  readonly unsent: () => number;
} {
  const left = [...exchanges];
  const differences: string[] = [];
  const beyond: Sent[] = [];
  const answer = (sent: Sent): Reply => {
    const next = left[0];
    const difference = next === undefined ? 'nothing was recorded' : differenceOf(sent, next.request);
    if (next !== undefined && difference === undefined) {
      left.shift();
      return next.reply;
    }
    const read = permittedRead(sent, exchanges);
    if (read !== undefined) return read;
    beyond.push(sent);
    if (defect === null) differences.push(`${sent.method} ${sent.path}: ${difference}`);
    return improvise(sent);
  };
  return { client: { sendRequest: async (request) => respond(request, answer(sentOf(request))) }, differences, beyond, unsent: () => left.length };
}

function sentOf(request: PipelineRequest): Sent {
  const url = new URL(request.url);
  return {
    method: request.method,
    host: url.host,
    path: decodeURIComponent(url.pathname),
    query: [...url.searchParams].filter(([name]) => name !== 'api-version'),
    body: typeof request.body === 'string' ? JSON.parse(request.body) : null,
  };
}

function respond(request: PipelineRequest, { status, body, headers }: Reply) {
  const origin = new URL(request.url).origin;
  const filled = Object.entries(headers ?? {}).map(([name, value]) => [name, value.replace('<management>', origin)]);
  return {
    request,
    status,
    headers: createHttpHeaders(Object.fromEntries(filled)),
    bodyAsText: body === undefined || body === null ? '' : JSON.stringify(body),
  };
}

/** What the binding parts of a request differ in; undefined when in nothing. */
function differenceOf(sent: Sent, wanted: Exchange['request']): string | undefined {
  if (sent.method !== wanted.method) return `method ${wanted.method} expected`;
  if (sent.host !== wanted.host) return `host ${wanted.host} expected`;
  if (sent.path.toLowerCase().replace(/\/$/, '') !== wanted.path.toLowerCase().replace(/\/$/, '')) return `path ${wanted.path} expected`;
  if (!isDeepStrictEqual(sent.query, wanted.query)) return `query ${JSON.stringify(wanted.query)} expected`;
  return bodyDifference(sent.body, wanted.body, 'body');
}

/** Defaults of the SDK, not of the driver. */
const NOT_BINDING = new Set(['allowPartialScopes', 'authorizationScopeFilter']);

/** All fields that the recording names must be there; scripts are our own, of one text. */
function bodyDifference(sent: unknown, wanted: unknown, where: string): string | undefined {
  if (typeof wanted === 'string' && wanted.startsWith('<script ')) {
    return typeof sent === 'string' && sent.trim() !== '' ? undefined : `${where} should be a script`;
  }
  if (Array.isArray(wanted)) {
    if (!Array.isArray(sent) || sent.length !== wanted.length) return `${where} should have ${wanted.length} items`;
    return wanted.map((item, index) => bodyDifference(sent[index], item, `${where}[${index}]`)).find((text) => text !== undefined);
  }
  if (typeof wanted === 'object' && wanted !== null) {
    if (typeof sent !== 'object' || sent === null) return `${where} should be an object`;
    const fields = new Map(Object.entries(sent));
    return Object.entries(wanted)
      .filter(([name]) => !NOT_BINDING.has(name))
      .map(([name, value]) => bodyDifference(fields.get(name), value, `${where}.${name}`))
      .find((text) => text !== undefined);
  }
  return isDeepStrictEqual(sent, wanted) ? undefined : `${where}: ${JSON.stringify(sent)}, expected ${JSON.stringify(wanted)}`;
}

/** Looks of the driver that the original does not take. */
function permittedRead(sent: Sent, exchanges: readonly Exchange[]): Reply | undefined {
  if (sent.method !== 'GET') return undefined;
  if (/\/instanceView$/i.test(sent.path)) return { status: 200, body: { statuses: [{ code: 'PowerState/running' }] } };
  if (/\/operations\//i.test(sent.path)) {
    const result = { value: [{ code: 'ProvisioningState/succeeded', message: '' }] };
    return { status: 200, body: sent.query.some(([name]) => name === 'monitor') ? result : { status: 'Succeeded' } };
  }
  const created = exchanges.some(({ request }) => request.method === 'PUT' && request.path.toLowerCase() === sent.path.toLowerCase());
  return created ? { status: 200, body: { properties: { provisioningState: 'Succeeded' } } } : undefined;
}

/** Replies for requests that only the wanted behaviour sends. */
function improvise(sent: Sent): Reply {
  if (sent.path.endsWith('/resources')) {
    const skip = valueAt(sent.body, 'options', '$skipToken');
    if (skip !== undefined) return { status: 200, body: table(249, (index) => [`/x${index}`, `shop-web-${index}`], ['id', 'name']) };
    const group = /resourceGroup =~ '([^']+)'/.exec(String(valueAt(sent.body, 'query')))?.[1] ?? 'group';
    const id = `/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/${group}/providers/Microsoft.Compute/virtualMachineScaleSets/aks-pool-vmss`;
    return { status: 200, body: table(1, () => [id, 'aks-pool-vmss'], ['id', 'name']) };
  }
  if (sent.method === 'GET' && /\/virtualMachines$/i.test(sent.path)) {
    const value = ['0', '1', '2'].map((instanceId) => ({ instanceId, name: `vm_${instanceId}`, properties: {} }));
    return { status: 200, body: { value } };
  }
  return { status: sent.method === 'GET' ? 404 : 202 };
}

const table = (count: number, row: (index: number) => unknown[], names: readonly string[]) => ({
  totalRecords: count,
  count,
  resultTruncated: 'false',
  data: { columns: names.map((name) => ({ name, type: 'string' })), rows: Array.from({ length: count }, (_, index) => row(index)) },
});

function valueAt(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? new Map(Object.entries(inner)).get(key) : undefined),
    value,
  );
}

/** Draws as recorded; what was drawn otherwise, or not drawn, is a difference. */
function scriptedRandom({ random: draws = [], defect }: Case): { readonly random: Random; readonly differences: () => string[] } {
  const left = [...draws];
  const differences: string[] = [];
  const draw = (candidates: number): readonly number[] => {
    const next = left.shift();
    if (next === undefined) {
      if (defect === null) differences.push('a random draw that was not recorded');
      return [0];
    }
    if (next.candidates !== candidates) differences.push(`drew among ${candidates}, recorded ${next.candidates}`);
    return typeof next.chosen === 'number' ? [next.chosen] : next.chosen;
  };
  const random: Random = {
    seed: 'recorded',
    next: () => 0,
    integer: (below) => draw(below)[0] ?? 0,
    pick: <T>(items: readonly T[]): T => items[draw(items.length)[0] ?? 0] as T, // recorded indexes are within
    sample: (items, count) => draw(items.length).slice(0, count).flatMap((index) => items.slice(index, index + 1)),
    fork: () => random,
  };
  return { random, differences: () => [...differences, ...(left.length > 0 ? [`${left.length} recorded draws were not made`] : [])] };
}

/* ---- judging it ---- */

function judge(golden: Case, outcome: Outcome): string[] {
  if (golden.defect !== null) {
    const check = WANTED[golden.wanted ?? ''];
    return check === undefined ? [`no check for what is wanted: ${golden.wanted}`] : [...outcome.differences, ...check(golden, outcome)];
  }
  const unsent = outcome.unsent === 0 ? [] : [`${outcome.unsent} recorded requests were not sent`];
  return [...outcome.differences, ...unsent, ...resultDifference(golden, outcome)];
}

function resultDifference({ raised, returned }: Case, outcome: Outcome): string[] {
  if (raised === undefined) {
    if (outcome.thrown !== undefined) return [`failed: ${messageOf(outcome.thrown)}`];
    return sameResult(outcome.returned, returned) ? [] : [`returned ${JSON.stringify(outcome.returned)?.slice(0, 300)}`];
  }
  if (outcome.thrown === undefined) return ['should have failed'];
  if (!(outcome.thrown instanceof EvenkeelError)) return [`failed by a mistake of ours: ${messageOf(outcome.thrown)}`];
  // Only this kind of failure carries a text that is binding.
  if (raised.type !== 'ActivityFailed' || outcome.thrown.message === raised.message) return [];
  return [`failed with '${outcome.thrown.message}', recorded '${raised.message}'`];
}

/** `<epoch>` stands for any time in seconds. */
function sameResult(actual: unknown, wanted: unknown): boolean {
  if (wanted === '<epoch>') return typeof actual === 'number' && Number.isFinite(actual);
  if (Array.isArray(wanted)) {
    return Array.isArray(actual) && actual.length === wanted.length && wanted.every((item, index) => sameResult(actual[index], item));
  }
  if (typeof wanted === 'object' && wanted !== null) {
    if (typeof actual !== 'object' || actual === null) return false;
    const fields = new Map(Object.entries(actual).filter(([, value]) => value !== undefined));
    const names = Object.keys(wanted);
    return fields.size === names.length && Object.entries(wanted).every(([name, value]) => fields.has(name) && sameResult(fields.get(name), value));
  }
  return isDeepStrictEqual(actual ?? null, wanted ?? null);
}

const actsOf = ({ beyond }: Outcome): Sent[] => beyond.filter(({ method, path }) => method !== 'GET' && !path.endsWith('/resources'));
const expect = (met: boolean, text: string): string[] => (met ? [] : [text]);

/** By the recording's own words for what to do instead of the defect. */
const WANTED: Readonly<Record<string, (golden: Case, outcome: Outcome) => string[]>> = {
  'read all pages, or fail': (_, outcome) =>
    expect(
      outcome.thrown instanceof EvenkeelError ||
        (outcome.returned === 250 && outcome.beyond.every((sent) => valueAt(sent.body, 'options', '$skipToken') === 'next')),
      `counted ${JSON.stringify(outcome.returned)} of 250`,
    ),
  "act on one instance of the node pool's scale set": (golden, outcome) => {
    const acts = actsOf(outcome);
    const wanted = { stop_node: '/poweroff', restart_node: '/restart', delete_node: '' }[golden.function.split('.').at(-1) ?? ''];
    const path = new RegExp(`/virtualmachinescalesets/aks-pool-vmss/virtualmachines/[012]${wanted}$`, 'i');
    return [
      ...expect(outcome.thrown === undefined, `failed: ${messageOf(outcome.thrown)}`),
      ...expect(acts.length === 1 && path.test(acts[0]?.path ?? ''), `acted on ${acts.map((act) => act.path).join(', ') || 'nothing'}`),
    ];
  },
  'accept instanceId as well as instance_id': (golden, outcome) => {
    const ids = (golden.arguments['instance_criteria'] as readonly { instanceId: string }[]).map(({ instanceId }) => instanceId); // what this case is about
    const acted = actsOf(outcome).map(({ path }) => /virtualmachines\/([^/]+)\//i.exec(path)?.[1]);
    return expect(isDeepStrictEqual(acted, ids), `acted on ${acted.join(', ') || 'nothing'}: ${messageOf(outcome.thrown)}`);
  },
  'count the instances of the matching scale sets': (golden, outcome) => {
    const sets = typeof golden.returned === 'number' ? golden.returned : 0;
    return expect(outcome.returned === sets * 3, `counted ${JSON.stringify(outcome.returned)} in ${sets} scale sets of 3`);
  },
  'list only what was really removed': (golden, outcome) => {
    const put = golden.exchanges.find(({ request }) => request.method === 'PUT')?.request.body;
    const kept = valueAt(put, 'properties', 'requestRoutingRules');
    const names = Array.isArray(kept) ? kept.map((rule: unknown) => valueAt(rule, 'name')) : [];
    const listed = valueAt(golden.returned, 'resources');
    const removed = Array.isArray(listed) ? listed.filter((rule: unknown) => !names.includes(valueAt(rule, 'name'))) : [];
    return [
      ...expect(outcome.unsent === 0, 'a recorded request was not sent'),
      ...expect(sameResult(outcome.returned, { resources: removed }), `returned ${JSON.stringify(outcome.returned)?.slice(0, 200)}`),
    ];
  },
  'return an empty result': (_, outcome) => [
    ...expect(outcome.unsent === 0, 'a recorded request was not sent'),
    ...expect(isDeepStrictEqual(outcome.returned, { resources: [] }), `returned ${JSON.stringify(outcome.returned)}`),
  ],
  'drop the table, or fail': (_, outcome) => expect(outcome.thrown instanceof EvenkeelError, 'reported success without dropping anything'),
};
