/**
 * Kills the runner of an experiment in a phase that was drawn before; whatever the phase, nothing stays broken once the watchdog or
 * `recover` has been. Of three runs one is left to the watchdog, one has none, and of one the watchdog is killed too.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Random, createRandom, createRealClock, messageOf } from '../../src/base/index.ts';
import { type RunSummary, listRuns, readWatchdogNote } from '../../src/experiment/index.ts';
import type { Campaign, CampaignRun } from './campaign.ts';
import { type CrashLab, type StartedCommand, readLocks, startCrashLab } from './crash-lab.ts';
import { CORDON, type CrashPhase, PHASES, STOP, type SeenEvent, phaseOf } from './crash-phases.ts';

/** The hypothesis takes a moment, so that a kill can fall into it. */
const experiment = (rollbacks: string): string => `
title: A node is cordoned, an instance is stopped
description: short, so that it can be killed often
configuration:
  azure_subscription_id: {type: env, key: AZURE_SUBSCRIPTION_ID}
steady-state-hypothesis:
  title: a look that takes a while
  probes:
    - type: probe
      name: a look
      tolerance: {type: range, range: [0, 1], target: status}
      provider: {type: process, path: sleep, arguments: "0.25"}
method:
  - type: action
    name: ${CORDON}
    provider: {type: python, module: chaosk8s.node.actions, func: cordon_node, arguments: {name: NODE}}
  - type: action
    name: ${STOP}
    provider: {type: python, module: chaosazure.vmss.actions, func: stop_vmss}
    pauses: {after: 20}
rollbacks: ${rollbacks}
`;
const ROLLBACKS = '[{type: action, name: start what is down, provider: {type: evenkeel, action: azure/start-vmss-instances}}]';
const FILES = { rollbacks: 'with-rollbacks.yaml', undo: 'without.yaml' } as const;
/** What makes it well again, of runs 0, 1, 2 and so on. */
const WAYS = ['watchdog', 'recover', 'both killed, recover --all'] as const;
type Way = (typeof WAYS)[number];

/** Wall time: how long everything may take to be well again. */
const WELL_LIMIT_MS = 30_000;
/** What is promised. */
const TAKEOVER_LIMIT_MS = 5000;
const PHASE_LIMIT_MS = 30_000;
const POLL_MS = 100;
const LOOK_MS = 3;

export const crash: Campaign = {
  name: 'crash',
  summary: 'kills the runner in a phase drawn at random (SIGKILL), now and then its watchdog too; everything is brought back',
  runs: 200,
  briefRuns: 3,
  async *play({ seed, from, runs, say }) {
    const lab = await startCrashLab(seed);
    try {
      const node = await lab.someNode();
      await writeFile(join(lab.folder, FILES.rollbacks), experiment(ROLLBACKS).replace('NODE', node));
      await writeFile(join(lab.folder, FILES.undo), experiment('[]').replace('NODE', node));
      await playUndisturbed(lab, seed);
      const delays: number[] = [];
      const [sound, broken] = [new Map<string, number>(), new Map<string, number>()];
      for (let index = from; index < from + runs; index++) {
        const result = await crashOnce(lab, { index, random: createRandom(`${seed}/${index}`) });
        delays.push(...result.takeoverMs);
        count(sound, result.phase);
        if (result.wasBroken) count(broken, result.phase);
        yield result.run;
      }
      say(
        `  the watchdog began ${delays.length === 0 ? '-' : `${Math.max(...delays)} ms`} after the kill at most (${delays.length} times)`,
      );
      say('  fell into (of these with something broken at the moment after):');
      for (const [phase, number] of sound) say(`    ${phase}: ${number} (${broken.get(phase) ?? 0})`);
    } finally {
      await lab.stop();
    }
  },
};

/** One that is not disturbed must end well. A new lab's first answers may be late on a machine with much to do, so it has three tries. */
async function playUndisturbed(lab: CrashLab, seed: string): Promise<void> {
  let last = '';
  for (let attempt = 1; attempt <= 3; attempt++) {
    const { code, output } = await lab.start(runArguments('undo', seed)).ended;
    if (code === 0) return;
    last = `the undisturbed run ended with ${code}:\n${output}`;
  }
  throw new Error(last);
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

const runArguments = (own: CrashPhase['own'], seed: string): string[] => [
  'run',
  FILES[own],
  '--yes',
  '--lead',
  '0s',
  '--seed',
  seed,
  '--events',
  'events.jsonl',
  '--max-nodes',
  '2',
  '--max-share',
  '100%',
  '--max-zones',
  '3',
];

interface Crashed {
  readonly run: CampaignRun;
  readonly phase: string;
  readonly wasBroken: boolean;
  /** How long after the kill the watchdog began to mend; empty when it had nothing to do. */
  readonly takeoverMs: readonly number[];
}

async function crashOnce(lab: CrashLab, { index, random }: { readonly index: number; readonly random: Random }): Promise<Crashed> {
  const aim = random.pick(PHASES);
  const way = WAYS[index % WAYS.length] ?? 'watchdog';
  const delayMs = random.next() * aim.withinMs;
  // Which of several, where an event comes more than once: the cordon's record or the stop's.
  const nth = aim.begins({ type: 'undo-planned' }) ? 1 + random.integer(2) : 1;
  const before = new Set((await listRuns(lab.stateFolder)).map((run) => run.runId));
  await writeFile(join(lab.folder, 'events.jsonl'), '');
  const run = lab.start([...runArguments(aim.own, `${index}`), ...(way === 'recover' ? ['--no-watchdog'] : [])]);
  const sinceMs = await killIn(lab, run, { aim, nth, delayMs });
  const killedAt = Date.now();
  const killed = await killWatchdogs(lab, before, way);
  const [wasBroken, events] = [(await lab.broken()).length > 0, await readEvents(lab)];
  const phase = phaseOf(events, sinceMs);
  const problems: string[] = [];
  const takeoverMs: number[] = [];
  try {
    if (way !== 'watchdog') {
      const { code, output } = await lab.start(way === 'recover' ? ['recover'] : ['recover', '--all']).ended;
      if (code !== 0) problems.push(`recover ended with ${code}: ${output.trim()}`);
    }
    problems.push(...(await untilWell(lab)));
    const left = (await listRuns(lab.stateFolder)).filter((one) => !before.has(one.runId));
    takeoverMs.push(...(await takeovers(left)).map((at) => at - killedAt));
    if (takeoverMs.some((ms) => ms > TAKEOVER_LIMIT_MS)) problems.push(`the watchdog began after ${takeoverMs.join()} ms`);
    problems.push(...left.flatMap(notReadable), ...(await heldLocks(lab, left)), ...(await watchdogsLeft(left)));
  } catch (thrown) {
    problems.push(messageOf(thrown));
  }
  const kind = `${phase}, ${way}`;
  const failure = `aimed at '${aim.name}', killed ${delayMs.toFixed(1)} ms after it began${killed}: ${problems.join('; ')}`;
  return { phase, wasBroken, takeoverMs, run: problems.length === 0 ? { index, kind } : { index, kind, failure } };
}

/** Kills the runner after its phase has begun. Result: wall milliseconds since the last event was seen, about. */
async function killIn(
  lab: CrashLab,
  run: StartedCommand,
  { aim, nth, delayMs }: { readonly aim: CrashPhase; readonly nth: number; readonly delayMs: number },
): Promise<number> {
  const clock = createRealClock();
  const deadline = clock.now() + PHASE_LIMIT_MS;
  while ((await readEvents(lab)).filter((event) => aim.begins(event)).length < nth) {
    if (run.child.exitCode !== null || clock.now() > deadline) break;
    await clock.sleep(LOOK_MS);
  }
  const seenMs = clock.now();
  if (delayMs >= 1) await clock.sleep(delayMs);
  const sinceMs = clock.now() - seenMs;
  run.child.kill('SIGKILL');
  await run.ended;
  return sinceMs;
}

async function readEvents({ folder }: CrashLab): Promise<SeenEvent[]> {
  const lines = (await readFile(join(folder, 'events.jsonl'), 'utf8')).split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as SeenEvent); // whole lines, written by our own command
}

/** Result: in words, what was killed. */
async function killWatchdogs(lab: CrashLab, before: ReadonlySet<string>, way: Way): Promise<string> {
  if (way !== 'both killed, recover --all') return '';
  const runs = (await listRuns(lab.stateFolder)).filter((run) => !before.has(run.runId));
  const notes = (await Promise.all(runs.map(({ path }) => readWatchdogNote(path)))).filter((note) => note?.alive === true);
  for (const note of notes) if (note !== undefined) process.kill(note.pid, 'SIGKILL');
  return `, ${notes.length} watchdogs killed`;
}

/** When the watchdogs of runs began to mend, by their logs. */
async function takeovers(left: readonly RunSummary[]): Promise<number[]> {
  const logs = await Promise.all(left.map(({ path }) => readFile(join(path, 'watchdog.log'), 'utf8').catch(() => '')));
  return logs.flatMap((log) => {
    const at = /^(\S+) attempt 1$/m.exec(log)?.[1];
    return at === undefined ? [] : [Date.parse(at)];
  });
}

/** Waits until the machines run, the nodes are Ready and no run has anything left to mend. Result: what is not so at the limit. */
async function untilWell(lab: CrashLab): Promise<string[]> {
  const deadline = Date.now() + WELL_LIMIT_MS;
  for (;;) {
    const pending = (await listRuns(lab.stateFolder)).filter((run) => run.pending.length > 0);
    const problems = [...(await lab.broken()), ...pending.map((run) => `run ${run.runId} has something left to mend`)];
    if (problems.length === 0 || Date.now() > deadline) return problems;
    await createRealClock().sleep(POLL_MS);
  }
}

/** A watchdog that has nothing to do any more leaves. Result: those that do not. */
async function watchdogsLeft(left: readonly RunSummary[]): Promise<string[]> {
  const deadline = Date.now() + WELL_LIMIT_MS;
  for (;;) {
    const notes = await Promise.all(left.map(({ path }) => readWatchdogNote(path)));
    const alive = notes.filter((note) => note?.alive === true);
    if (alive.length === 0 || Date.now() > deadline) return alive.map((note) => `watchdog ${note?.pid ?? '?'} does not leave`);
    await createRealClock().sleep(POLL_MS);
  }
}

/** A process that is killed between two writes tears nothing: at most the very last line, which `damage` tells of. */
function notReadable({ runId, records, damage }: RunSummary): string[] {
  const readable = records.length === 0 || records[0]?.type === 'begin';
  return readable && damage.length === 0 ? [] : [`the undo log of run ${runId} is not readable: ${damage.join(', ')}`];
}

/** A lock file whose owner is dead and left nothing to mend holds nothing: the next run takes it over. */
async function heldLocks(lab: CrashLab, left: readonly RunSummary[]): Promise<string[]> {
  const holding = new Set(left.filter((run) => run.state === 'running' || run.pending.length > 0).map((run) => run.runId));
  const locks = await readLocks(lab.stateFolder);
  return locks.filter((lock) => holding.has(lock.runId)).map((lock) => `${lock.target} is still locked by run ${lock.runId}`);
}
