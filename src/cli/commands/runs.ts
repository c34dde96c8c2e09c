import { formatDuration, plural } from '../../base/index.ts';
import { type RunSummary, listRuns, readRun } from '../../experiment/index.ts';
import type { Command } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { printData } from '../output/print-data.ts';
import { renderTimeline, renderUndo, undoneOf } from '../output/render-undo.ts';
import { renderTable } from '../output/table.ts';

export const runsCommand: Command = {
  description: 'Lists the runs of this machine, newest first, and what is left to mend of each.',
  examples: [{ command: 'evenkeel runs -o json', does: 'as data' }],
  subcommands: [
    {
      name: 'show',
      summary: 'what one run broke, what became of it, and its undo log',
      arguments: [{ name: '<run>', description: 'id of a run' }],
      examples: [],
      run: ({ args }, context) => show(args[0] ?? '', context),
    },
  ],
  run: async (_input, context) => {
    const runs = (await listRuns(context.stateFolder)).toSorted((a, b) => (b.startedAt ?? '').localeCompare(a.startedAt ?? ''));
    const data = runs.map(({ runId, title, startedAt, state, outcome, pending, damage }) => ({
      runId,
      title,
      startedAt,
      state,
      outcome,
      pending: pending.map((plan) => plan.summary),
      damage,
    }));
    printData(context, { kind: 'Runs', schema: 1, runs: data }, () =>
      runs.length === 0
        ? 'No runs yet.'
        : renderTable(
            ['RUN', 'AGE', 'STATE', 'OUTCOME', 'LEFT TO MEND', 'TITLE'],
            runs.map((run) => row(run, context)),
          ),
    );
    const left = runs.filter((run) => run.state !== 'running' && run.pending.length > 0);
    if (left.length > 0)
      context.say(
        `\n${context.style.bad(`${plural(left.length, 'run')} left something broken.`)} Mend it: ${context.style.command(`${context.program} recover`)}`,
      );
    return 0;
  },
};

async function show(id: string, context: CommandContext): Promise<number> {
  const run = await readRun(context.stateFolder, id);
  const { runId, title, startedAt, state, outcome, pid, records, damage, path } = run;
  const data = { kind: 'Run', schema: 1, runId, title, startedAt, state, outcome, pid, path, undo: undoneOf(run), records, damage };
  printData(context, data, () => `${renderUndo(run, context.style)}\n\nUndo log (${path}):\n${renderTimeline(run, context.style)}`);
  if (state === 'left') context.say(`Mend it: ${context.style.command(`${context.program} recover ${runId}`)}`);
  return 0;
}

function row(run: RunSummary, { style, clock }: CommandContext): string[] {
  const age = run.startedAt === null ? '?' : formatDuration(Math.max(0, clock.now() - Date.parse(run.startedAt)));
  const left = run.pending.length === 0 ? '-' : style.bad(run.pending.map((plan) => plan.summary).join('; '));
  return [run.runId, age, run.state, run.outcome ?? '-', left, run.title];
}
