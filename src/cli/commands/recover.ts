import { EvenkeelError, nearest, plural } from '../../base/index.ts';
import { type RunSummary, listRuns, readRun } from '../../experiment/index.ts';
import { type Command, listOption, textOption } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { printData } from '../output/print-data.ts';
import { type Undone, isMended, undoneOf } from '../output/render-undo.ts';
import { renderTable } from '../output/table.ts';
import { recoverWithDrivers } from '../run/recover-with-drivers.ts';
import type { CredentialWish } from '../run/resolve-credentials.ts';

export const recoverCommand: Command = {
  description:
    'Mends what a run left broken when it died: reads its undo log, looks at each target, starts what is stopped, and verifies it. Safe to repeat; while the watchdog mends, it waits.',
  arguments: [{ name: '[run]', description: 'id of a run (default: every run that left something)' }],
  options: [
    { flags: '--all', description: 'every run that left something' },
    { flags: '--experiment <file>', description: "the run's experiment, where its secrets stand, if it is elsewhere now" },
    { flags: '--var <name=value>', description: 'a configuration value that the run was given (may be repeated)', repeats: true },
    {
      flags: '--var-file <file>',
      description: 'a file of variables that the run was given, if it is elsewhere now (may be repeated)',
      repeats: true,
    },
  ],
  examples: [
    { command: 'evenkeel recover', does: 'mend everything that is still broken' },
    { command: 'evenkeel runs', does: 'see what there is to mend' },
  ],
  run: async ({ args, options }, context) => {
    const runs = await chooseRuns(args[0], context);
    if (runs.length === 0) {
      context.say('Nothing to mend: no run left anything broken.');
      printData(context, { kind: 'Recovery', schema: 1, runs: [] }, () => '');
      return EXIT.asHoped;
    }
    const wish = {
      experiment: textOption(options, 'experiment'),
      variables: listOption(options, 'var'),
      variableFiles: listOption(options, 'varFile'),
    };
    const recovered: RecoveredRun[] = [];
    for (const run of runs) recovered.push(await recoverOne(run, wish, context));
    printData(context, { kind: 'Recovery', schema: 1, runs: recovered }, () =>
      renderRecords(
        recovered.flatMap(({ undo }) => undo),
        context,
      ),
    );
    for (const run of recovered) tellWhatIsLeft(run, context);
    return recovered.every(({ stillBroken, lost }) => stillBroken.length === 0 && lost === null) ? EXIT.asHoped : EXIT.undoIncomplete;
  },
};

interface RecoveredRun {
  readonly runId: string;
  readonly undo: readonly Undone[];
  /** What is still broken, thing by thing. */
  readonly stillBroken: readonly { readonly summary: string; readonly targets: readonly string[]; readonly reason: string }[];
  /** What of the credentials could not be found. */
  readonly missing: readonly string[];
  /** Where the undo log is damaged so that what it broke is not wholly known. */
  readonly lost: string | null;
  readonly path: string;
}

async function recoverOne(run: RunSummary, wish: CredentialWish, context: CommandContext): Promise<RecoveredRun> {
  context.say(`Run ${run.runId} (${run.title}): ${plural(run.pending.length, 'thing')} to mend`);
  const { missing } = await recoverWithDrivers(run, context, {
    ...wish,
    onStart: (plan) => context.say(`  ${plan.summary} …`),
    onBusy: (holder) => context.say(`  it is being mended by ${holder}; waiting for that …`),
  });
  const now = await readRun(context.stateFolder, run.runId);
  const wasPending = new Set(run.pending.map(({ id }) => id));
  const undone = undoneOf(now);
  return {
    runId: run.runId,
    undo: undone.filter(({ id }) => wasPending.has(id)),
    stillBroken: now.pending.map(({ id, summary, targets }) => ({
      summary,
      targets,
      reason: undone.find((one) => one.id === id)?.detail.join('; ') ?? '',
    })),
    missing,
    lost: now.plansLost ? now.damage.join('; ') : null,
    path: now.path,
  };
}

function tellWhatIsLeft({ runId, stillBroken, missing, lost, path }: RecoveredRun, { say, style, program }: CommandContext): void {
  if (lost !== null)
    say(
      style.bad(
        `Part of the undo log of run ${runId} is lost (${lost}): what it broke besides is not known. Look at its targets, then remove ${path}.`,
      ),
    );
  if (stillBroken.length === 0) return;
  say(style.bad(`${plural(stillBroken.length, 'thing')} of run ${runId} still broken:`));
  for (const { summary, targets, reason } of stillBroken) {
    say(`  ${summary}: ${reason}`);
    for (const target of targets) say(`    ${target}`);
  }
  for (const sentence of missing) say(style.warn(sentence));
  say(`Run ${style.command(`${program} recover ${runId}`)} again, or mend by hand what stands above.`);
}

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

function renderRecords(things: readonly Undone[], { style }: CommandContext): string {
  const rows = things.map((thing) => [
    thing.summary,
    isMended(thing) ? style.good(`✓ ${thing.status}`) : style.bad(`✗ ${thing.status}`),
    thing.detail.join('; '),
  ]);
  return rows.length === 0 ? '' : renderTable(['WHAT', 'STATUS', 'VERIFIED'], rows);
}
