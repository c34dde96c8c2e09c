import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EvenkeelError, createLogger, createRandom, createRealClock, createVirtualClock, silentLogger } from '../../base/index.ts';
import type { ActivityDescriptor, UndoDescriptor } from '../ports.ts';
import type { Experiment } from '../spec.ts';
import { createJournalFile } from '../undo/durable-log.ts';
import { recoverRun } from '../undo/recover-run.ts';
import { listRuns, openRunStore } from '../undo/run-store.ts';
import { exitCodeOf } from './outcome.ts';
import { Interruption } from './run-event.ts';
import type { RunEvent } from './run-event.ts';
import { runExperiment } from './run-experiment.ts';
import type { RunOptions } from './run-options.ts';

let stateFolder: string;
beforeEach(async () => {
  stateFolder = await mkdtemp(join(tmpdir(), 'evenkeel-run-'));
});
// A run that a test cut off may write a last time.
afterEach(() => rm(stateFolder, { recursive: true, force: true, maxRetries: 5 }));

/** A machine that can be stopped and started. */
function machine({ startFails = false } = {}) {
  let running = true;
  const act = (name: string, run: ActivityDescriptor['run'], kind: 'action' | 'probe' = 'action'): ActivityDescriptor => ({
    name,
    kind,
    summary: name,
    aliases: [`chaosmachine.${name.replace('/', '.')}`],
    parameters: z.object({}),
    permissions: [],
    run,
  });
  const activities = [
    act('machine/stop', async (_, context) => {
      await context.undo.plan({ undo: 'machine/start', state: {}, summary: 'start the machine', targets: ['machine'] });
      running = false;
      return { stopped: 'machine' };
    }),
    act('machine/start', () => {
      running = true;
      return Promise.resolve({ started: 'machine' });
    }),
    act('machine/breaks', () => Promise.reject(new EvenkeelError('TARGET_FAILED', 'it broke', { blame: 'target' }))),
    act('machine/running', () => Promise.resolve(running), 'probe'),
    act('machine/told', (args) => Promise.resolve(args)),
  ];
  const undo: UndoDescriptor = {
    name: 'machine/start',
    summary: 'start the machine',
    state: z.object({}),
    run: () => {
      if (startFails) return Promise.resolve({ mended: false, alreadyDone: false, detail: ['it does not start'] });
      const alreadyDone = running;
      running = true;
      return Promise.resolve({ mended: true, alreadyDone, detail: ['running'] });
    },
  };
  return { activities, undos: [undo], isRunning: () => running };
}

function step(name: string, extra: Record<string, unknown> = {}) {
  return { type: 'action' as const, name, provider: { type: 'evenkeel', action: `machine/${name}` }, ...extra };
}

function descriptor({ activities }: ReturnType<typeof machine>, name: string): ActivityDescriptor {
  const found = activities.find((activity) => activity.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

const experiment = (parts: Partial<Experiment>): Experiment => ({ title: 'T', description: 'd', method: [], ...parts });
const gate = {
  title: 'all is well',
  probes: [{ type: 'probe' as const, name: 'up', tolerance: true, provider: { type: 'evenkeel', probe: 'machine/running' } }],
};

function options(parts: ReturnType<typeof machine>, extra: Partial<RunOptions> = {}): RunOptions {
  return {
    clock: createRealClock(),
    random: createRandom('seed'),
    log: silentLogger,
    env: {},
    signal: new AbortController().signal,
    activities: parts.activities,
    providers: [],
    undos: parts.undos,
    store: openRunStore(stateFolder),
    manner: 'evenkeel',
    ...extra,
  };
}

describe('runExperiment', () => {
  it('deviates when the hypothesis holds before and not after, and starts again what it stopped', async () => {
    const parts = machine();
    const { journal, outcome } = await runExperiment(
      experiment({ 'steady-state-hypothesis': gate, method: [step('stop')] }),
      options(parts),
    );
    expect(outcome).toBe('deviated');
    expect(exitCodeOf(outcome)).toBe(1);
    expect(parts.isRunning()).toBe(true);
    expect(journal.evenkeel?.undo.map((record) => record.status)).toEqual(['mended']);
  });

  it('recognises what the rollbacks of the experiment mended already', async () => {
    const { journal, outcome } = await runExperiment(
      experiment({ method: [step('stop')], rollbacks: [step('start')] }),
      options(machine()),
    );
    expect(outcome).toBe('as-hoped');
    expect(journal.evenkeel?.undo.map((record) => record.status)).toEqual(['already-mended']);
  });

  it('does not begin the method when the gate is missed', async () => {
    const parts = machine();
    await parts.activities[0]?.run({}, { undo: { plan: () => Promise.resolve() } } as never);
    const { journal, outcome } = await runExperiment(
      experiment({ 'steady-state-hypothesis': gate, method: [step('stop')] }),
      options(parts),
    );
    expect(outcome).toBe('gate-not-met');
    expect(journal).toMatchObject({ status: 'failed', run: [] });
  });

  it('fails strictly when an action fails, and says completed in the manner of the original', async () => {
    const broken = experiment({ method: [step('breaks')] });
    expect((await runExperiment(broken, options(machine()))).outcome).toBe('failed');
    expect((await runExperiment(broken, options(machine(), { strict: false }))).journal.status).toBe('completed');
  });

  it('leaves out the pause and the rest of the method after a failed action, strictly', async () => {
    const fails = { ...step('breaks'), pauses: { after: 3600 } };
    const { journal } = await runExperiment(experiment({ method: [fails, step('stop')] }), options(machine()));
    expect(journal.run.map(({ status }) => status)).toEqual(['failed']);
  });

  it('deviates at the first miss with fail-fast: no rest of a pause, no rest of the method, but the rollbacks', async () => {
    const parts = machine();
    const stops = { ...step('stop'), pauses: { after: 3600 } };
    const never = { ...step('told'), name: 'never' };
    const { journal, outcome } = await runExperiment(
      experiment({ 'steady-state-hypothesis': gate, method: [stops, never], rollbacks: [step('start')] }),
      options(parts, { hypothesisStrategy: 'during-method-only', hypothesisFrequency: 0.01, failFast: true }),
    );
    expect(outcome).toBe('deviated');
    expect(journal.run.map(({ activity }) => activity.name)).toEqual(['stop']);
    expect(journal).toMatchObject({ status: 'completed', deviated: true, rollbacks: [{ status: 'succeeded' }] });
  });

  it('leaves out what a control bypasses, and configures and cleans up the controls of all experiments', async () => {
    const hooks: string[] = [];
    const bypass = { name: 'bypass', provider: { type: 'test' } };
    const controls: RunOptions['controls'] = {
      global: [bypass],
      handles: () => true,
      call: ({ hook, context }) => {
        hooks.push(hook);
        if (hook === 'before_activity_control') Object.assign(context as object, { dry: true }); // the activity
        return Promise.resolve(undefined);
      },
    };
    const parts = machine();
    const { journal, outcome } = await runExperiment(experiment({ method: [step('stop')] }), options(parts, { controls }));
    expect(outcome).toBe('incomplete');
    expect(exitCodeOf(outcome)).toBe(3);
    expect(parts.isRunning()).toBe(true);
    expect(journal.run).toMatchObject([{ status: 'left-out', output: null }]);
    expect([hooks[0], hooks.at(-1)]).toEqual(['configure_control', 'cleanup_control']);
  });

  it('calls a steady state unknown of which a probe is left out, and never met', async () => {
    const events: RunEvent[] = [];
    const left = { ...gate, probes: gate.probes.map((probe) => ({ ...probe, dry: true })) };
    const onEvent = (event: RunEvent): void => void events.push(event);
    const { journal, outcome } = await runExperiment(experiment({ 'steady-state-hypothesis': left }), options(machine(), { onEvent }));
    expect(outcome).toBe('incomplete');
    expect(journal.steady_states.before).toMatchObject({ steady_state_met: null, probes: [{ status: 'left-out' }] });
    expect(journal.steady_states.before?.probes[0]).not.toHaveProperty('tolerance_met');
    expect(events.filter(({ type }) => type === 'probe-judged')).toEqual([]);
    expect(events).toContainEqual(expect.objectContaining({ type: 'hypothesis-ended', met: null, missedProbe: null }));
  });

  it('deviates all the same where a probe that was played is missed', async () => {
    const left = { ...gate, probes: [...gate.probes.map((probe) => ({ ...probe, name: 'left', dry: true })), ...gate.probes] };
    const { outcome } = await runExperiment(experiment({ 'steady-state-hypothesis': left, method: [step('stop')] }), options(machine()));
    expect(outcome).toBe('deviated');
  });

  it('plays what its own dry mode leaves in, and calls the run as hoped: it was asked for', async () => {
    const parts = machine();
    const { journal, outcome } = await runExperiment(
      experiment({ 'steady-state-hypothesis': gate, method: [step('stop')] }),
      options(parts, { dry: 'actions' }),
    );
    expect(outcome).toBe('as-hoped');
    expect(journal).toMatchObject({ run: [{ status: 'left-out' }], steady_states: { after: { steady_state_met: true } } });
  });

  it("keeps the original's status for what is left out in its manner", async () => {
    const left = experiment({ 'steady-state-hypothesis': gate, method: [step('stop', { dry: true })] });
    const { journal } = await runExperiment(left, options(machine(), { manner: 'chaos' }));
    expect(journal).toMatchObject({ status: 'completed', run: [{ status: 'succeeded' }] });
  });

  it('says that something is still broken when the undo does not succeed', async () => {
    const { outcome } = await runExperiment(experiment({ method: [step('stop')] }), options(machine({ startFails: true })));
    expect(outcome).toBe('undo-incomplete');
    expect(exitCodeOf(outcome)).toBe(5);
  });

  it('stops waiting at once when interrupted in a pause, and undoes', async () => {
    const parts = machine();
    const clock = createVirtualClock(Date.parse('2026-01-31T10:00:00Z'));
    const controller = new AbortController();
    const onEvent = (event: RunEvent): void => {
      if (event.type === 'pause-started') controller.abort(new Interruption('SIGINT'));
    };
    const run = runExperiment(
      experiment({ method: [step('stop', { pauses: { after: 3600 } }), step('breaks')] }),
      options(parts, { clock, signal: controller.signal, onEvent }),
    );
    const { journal, outcome } = await run;
    expect(outcome).toBe('interrupted');
    expect(exitCodeOf(outcome)).toBe(130);
    expect(journal.run.map((entry) => entry.activity.name)).toEqual(['stop']);
    expect(parts.isRunning()).toBe(true);
  });

  it('is interrupted too when the signal comes while it undoes what deviated, and keeps that it deviated', async () => {
    const parts = machine();
    const controller = new AbortController();
    const onEvent = (event: RunEvent): void => {
      if (event.type === 'undo-started') controller.abort(new Interruption('SIGINT'));
    };
    const { journal, outcome } = await runExperiment(
      experiment({ 'steady-state-hypothesis': gate, method: [step('stop')] }),
      options(parts, { signal: controller.signal, onEvent }),
    );
    expect(outcome).toBe('interrupted');
    expect(journal).toMatchObject({ status: 'interrupted', deviated: true, evenkeel: { undo: [{ status: 'mended' }] } });
  });

  it('hands outputs on to later activities with their type', async () => {
    const method = [
      step('stop'),
      step('told', { provider: { type: 'evenkeel', action: 'machine/told', arguments: { of: '${outputs.stop}' } } }),
    ];
    const { journal } = await runExperiment(experiment({ method }), options(machine()));
    expect(journal.run[1]?.output).toEqual({ of: { stopped: 'machine' } });
  });

  it('refuses when the guard says no, before anything is written or done', async () => {
    const parts = machine();
    const guard = (): Promise<void> => Promise.reject(new EvenkeelError('REFUSED', 'the last ready node', { blame: 'input' }));
    const { outcome, journal } = await runExperiment(experiment({ method: [step('stop'), step('breaks')] }), options(parts, { guard }));
    expect(outcome).toBe('refused');
    expect(exitCodeOf(outcome)).toBe(4);
    expect(journal.run).toHaveLength(1);
    expect(await listRuns(stateFolder)).toMatchObject([{ state: 'ended', outcome: 'refused', pending: [] }]);
  });

  it('leaves a readable journal and a log to recover from when it is cut off in the middle', async () => {
    const parts = machine();
    const path = join(stateFolder, 'journal.json');
    const reached = new Promise<void>((resolve) => {
      const onEvent = (event: RunEvent): void => {
        if (event.type === 'pause-started') resolve();
      };
      // It is never let to its end: as after SIGKILL.
      void runExperiment(
        experiment({ method: [step('stop', { pauses: { after: 3600 } })] }),
        options(parts, { clock: createVirtualClock(1_000_000), onEvent, journal: createJournalFile(path) }),
      );
    });
    await reached;
    await expect.poll(async () => readFile(path, 'utf8').catch(() => '')).toContain('"unfinished": true');
    const [run] = await listRuns(stateFolder);
    expect(run?.pending.map((plan) => plan.summary)).toEqual(['start the machine']);
    expect(parts.isRunning()).toBe(false);
    const { clock, random, log, env, signal } = options(parts);
    const context = { clock, random, log, env, signal, configuration: {}, secrets: {} };
    if (run === undefined) throw new Error('no run');
    await expect(recoverRun(run, { stateFolder, undos: parts.undos, context })).rejects.toThrow('still running');
    const records = await recoverRun(run, { stateFolder, undos: parts.undos, context, force: true });
    expect(records.map((record) => record.status)).toEqual(['mended']);
    expect(parts.isRunning()).toBe(true);
    expect((await listRuns(stateFolder))[0]).toMatchObject({ state: 'ended', pending: [] });
  });

  it('asks again until a tolerance is met, in the time of its clock', async () => {
    const clock = createVirtualClock(1_000_000);
    let asked = 0;
    const parts = machine();
    const counts: ActivityDescriptor = { ...descriptor(parts, 'machine/told'), name: 'machine/count', run: () => Promise.resolve(++asked) };
    const method = [step('count', { evenkeel: { tolerance: 3, until: { every: 10, limit: 60 } } })];
    const running = runExperiment(experiment({ method }), options({ ...parts, activities: [counts] }, { clock }));
    await clock.advance(60_000);
    const { journal, outcome } = await running;
    expect(outcome).toBe('as-hoped');
    expect(journal.run).toMatchObject([{ output: 3, tolerance_met: true }]);
  });

  it('fails strictly when a tolerance in the method is missed', async () => {
    const method = [step('told', { evenkeel: { tolerance: 3 } })];
    const { journal, outcome } = await runExperiment(experiment({ method }), options(machine()));
    expect(outcome).toBe('failed');
    expect(journal.run).toMatchObject([{ status: 'succeeded', tolerance_met: false }]);
  });

  it('cuts an activity that takes longer than its limit', async () => {
    const clock = createVirtualClock(1_000_000);
    const parts = machine();
    const hangs: ActivityDescriptor = { ...descriptor(parts, 'machine/told'), name: 'machine/hangs', run: () => new Promise(() => {}) };
    const method = [step('hangs', { evenkeel: { timeout: 5 } })];
    const running = runExperiment(experiment({ method }), options({ ...parts, activities: [hangs] }, { clock }));
    await clock.advance(5_000);
    const { journal } = await running;
    expect(journal.run[0]?.exception?.[1]).toContain('longer than its limit of 5 s');
  });

  it('keeps secrets out of the journal', async () => {
    const path = join(stateFolder, 'journal.json');
    const method = [step('told', { provider: { type: 'evenkeel', action: 'machine/told', arguments: { password: '${password}' } } })];
    const secret = experiment({ method, secrets: { group: { password: { type: 'env', key: 'PASSWORD' } } } });
    await runExperiment(secret, options(machine(), { env: { PASSWORD: 'hunter2-hunter2' }, journal: createJournalFile(path) }));
    const text = await readFile(path, 'utf8');
    expect(text).toContain('"password": "********"');
    expect(text).not.toContain('hunter2');
  });

  it('keeps secrets out of events, logs and results, although an activity echoes them', async () => {
    const said: string[] = [];
    const log = createLogger((level, message, fields) => said.push(`${level} ${message} ${JSON.stringify(fields)}`));
    const onEvent = (event: RunEvent): void => void said.push(JSON.stringify(event));
    const parts = machine();
    const echo = descriptor(parts, 'machine/breaks');
    const leaks: ActivityDescriptor = {
      ...echo,
      run: ({ password }, context) => {
        context.log.warning(`trying ${String(password)}`, { password });
        return Promise.reject(
          new EvenkeelError('DENIED', `401 for user:${String(password)}`, { blame: 'target', hint: `not ${String(password)}?` }),
        );
      },
    };
    const method = [step('breaks', { provider: { type: 'evenkeel', action: 'machine/breaks', arguments: { password: '${password}' } } })];
    const secret = experiment({ method, secrets: { group: { password: { type: 'env', key: 'PASSWORD' } } } });
    const { journal } = await runExperiment(secret, {
      ...options(parts, { env: { PASSWORD: 'hunter2 "hunter2"' }, log, onEvent }),
      activities: [leaks],
    });
    const text = said.join('\n') + JSON.stringify(journal);
    expect(text).not.toMatch(/hunter2/);
    expect(text).toContain('trying ********');
    expect(text).toContain('401 for user:********');
  });

  it('keeps secrets out of the undo log, although an undo tells them', async () => {
    const parts = machine();
    const undos = parts.undos.map((undo) => ({
      ...undo,
      run: () => Promise.resolve({ mended: false, alreadyDone: false, detail: ['401 for hunter2-hunter2'] }),
    }));
    const secret = experiment({ method: [step('stop')], secrets: { group: { password: { type: 'env', key: 'PASSWORD' } } } });
    const env = { PASSWORD: 'hunter2-hunter2' };
    await runExperiment(secret, { ...options(parts, { env }), undos });
    const [run] = await listRuns(stateFolder);
    if (run === undefined) throw new Error('no run');
    expect(run.records.find(({ type }) => type === 'result')).toMatchObject({ detail: ['401 for ********'] });
    const said: string[] = [];
    const log = createLogger((_, message) => said.push(message));
    const { clock, random, signal } = options(parts);
    const credentials = { configuration: {}, secrets: { group: { password: 'hunter2-hunter2' } } };
    const leaks = undos.map((undo) => ({
      ...undo,
      run: (_: unknown, context: { log: typeof log }) => {
        context.log.warning('trying hunter2-hunter2');
        return undo.run();
      },
    }));
    const context = { clock, random, log, env: {}, signal };
    const records = await recoverRun(run, { stateFolder, undos: leaks, context, credentials, force: true });
    expect(records).toMatchObject([{ detail: ['401 for ********'] }]);
    expect(said.join()).toContain('trying ********');
  });

  it.each([
    ['broken', 'deviated', true],
    ['unknown', 'failed', false],
    ['held', 'as-hoped', false],
  ] as const)('ends as what was measured beside it says: %s', async (measured, outcome, deviated) => {
    const moments: string[] = [];
    const result = await runExperiment(
      experiment({ 'steady-state-hypothesis': gate }),
      options(machine(), {
        measured: () => (moments.push('measured'), measured),
        hook: (moment) => Promise.resolve(void moments.push(moment)),
      }),
    );
    expect(result.outcome).toBe(outcome);
    expect(result.journal.deviated).toBe(deviated);
    expect(moments.slice(-3)).toEqual(['undone', 'measured', 'end']);
  });

  it('breaks nothing when the journal can not be written', async () => {
    const parts = machine();
    const journal = createJournalFile(join(stateFolder, 'no-such-folder', 'journal.json'));
    const broken: string[] = [];
    const onEvent = (event: RunEvent): void => void (event.type === 'undo-planned' && broken.push(event.id));
    const running = runExperiment(experiment({ method: [step('stop')] }), options(parts, { journal, onEvent }));
    await expect(running).rejects.toMatchObject({ code: 'ENVIRONMENT' });
    expect(broken).toEqual([]);
  });

  it('breaks nothing when the state folder can not be written, and does not throw', async () => {
    const parts = machine();
    const broken: string[] = [];
    const onEvent = (event: RunEvent): void => void (event.type === 'undo-planned' && broken.push(event.id));
    const store = openRunStore('/dev/null/state');
    const { outcome, journal } = await runExperiment(experiment({ method: [step('stop')] }), options(parts, { store, onEvent }));
    expect(outcome).toBe('failed');
    expect(journal.run[0]?.exception?.[1]).toContain('can not be made');
    expect(broken).toEqual([]);
  });

  it('says that something is still broken although the journal is lost at the end', async () => {
    let writes = 0;
    const journal = { write: () => (writes++ === 0 ? Promise.resolve() : Promise.reject(new Error('ENOSPC'))) };
    const { outcome } = await runExperiment(experiment({ method: [step('stop')] }), options(machine({ startFails: true }), { journal }));
    expect(outcome).toBe('undo-incomplete');
  });

  it('refuses a second run that touches the same target', async () => {
    const parts = machine();
    await new Promise<void>((resolve) => {
      const onEvent = (event: RunEvent): void => {
        if (event.type === 'pause-started') resolve();
      };
      const method = [step('stop', { pauses: { after: 3600 } })];
      void runExperiment(experiment({ method }), options(parts, { clock: createVirtualClock(1_000_000), onEvent }));
    });
    const { outcome, journal } = await runExperiment(experiment({ method: [step('stop')] }), options(parts));
    expect(outcome).toBe('refused');
    expect(journal.run[0]?.exception?.[1]).toContain('machine is in use by run');
  });
});
