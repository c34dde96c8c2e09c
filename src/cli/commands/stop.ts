import { createRealClock, EvenkeelError, formatDuration, messageOf, parseDuration } from '../../base/index.ts';
import { type RunSummary, listRuns, readRun } from '../../experiment/index.ts';
import { type Command, textOption } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { printData } from '../output/print-data.ts';
import { renderUndo, undoneOf } from '../output/render-undo.ts';

const POLL_MS = 200;

export const stopCommand: Command = {
  description:
    'Stops a run from another terminal, as Ctrl-C in its own does: it ends at once, undoes what it did, and verifies it. Waits for that.',
  arguments: [{ name: '[run]', description: 'id of a run, or its beginning (default: every run that is under way)' }],
  options: [{ flags: '--limit <duration>', description: 'how long to wait for the undo', default: '15m' }],
  examples: [
    { command: 'evenkeel stop', does: 'stop what is running now, and bring everything back' },
    { command: 'evenkeel runs', does: 'see what is running' },
  ],
  run: async ({ args, options }, context) => {
    const runs = await chooseRunning(args[0], context);
    const limitMs = parseDuration(textOption(options, 'limit') ?? '15m');
    for (const run of runs) interrupt(run, context);
    const ended = await Promise.all(runs.map((run) => waitUntilEnded(run, limitMs, context)));
    const data = ended.map((run) => ({ runId: run.runId, state: run.state, outcome: run.outcome, undo: undoneOf(run) }));
    printData(context, { kind: 'Stop', schema: 1, runs: data }, () => ended.map((run) => renderUndo(run, context.style)).join('\n\n'));
    const left = ended.filter((run) => run.pending.length > 0 || run.state === 'running');
    if (left.length === 0) return EXIT.asHoped;
    for (const run of left) context.say(leftWords(run, limitMs, context));
    return EXIT.undoIncomplete;
  },
};

/** Errors: `NOT_FOUND` when there is no such run, or it does not run. */
async function chooseRunning(id: string | undefined, { stateFolder }: CommandContext): Promise<readonly RunSummary[]> {
  const all = await listRuns(stateFolder);
  const running = all.filter((run) => run.state === 'running');
  const found = id === undefined ? running : running.filter((run) => run.runId.startsWith(id));
  if (found.length === 1 || (id === undefined && found.length > 0)) return found;
  if (found.length > 1) {
    throw new EvenkeelError('USAGE', `'${id ?? ''}' is the beginning of ${found.length} runs`, {
      blame: 'input',
      hint: 'Write more of its id.',
    });
  }
  const ended = id === undefined ? undefined : all.find((run) => run.runId.startsWith(id));
  const what =
    id === undefined ? 'no run is under way' : ended ? `run ${ended.runId} is not under way (${ended.state})` : `there is no run '${id}'`;
  const hint = ended?.state === 'left' ? `Mend what it left: evenkeel recover ${ended.runId}` : 'List them: evenkeel runs';
  throw new EvenkeelError('NOT_FOUND', what, { blame: 'input', hint });
}

/** The process is that of the run: `listRuns` calls a run running only when start time and number are those it wrote down. */
function interrupt(run: RunSummary, { say }: CommandContext): void {
  if (run.pid === null) throw new EvenkeelError('NOT_FOUND', `the process of run ${run.runId} is not known`, { blame: 'environment' });
  try {
    process.kill(run.pid, 'SIGINT');
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
    // It ended just now: what it left is told below.
    if (code === 'ESRCH') return;
    throw new EvenkeelError('DENIED', `process ${run.pid} of run ${run.runId} can not be told to stop: ${messageOf(thrown)}`, {
      blame: 'environment',
      hint: 'It belongs to another user: ask as that user.',
      cause: thrown,
    });
  }
  say(`Told run ${run.runId} (process ${run.pid}) to stop; it undoes what it did …`);
}

/** Waits on the wall's clock: a process lives in real time. Result: the run as it is then, ended or not. */
async function waitUntilEnded(run: RunSummary, limitMs: number, { stateFolder, signal }: CommandContext): Promise<RunSummary> {
  const clock = createRealClock();
  const deadline = clock.now() + limitMs;
  for (;;) {
    const now = await readRun(stateFolder, run.runId);
    if (now.state !== 'running' || clock.now() >= deadline) return now;
    await clock.sleep(POLL_MS, signal);
  }
}

function leftWords(run: RunSummary, limitMs: number, { style, program }: CommandContext): string {
  const why =
    run.state === 'running'
      ? `Run ${run.runId} is still undoing after ${formatDuration(limitMs)}; it goes on by itself.`
      : `Run ${run.runId} left something broken. Mend it: ${style.command(`${program} recover ${run.runId}`)}`;
  return style.bad(why);
}
