import { BugError, createRealClock } from '../../base/index.ts';
import { processIdentity, readRun, watchdogEntry } from '../../experiment/index.ts';
import type { Command } from '../command.ts';
import { recoverWithDrivers } from '../run/recover-with-drivers.ts';

/** Started by `run`; not for people. */
export const watchdogCommand: Command = {
  arguments: [
    { name: '<run>', description: 'id of the run' },
    { name: '<pid>', description: "number of the run's process" },
  ],
  examples: [],
  run: async ({ args: [runId, pid] }, context) => {
    if (runId === undefined || pid === undefined) throw new BugError('the watchdog needs a run and a process');
    const outcome = await watchdogEntry({
      wallClock: createRealClock(),
      pid: Number(pid),
      processIdentity: processIdentity(Number(pid)) ?? '',
      readRun: () => readRun(context.stateFolder, runId),
      recover: async (run) => {
        await recoverWithDrivers(run, context, { by: 'watchdog' });
      },
    });
    context.say(outcome);
    return 0;
  },
};
