/** Kills the runner of an experiment at any moment; whatever the moment, nothing stays broken once the watchdog or `recover` has been. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRandom, createRealClock, messageOf } from '../../src/base/index.ts';
import type { Random } from '../../src/base/index.ts';
import { type RunSummary, listRuns } from '../../src/experiment/index.ts';
import type { Campaign, CampaignRun } from './campaign.ts';
import { type CrashLab, readLocks, startCrashLab } from './crash-lab.ts';

const EXPERIMENT = `
title: An instance is stopped for a minute
description: short, so that it can be killed often
configuration:
  azure_subscription_id: {type: env, key: AZURE_SUBSCRIPTION_ID}
method:
  - type: action
    name: stop a random instance
    provider: {type: python, module: chaosazure.vmss.actions, func: stop_vmss}
    pauses: {after: 60}
rollbacks: []
`;
/** Wall time: how long everything may take to be well again. */
const WELL_LIMIT_MS = 30_000;
const POLL_MS = 100;
/** Where a run is, by the last of these lines that it printed. */
const PHASES: readonly (readonly [string, RegExp])[] = [
  ['6 ended', /Steady state held|Still broken\.|^Failed\./m],
  ['5 undo', /Undo:/],
  ['4 pause', /pause of/],
  ['3 power-off', /noted how to mend/],
  ['2 method', /Method/],
  ['1 before the method', /An instance is stopped/],
];

export const crash: Campaign = {
  name: 'crash',
  summary: 'kills the runner at a random moment (SIGKILL); the watchdog or `recover` brings everything back',
  runs: 200,
  briefRuns: 4,
  async *play({ seed, from, runs, say }) {
    const lab = await startCrashLab(seed);
    try {
      await writeFile(join(lab.folder, 'experiment.yaml'), EXPERIMENT);
      // The first run of a new lab is slow.
      const wholeMs = Math.min(await measureWhole(lab, `${seed}/a`), await measureWhole(lab, `${seed}/b`));
      say(`  an undisturbed run takes ${(wholeMs / 1000).toFixed(1)} s`);
      for (let index = from; index < from + runs; index++) {
        yield await crashOnce(lab, { index, wholeMs, random: createRandom(`${seed}/${index}`) });
      }
    } finally {
      await lab.stop();
    }
  },
};

const runArguments = (seed: string): string[] => ['run', 'experiment.yaml', '--yes', '--lead', '0s', '--seed', seed];

async function measureWhole(lab: CrashLab, seed: string): Promise<number> {
  const began = Date.now();
  const { code, output } = await lab.start(runArguments(seed)).ended;
  if (code !== 0) throw new Error(`the undisturbed run ended with ${code}:\n${output}`);
  const took = Date.now() - began;
  await untilWell(lab);
  return took;
}

interface Once {
  readonly index: number;
  readonly wholeMs: number;
  readonly random: Random;
}

async function crashOnce(lab: CrashLab, { index, wholeMs, random }: Once): Promise<CampaignRun> {
  const byRecover = index % 2 === 1;
  const killAfterMs = random.next() * wholeMs;
  const before = new Set((await listRuns(lab.stateFolder)).map((run) => run.runId));
  const run = lab.start([...runArguments(`${index}`), ...(byRecover ? ['--no-watchdog'] : [])]);
  await createRealClock().sleep(killAfterMs);
  const alive = run.child.exitCode === null;
  const phase = PHASES.find(([, line]) => line.test(run.output()))?.[0] ?? '0 starting';
  run.child.kill('SIGKILL');
  await run.ended;
  const kind = `${alive ? phase : '6 ended'}, ${byRecover ? 'recover' : 'watchdog'}`;
  const problems: string[] = [];
  try {
    if (byRecover) {
      const { code, output } = await lab.start(['recover']).ended;
      if (code !== 0) problems.push(`recover ended with ${code}: ${output.trim()}`);
    }
    problems.push(...(await untilWell(lab)));
    const left = (await listRuns(lab.stateFolder)).filter((one) => !before.has(one.runId));
    problems.push(...left.flatMap(notReadable), ...(await heldLocks(lab, left)));
  } catch (thrown) {
    problems.push(messageOf(thrown));
  }
  const failure = `killed after ${Math.round(killAfterMs)} ms: ${problems.join('; ')}`;
  return problems.length === 0 ? { index, kind } : { index, kind, failure };
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
