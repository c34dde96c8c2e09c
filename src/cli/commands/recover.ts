import { EvenkeelError, nearest, plural } from '../../base/index.ts';
import { type RunSummary, type UndoRecord, listRuns } from '../../experiment/index.ts';
import type { Command } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { printData } from '../output/print-data.ts';
import { renderTable } from '../output/table.ts';
import { recoverWithDrivers } from '../run/recover-with-drivers.ts';

export const recoverCommand: Command = {
  description:
    'Mends what a run left broken when it died: reads its undo log, looks at each target, starts what is stopped, and verifies it. Safe to repeat.',
  arguments: [{ name: '[run]', description: 'id of a run (default: every run that left something)' }],
  options: [{ flags: '--all', description: 'every run that left something' }],
  examples: [
    { command: 'evenkeel recover', does: 'mend everything that is still broken' },
    { command: 'evenkeel runs', does: 'see what there is to mend' },
  ],
  run: async ({ args }, context) => {
    const runs = await chooseRuns(args[0], context);
    if (runs.length === 0) {
      context.say('Nothing to mend: no run left anything broken.');
      printData(context, { kind: 'Recovery', schema: 1, runs: [] }, () => '');
      return EXIT.asHoped;
    }
    const records: { runId: string; undo: readonly UndoRecord[] }[] = [];
    for (const run of runs) {
      context.say(`Run ${run.runId} (${run.title}): ${plural(run.pending.length, 'thing')} to mend`);
      records.push({
        runId: run.runId,
        undo: await recoverWithDrivers(run, context, { onStart: (plan) => context.say(`  ${plan.summary} …`) }),
      });
    }
    const all = records.flatMap((record) => record.undo);
    printData(context, { kind: 'Recovery', schema: 1, runs: records }, () => renderRecords(all, context));
    const unknown = runs.filter((run) => run.plansLost);
    for (const run of unknown)
      context.say(
        context.style.bad(
          `Part of the undo log of run ${run.runId} is lost (${run.damage.join('; ')}): what it broke besides is not known. Look at its targets, then remove ${run.path}.`,
        ),
      );
    const broken = all.filter((record) => record.status === 'still-broken' || record.status === 'not-tried');
    if (broken.length === 0) return unknown.length === 0 ? EXIT.asHoped : EXIT.undoIncomplete;
    context.say(
      context.style.bad(
        `${plural(broken.length, 'thing')} still broken. Run ${context.program} recover again, or mend by hand as said above.`,
      ),
    );
    return EXIT.undoIncomplete;
  },
};

async function chooseRuns(id: string | undefined, context: CommandContext): Promise<readonly RunSummary[]> {
  const runs = await listRuns(context.stateFolder);
  if (id === undefined) return runs.filter((run) => run.state !== 'running' && (run.pending.length > 0 || run.plansLost));
  const run = runs.find((candidate) => candidate.runId === id) ?? only(runs.filter((candidate) => candidate.runId.startsWith(id)));
  if (run) return [run];
  const near = nearest(
    id,
    runs.map((candidate) => candidate.runId),
  );
  throw new EvenkeelError('NOT_FOUND', `there is no run '${id}'`, {
    blame: 'input',
    hint: near === undefined ? 'List them: evenkeel runs' : `Did you mean ${near}?`,
  });
}

const only = <T>(items: readonly T[]): T | undefined => (items.length === 1 ? items[0] : undefined);

function renderRecords(records: readonly UndoRecord[], context: CommandContext): string {
  const { style } = context;
  const rows = records.map((record) => {
    const good = record.status === 'mended' || record.status === 'already-mended';
    return [record.summary, good ? style.good(`✓ ${record.status}`) : style.bad(`✗ ${record.status}`), record.detail.join('; ')];
  });
  return renderTable(['WHAT', 'STATUS', 'VERIFIED'], rows);
}
