import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { EvenkeelError, createRandom, createRealClock, createVirtualClock, silentLogger } from '../../base/index.ts';
import { loadExperiment } from '../format/load-experiment.ts';
import { isObject } from '../format/python-values.ts';
import type { ActivityProvider } from '../ports.ts';
import { runExperiment } from './run-experiment.ts';
import type { RunOptions } from './run-options.ts';

function options(run: ActivityProvider['run'], extra: Partial<RunOptions> = {}): RunOptions {
  return {
    clock: createRealClock(),
    random: createRandom('x'),
    log: silentLogger,
    env: {},
    signal: new AbortController().signal,
    activities: [],
    undos: [],
    providers: [{ type: 'process', validate: () => [], run }],
    ...extra,
  };
}

it('plays the example: groups side by side, conditions on outputs', async () => {
  const file = new URL('../../../examples/experiments/extras.yaml', import.meta.url);
  const { experiment } = loadExperiment(readFileSync(file, 'utf8'), { path: 'extras.yaml' });
  let waiting: (() => void) | undefined;
  const notices: string[] = [];
  const echo: ActivityProvider['run'] = async (provider) => {
    const text = Array.isArray(provider['arguments']) ? String(provider['arguments'][0]) : '';
    // The left side ends only once the right one has begun: one after the other they would never end.
    if (text === 'left') await new Promise<void>((resolve) => (waiting = resolve));
    if (text === 'right') waiting?.();
    return { status: 0, stdout: text, stderr: '' };
  };
  const onEvent: RunOptions['onEvent'] = (event) => void (event.type === 'notice' && notices.push(event.message));
  const { journal, outcome } = await runExperiment(experiment, options(echo, { onEvent }));
  expect(outcome).toBe('as-hoped');
  expect(journal.run.map(({ activity }) => activity.name)).toEqual(['count', 'left side', 'right side', 'told the count']);
  const told = journal.run.at(-1)?.output;
  expect(isObject(told) ? told['stdout'] : undefined).toBe('3');
  expect(notices).toEqual(['Left out: never: 0 is not what its `if` asks for']);
});

it('gives every activity the default time limit', async () => {
  const clock = createVirtualClock();
  const experiment = {
    title: 'T',
    description: 'd',
    extensions: [{ name: 'evenkeel', defaults: { timeout: 5 } }],
    method: [{ type: 'probe' as const, name: 'hangs', provider: { type: 'process', path: 'x' } }],
  };
  const running = runExperiment(
    experiment,
    options(() => new Promise(() => {}), { clock }),
  );
  await clock.advance(6000);
  expect((await running).journal.run[0]).toMatchObject({ status: 'failed', duration: 5 });
});

it('says so when secrets of a vault can not be read', async () => {
  const errors: string[] = [];
  const log = { ...silentLogger, error: (message: string) => void errors.push(message) };
  const experiment = { title: 'T', description: 'd', method: [], secrets: { app: { token: { type: 'vault', path: 'app' } } } };
  await runExperiment(
    experiment,
    options(() => Promise.resolve(null), { log }),
  );
  expect(errors).toEqual([expect.stringContaining('vault can not be read')]);
});

const lines = (): { readonly notices: string[]; readonly onEvent: NonNullable<RunOptions['onEvent']> } => {
  const notices: string[] = [];
  return { notices, onEvent: (event) => void (event.type === 'notice' && notices.push(event.message)) };
};
const act = (name: string, extras: object = {}) => ({ type: 'action' as const, name, provider: { type: 'process' }, ...extras });

it('says what is left out when an action of the method failed', async () => {
  const { notices, onEvent } = lines();
  const fails = () => Promise.reject(new EvenkeelError('TARGET_FAILED', 'no', { blame: 'target' }));
  const experiment = { title: 'T', description: 'd', method: [act('first'), act('second'), act('third')] };
  const { journal, outcome } = await runExperiment(experiment, options(fails, { manner: 'evenkeel', onEvent }));
  expect([journal.run.length, outcome]).toEqual([1, 'failed']);
  expect(notices).toEqual(["Left out: the rest of the method (2 activities), for 'first' failed."]);
});

it('lets a tolerance that is missed in the method count in the manner of chaos too', async () => {
  const experiment = { title: 'T', description: 'd', method: [act('a', { evenkeel: { tolerance: 2 } })] };
  const { journal, outcome } = await runExperiment(
    experiment,
    options(() => Promise.resolve(1), { manner: 'chaos' }),
  );
  expect([journal.status, outcome]).toEqual(['failed', 'failed']);
});
