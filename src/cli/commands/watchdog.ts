import { BugError, createRealClock, formatDuration, messageOf, processIdentity } from '../../base/index.ts';
import { type WatchdogNote, readRun, watchdogEntry, writeWatchdogNote } from '../../experiment/index.ts';
import { type Command, textOption } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { listenToRunner } from '../run/listen-to-runner.ts';
import { recoverWithDrivers } from '../run/recover-with-drivers.ts';
import { watchdogPatience } from '../run/watchdog-patience.ts';

/** Started by `run`; not for people. */
export const watchdogCommand: Command = {
  arguments: [
    { name: '<run>', description: 'id of the run' },
    { name: '<pid>', description: "number of the run's process" },
  ],
  options: [
    { flags: '--first-wait <duration>', description: 'before the second attempt (default: $EVENKEEL_WATCHDOG_FIRST_WAIT, else 5s)' },
    { flags: '--longest-wait <duration>', description: 'between two attempts (default: $EVENKEEL_WATCHDOG_LONGEST_WAIT, else 2m)' },
    { flags: '--limit <duration>', description: 'when it gives up (default: $EVENKEEL_WATCHDOG_LIMIT, else 24h)' },
  ],
  examples: [],
  run: async ({ args: [runId, pid], options }, context) => {
    if (runId === undefined || pid === undefined) throw new BugError('the watchdog needs a run and a process');
    const runner = listenToRunner(process.stdin);
    const { path } = await readRun(context.stateFolder, runId);
    const outcome = await watchdogEntry({
      wallClock: createRealClock(),
      pid: Number(pid),
      processIdentity: await identityIn(runId, Number(pid), context),
      patience: watchdogPatience(context.env, {
        firstWait: textOption(options, 'firstWait'),
        longestWait: textOption(options, 'longestWait'),
        limit: textOption(options, 'limit'),
      }),
      runnerGone: runner.gone,
      signal: context.signal,
      readRun: () => readRun(context.stateFolder, runId),
      recover: (run) => recoverWithDrivers(run, context, { by: 'watchdog', handed: runner.handed() }),
      note: (state) => tell(path, state, context),
    });
    context.say(outcome);
    return outcome === 'gave-up' ? EXIT.undoIncomplete : EXIT.asHoped;
  },
};

/** As the run wrote it down: by now another process may have its number. */
async function identityIn(runId: string, pid: number, { stateFolder }: CommandContext): Promise<string> {
  const begin = (await readRun(stateFolder, runId)).records.find((record) => record.type === 'begin');
  return begin?.process ?? processIdentity(pid) ?? '';
}

/** In the note for `runs`, and in its log. */
async function tell(path: string, state: Omit<WatchdogNote, 'pid' | 'process' | 'at'>, { say, log }: CommandContext): Promise<void> {
  const at = new Date(createRealClock().now()).toISOString();
  if (state.state === 'mending') say(`${at} attempt ${state.attempt}`);
  if (state.state === 'waiting' && state.nextAt !== null)
    say(`${at} not all is mended (${state.reason ?? ''}); again in ${formatDuration(Date.parse(state.nextAt) - Date.parse(at))}`);
  if (state.state === 'gave-up') say(`${at} gave up: ${state.reason ?? ''}`);
  const note = { pid: process.pid, process: processIdentity(process.pid) ?? '', at, ...state };
  await writeWatchdogNote(path, note).catch((thrown: unknown) => log.warning(messageOf(thrown)));
}
