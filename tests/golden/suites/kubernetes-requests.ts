/** The Kubernetes driver against the requests and results of chaostoolkit-kubernetes 0.39.0. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { createRandom, createScaledClock, messageOf, silentLogger } from '../../../src/base/index.ts';
import type { Random } from '../../../src/base/index.ts';
import { kubernetesActivities } from '../../../src/drivers/kubernetes/index.ts';
import type { GoldenCase, GoldenSuite } from '../golden-suite.ts';
import { replayKubeApi } from '../replay-kube-api.ts';
import type { Exchange, RecordedRequest, Replay } from '../replay-kube-api.ts';
import { WANTED } from '../wanted-kubernetes-requests.ts';

interface Recorded {
  readonly id: string;
  readonly function: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly secrets?: Readonly<Record<string, unknown>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly exchanges: readonly Exchange[];
  readonly returned?: unknown;
  readonly raised?: { readonly type: string; readonly message: string };
  readonly random?: readonly { readonly candidates: number; readonly chosen: readonly number[] }[];
  readonly defect: string | null;
}

/** What a function did: the changes it asked for, and how it ended. */
export interface Outcome {
  readonly changes: readonly RecordedRequest[];
  readonly returned?: unknown;
  readonly failure?: string;
}

export const suite: GoldenSuite = {
  name: 'kubernetes-requests',
  async *run(dir) {
    const { cases } = JSON.parse(readFileSync(join(dir, 'kubernetes-requests', 'requests.json'), 'utf8')) as { cases: Recorded[] }; // the format of its README
    const replay = await replayKubeApi(cases.flatMap(({ exchanges }) => exchanges).filter(({ request }) => request.method === 'GET'));
    const folder = mkdtempSync(join(tmpdir(), 'evenkeel-golden-'));
    try {
      for (const recorded of cases) yield await compare(recorded, replay, folder);
    } finally {
      await replay.close();
      rmSync(folder, { recursive: true });
    }
  },
};

async function compare(recorded: Recorded, replay: Replay, folder: string): Promise<GoldenCase> {
  const area = recorded.function.replace(/^chaosk8s\./, '').replace(/\.[^.]+$/, '');
  if (!kubernetesActivities.some(({ aliases }) => aliases.includes(recorded.function))) {
    return { area, id: recorded.id, agreed: false, why: 'there is no such function' };
  }
  const outcome = await play(recorded, replay, folder);
  const why = recorded.defect === null ? difference(recorded, outcome) : unwanted(recorded, outcome);
  return why === undefined ? { area, id: recorded.id, agreed: true } : { area, id: recorded.id, agreed: false, why: why.slice(0, 400) };
}

async function play(recorded: Recorded, replay: Replay, folder: string): Promise<Outcome> {
  const activity = kubernetesActivities.find(({ aliases }) => aliases.includes(recorded.function));
  if (activity === undefined) return { changes: [], failure: 'there is no such function' };
  for (const [name, text] of Object.entries(recorded.files ?? {})) writeFileSync(join(folder, name), text);
  const args = Object.fromEntries(
    Object.entries(recorded.arguments).map(([name, value]) => [name, recorded.files?.[String(value)] === undefined ? value : join(folder, String(value))]),
  );
  replay.start(recorded.exchanges);
  const changes = (): RecordedRequest[] => replay.asked.filter(({ method }) => method !== 'GET');
  try {
    const returned = await activity.run(args, {
      clock: createScaledClock({ speed: speedFor(recorded), originMs: 0, wallOriginMs: Date.now() }),
      random: replayedRandom(recorded),
      log: silentLogger,
      signal: AbortSignal.timeout(20_000),
      env: {},
      configuration: {},
      secrets: { KUBERNETES_HOST: replay.url },
      activityName: recorded.id,
      undo: { plan: () => Promise.resolve() },
    });
    return { changes: changes(), returned };
  } catch (thrown) {
    return { changes: changes(), failure: messageOf(thrown).replaceAll(`${folder}/`, '') };
  }
}

/** Drains wait for minutes and may be hurried; a watch of one second must leave a busy machine time to answer. */
function speedFor(recorded: Recorded): number {
  return recorded.function.endsWith('drain_nodes') ? 100 : 1;
}

/** Draws what was drawn. */
function replayedRandom(recorded: Recorded): Random {
  const draws = [...(recorded.random ?? [])];
  return {
    ...createRandom(recorded.id),
    sample<T>(items: readonly T[], count: number): T[] {
      const draw = draws.find(({ candidates, chosen }) => candidates === items.length && chosen.length === count);
      // One that was drawn twice gives way to another: that draw is a defect.
      return [...new Set([...(draw?.chosen ?? []), ...items.keys()])].slice(0, count).flatMap((index) => items[index] ?? []);
    },
  };
}

function unwanted(recorded: Recorded, outcome: Outcome): string | undefined {
  const check = WANTED[recorded.id];
  return check === undefined ? 'nothing says what is wanted' : check(outcome) ? undefined : `not as wanted: ${JSON.stringify(outcome)}`;
}

function difference(recorded: Recorded, outcome: Outcome): string | undefined {
  const { raised } = recorded;
  if (raised !== undefined) {
    if (outcome.failure === undefined) return `returned ${JSON.stringify(outcome.returned)}, expected to fail: ${raised.message}`;
    // Texts that quote the server's body are not binding.
    const binding = raised.type === 'ActivityFailed' && !/HTTP response body|b'\{|\{"/.test(raised.message);
    if (binding && outcome.failure !== raised.message) return `failed with «${outcome.failure}», expected «${raised.message}»`;
  } else {
    if (outcome.failure !== undefined) return `failed: ${outcome.failure}`;
    if (!isDeepStrictEqual(plain(outcome.returned ?? null), plain(recorded.returned ?? null))) {
      return `returned ${JSON.stringify(outcome.returned)?.slice(0, 150)}, expected ${JSON.stringify(recorded.returned).slice(0, 150)}`;
    }
  }
  const expected = recorded.exchanges.map(({ request }) => request).filter(({ method }) => method !== 'GET');
  const [wanted, did] = [expected.map(normal), outcome.changes.map((change, index) => alike(normal(change), expected[index]))];
  return isDeepStrictEqual(did, wanted) ? undefined : `asked for ${JSON.stringify(did)}, expected ${JSON.stringify(wanted)}`;
}

type Normal = Pick<RecordedRequest, 'method' | 'path' | 'content_type' | 'body'>;

/** A grace period may stand in the query or in the body; options may say or not say what kind they are. */
function normal({ method, path, query, content_type, body }: RecordedRequest): Normal {
  const fields: Record<string, unknown> = typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : {};
  if (method === 'DELETE' || path.endsWith('/eviction')) {
    delete fields['apiVersion'];
    delete fields['kind'];
    const grace = query.find(([name]) => name === 'gracePeriodSeconds')?.[1];
    if (grace !== undefined) fields['gracePeriodSeconds'] = Number(grace);
    if (path.endsWith('/eviction')) fields['deleteOptions'] ??= {};
    return { method, path, content_type: 'application/json', body: fields };
  }
  return { method, path, content_type, body };
}

/** Leaves out what the recording does not have and need not have: the kind of a created object, the time of a restart. */
function alike(did: Normal, expected: RecordedRequest | undefined): Normal {
  const text = JSON.stringify(did.body)?.replaceAll(/"kubectl\.kubernetes\.io\/restartedAt":"[^"]+"/g, '"kubectl.kubernetes.io/restartedAt":"<time>"');
  const body: unknown = text === undefined ? null : JSON.parse(text);
  if (expected === undefined || did.method !== 'POST') return { ...did, body };
  const fields = { ...(body as Record<string, unknown>) }; // what is posted is an object
  for (const name of ['apiVersion', 'kind']) if (!(name in Object(expected.body))) delete fields[name];
  return { ...did, body: fields };
}

function plain(value: unknown): unknown {
  return value === undefined ? null : JSON.parse(JSON.stringify(value));
}
