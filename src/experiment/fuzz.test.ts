/** Mutated experiments: loading, validating and running them ends in an answer or an `EvenkeelError`, never in anything else, never in a hang. */
import { assert, asyncProperty, constantFrom, integer, oneof, constant } from 'fast-check';
import { expect, it } from 'vitest';
import { EvenkeelError, createRandom, createRealClock, silentLogger } from '../base/index.ts';
import type { Random } from '../base/index.ts';
import { loadExperiment, runExperiment, validateExperiment, writeJson } from './index.ts';
import type { ActivityProvider } from './index.ts';

const RUNS = Number(process.env['EVENKEEL_FUZZ_RUNS'] ?? 150);
const provider = (type: string): ActivityProvider => ({
  type,
  validate: () => [],
  run: () => Promise.resolve({ status: 200, body: { n: 1 } }),
});
const providers = ['http', 'process', 'python'].map(provider);

const probe = (tolerance: unknown) => ({ type: 'probe', name: 'p', tolerance, provider: { type: 'http', url: 'http://x/${a}' } });
const SEED = {
  title: 'T ${a}',
  description: 'd',
  tags: ['x'],
  configuration: {
    a: 1,
    b: { type: 'env', key: 'B', default: '2', env_var_type: 'int' },
    c: { type: 'probe', name: 'c', provider: { type: 'http', url: 'u' } },
  },
  secrets: { g: { k: 'v', e: { type: 'env', key: 'HOME' } } },
  controls: [{ name: 'ctl', provider: { type: 'python', module: 'm' } }],
  'steady-state-hypothesis': {
    title: 'h',
    probes: [
      probe(200),
      probe({ type: 'jsonpath', path: '$.body.n', expect: [1] }),
      probe({ type: 'range', range: [1, 3], target: 'status' }),
      probe([200, 201]),
    ],
  },
  method: [
    {
      type: 'action',
      name: 'm',
      provider: { type: 'process', path: 'true', arguments: ['${a}', '$b'] },
      pauses: { before: 0.001 },
      background: true,
    },
    { ref: 'p' },
    {
      type: 'probe',
      name: 'n',
      tolerance: { type: 'regex', pattern: 'a+' },
      provider: { type: 'python', module: 'm', func: 'f', arguments: {} },
    },
  ],
  rollbacks: [{ type: 'action', name: 'r', provider: { type: 'http', url: 'u', timeout: 1 } }],
  runtime: { hypothesis: { strategy: 'default' }, rollbacks: { strategy: 'always' } },
  extensions: [{ name: 'evenkeel' }],
};
const STRANGE: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  '',
  '${a}',
  '${',
  '$',
  '\u0000',
  [],
  {},
  [[]],
  { type: 'probe' },
  { type: 'env' },
  { ref: 'm' },
  '__proto__',
  ['x', null],
  'continuously',
  '$.[',
  '(',
];

/** Replaces, removes or adds something somewhere. */
function mutate(value: unknown, random: Random, depth = 0): unknown {
  if (random.integer(8) === 0 || depth > 8) return random.pick(STRANGE);
  if (Array.isArray(value)) {
    const list = value.filter(() => random.integer(12) !== 0);
    return list.map((item: unknown) => (random.integer(4) === 0 ? mutate(item, random, depth + 1) : item));
  }
  if (typeof value !== 'object' || value === null) return random.integer(2) === 0 ? random.pick(STRANGE) : value;
  const entries = Object.entries(value).filter(() => random.integer(14) !== 0);
  if (random.integer(6) === 0)
    entries.push([random.pick(['ref', 'type', 'provider', 'tolerance', '__proto__', 'x', 'pauses', 'controls']), random.pick(STRANGE)]);
  return Object.fromEntries(entries.map(([key, item]) => [key, random.integer(3) === 0 ? mutate(item, random, depth + 1) : item]));
}

async function play(text: string, path: string): Promise<void> {
  const { experiment, positions } = loadExperiment(text, { path });
  await validateExperiment(experiment, { activities: [], providers, env: { HOME: '/' }, positions });
  const never = new AbortController().signal;
  const common = {
    clock: createRealClock(),
    random: createRandom('x'),
    log: silentLogger,
    env: { HOME: '/' },
    activities: [],
    providers,
    undos: [],
  };
  const { journal } = await runExperiment(experiment, { ...common, signal: AbortSignal.any([never, AbortSignal.timeout(2000)]) });
  expect(['completed', 'failed', 'aborted', 'interrupted']).toContain(journal.status);
  writeJson(journal);
}

it('answers for every mutated experiment', async () => {
  const seeds = integer({ min: 0, max: 1_000_000 });
  const cut = oneof(constant(0), integer({ min: 1, max: 400 }));
  await assert(
    asyncProperty(seeds, constantFrom('e.json', 'e.yaml'), cut, async (seed, path, removed) => {
      const text = writeJson(mutate(SEED, createRandom(seed)));
      try {
        await play(removed === 0 ? text : text.slice(0, -removed), path);
      } catch (thrown) {
        if (!(thrown instanceof EvenkeelError)) throw thrown;
      }
    }),
    { seed: 11, numRuns: RUNS },
  );
}, 600_000);
