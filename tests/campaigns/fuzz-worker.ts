/**
 * One worker of the campaign `fuzz`, a process of its own so that an endless loop in it can be ended from outside.
 * Arguments: seed, first number, count, step. A line `< N` before each file, `> N KIND` or `! N KIND WHY` after it.
 */
import { writeSync } from 'node:fs';
import { stringify } from 'yaml';
import { EvenkeelError, createRandom, silentLogger } from '../../src/base/index.ts';
import type { Clock, Random } from '../../src/base/index.ts';
import { azureActivities } from '../../src/drivers/azure/index.ts';
import { kubernetesActivities } from '../../src/drivers/kubernetes/index.ts';
import { describeProblem, loadExperiment, runExperiment, validateExperiment, writeJson } from '../../src/experiment/index.ts';
import type { ActivityDescriptor, ActivityProvider } from '../../src/experiment/index.ts';
import { mutateText, mutateValue } from './fuzz-mutations.ts';
import { type FuzzSeed, readFuzzSeeds } from './fuzz-seeds.ts';

const RUN_LIMIT_MS = 2000;
const STATUSES = ['completed', 'failed', 'aborted', 'interrupted'];
const ENV = { HOME: '/', A: '1' };

/** A text that patterns with nested repetitions try every way through. */
const LONG = `${'a'.repeat(3000)}!`;
const answer = (): Promise<unknown> =>
  Promise.resolve({ status: 200, body: { n: [1, [2, { a: 'b' }]] }, exit_code: 0, stdout: LONG, stderr: '' });
const provider = (type: string): ActivityProvider => ({ type, validate: () => [], run: answer });
const providers = ['http', 'process', 'python', 'javascript'].map(provider);
/** The real parameters, nothing of the real acts. */
const activities = [...azureActivities, ...kubernetesActivities].map((one): ActivityDescriptor => ({ ...one, run: answer }));

const seeds = readFuzzSeeds();
const [seed = '1', first = '0', count = '0', step = '1'] = process.argv.slice(2);
for (let index = Number(first), left = Number(count); left > 0; left--, index += Number(step)) {
  writeSync(1, `< ${index}\n`);
  const { kind, failure } = await fuzzOnce(createRandom(`${seed}/${index}`));
  writeSync(1, failure === undefined ? `> ${index} ${kind}\n` : `! ${index} ${kind}\t${failure.replaceAll('\n', ' | ')}\n`);
}

async function fuzzOnce(random: Random): Promise<{ readonly kind: string; readonly failure?: string }> {
  const { text, path } = mutated(random.pick(seeds), random);
  const dry = random.integer(2) === 0;
  let kind = 'refused while loading';
  try {
    const { experiment, positions } = loadExperiment(text, { path });
    const problems = await validateExperiment(experiment, { activities, providers, env: ENV, positions });
    for (const problem of problems) describeProblem(problem, path);
    kind = problems.some(({ severity }) => severity === 'error') ? 'not valid' : 'valid';
    const { journal } = await runExperiment(experiment, {
      activities,
      providers,
      undos: [],
      clock: hastyClock(),
      random,
      log: silentLogger,
      env: ENV,
      signal: AbortSignal.timeout(RUN_LIMIT_MS),
      ...(dry ? { dry: 'activities' } : {}),
      ...(random.integer(2) === 0 ? { manner: 'evenkeel' } : {}),
    });
    writeJson(journal);
    if (!STATUSES.includes(journal.status)) return { kind, failure: `the journal's status is '${journal.status}'` };
    return { kind: `${kind}, run` };
  } catch (thrown) {
    if (thrown instanceof EvenkeelError) return { kind: kind === 'refused while loading' ? kind : `${kind}, refused` };
    return { kind, failure: thrown instanceof Error ? (thrown.stack ?? thrown.message).slice(0, 600) : `threw ${String(thrown)}` };
  }
}

function mutated({ text, path, value }: FuzzSeed, random: Random): { readonly text: string; readonly path: string } {
  const way = random.integer(5);
  if (way === 0) return { text: mutateText(text, random), path };
  const spoiled = mutateValue(value, random);
  const written =
    random.integer(2) === 0 ? { text: asYaml(spoiled), path: 'e.yaml' } : { text: JSON.stringify(spoiled, null, 1), path: 'e.json' };
  return way < 4 ? written : { ...written, text: mutateText(written.text, random) };
}

function asYaml(value: unknown): string {
  try {
    return stringify(value);
  } catch {
    // The writer's own limits are none of ours.
    return JSON.stringify(value);
  }
}

/** Every wait is over at once, and time has passed: a pause of a year is no hang. */
function hastyClock(): Clock {
  let now = 0;
  const after = (delayMs: number, run: () => void): (() => void) => {
    const timer = setImmediate(() => {
      now += Math.max(0, delayMs);
      run();
    });
    return () => clearImmediate(timer);
  };
  const sleep = (delayMs: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) reject(new EvenkeelError('CANCELLED', 'the wait was cancelled', { blame: 'input' }));
      else after(delayMs, resolve);
    });
  return { speed: 1, now: () => now, after, sleep };
}
