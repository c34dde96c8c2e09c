import { EvenkeelError, formatDuration, nearest, parseDuration, plural } from '../../base/index.ts';
import { type RunSummary, type WatchdogNote, listRuns, readWatchdogNote } from '../../experiment/index.ts';
import { type Command, type OptionValues, textOption } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { printData } from '../output/print-data.ts';
import { isMended, renderTimeline, renderUndo, undoneOf } from '../output/render-undo.ts';
import { renderTable } from '../output/table.ts';
import { watchdogWords } from '../output/watchdog-words.ts';
import { pruneRuns } from '../run/prune-runs.ts';
import { wholeNumber } from '../whole-number.ts';

const STATES = ['running', 'ended', 'left', 'mended'] as const;
const MOST = 1_000_000;

export const runsCommand: Command = {
  description:
    'Lists the runs of this machine, newest first: what they broke, what became of it, what is left to mend. Runs that broke nothing are listed too.',
  options: [
    { flags: '--limit <n>', description: 'how many to list', default: '20' },
    { flags: '--skip <n>', description: 'how many of the newest to leave out', default: '0' },
    { flags: '--state <state>', description: 'only those in this state', choices: STATES },
  ],
  examples: [
    { command: 'evenkeel runs -o json', does: 'as data' },
    { command: 'evenkeel runs --skip 20', does: 'the next twenty' },
    { command: 'evenkeel runs prune --older-than 30d', does: 'forget old ones; never one that may have left something broken' },
  ],
  subcommands: [
    {
      name: 'show',
      summary: 'what one run broke, what became of it, its watchdog and its undo log',
      arguments: [{ name: '<run>', description: 'id of a run, or its beginning' }],
      examples: [],
      run: ({ args }, context) => show(args[0] ?? '', context),
    },
    {
      name: 'prune',
      summary: 'remove the folders of old runs, but never of one that may have left something broken',
      options: [
        { flags: '--older-than <duration>', description: 'those whose undo log was last written before that', default: '30d' },
        { flags: '--dry-run', description: 'only say which' },
      ],
      examples: [{ command: 'evenkeel runs prune --older-than 7d --dry-run', does: 'see what would be removed' }],
      run: ({ options }, context) => prune(options, context),
    },
  ],
  run: async ({ options }, context) => {
    const all = (await listRuns(context.stateFolder)).toReversed();
    const asked = all.filter(({ state }) => options['state'] === undefined || state === options['state']);
    const skip = wholeNumber(options, 'skip', 0, MOST);
    const shown = await Promise.all(asked.slice(skip, skip + wholeNumber(options, 'limit', 1, MOST)).map(withWatchdog));
    printData(context, { kind: 'Runs', schema: 1, total: asked.length, skipped: skip, runs: shown.map(asData) }, () =>
      shown.length === 0
        ? 'No runs.'
        : renderTable(
            ['RUN', 'AGE', 'TOOK', 'STATE', 'OUTCOME', 'BROKE', 'TITLE'],
            shown.map((run) => row(run, context)),
          ),
    );
    if (skip + shown.length < asked.length)
      context.say(`${shown.length} of ${plural(asked.length, 'run')}. More: ${context.program} runs --skip ${skip + shown.length}`);
    await tellOfTrouble(all, context);
    return EXIT.asHoped;
  },
};

interface ShownRun {
  readonly run: RunSummary;
  readonly watchdog: (WatchdogNote & { readonly alive: boolean }) | undefined;
}

const withWatchdog = async (run: RunSummary): Promise<ShownRun> => ({ run, watchdog: await readWatchdogNote(run.path) });

function asData({ run, watchdog }: ShownRun): Record<string, unknown> {
  const { runId, title, begunAt, startedAt, endedAt, state, outcome, pending, damage, plansLost } = run;
  const durationSeconds = durationMs(run) === undefined ? null : (durationMs(run) ?? 0) / 1000;
  const left = pending.map(({ summary }) => summary);
  const undo = undoneOf(run);
  return {
    runId,
    title,
    begunAt,
    startedAt,
    endedAt,
    durationSeconds,
    state,
    outcome,
    undo,
    pending: left,
    damage,
    plansLost,
    watchdog: watchdog ?? null,
  };
}

function durationMs({ startedAt, endedAt }: RunSummary): number | undefined {
  return startedAt === null || endedAt === null ? undefined : Math.max(0, Date.parse(endedAt) - Date.parse(startedAt));
}

function row({ run }: ShownRun, { style }: CommandContext): string[] {
  const age = run.begunAt === null ? '?' : formatDuration(Math.max(0, Date.now() - Date.parse(run.begunAt)));
  const took = durationMs(run);
  return [
    run.runId,
    age,
    took === undefined ? '-' : formatDuration(took),
    run.state,
    run.outcome ?? '-',
    brokeWords(run, style),
    run.title,
  ];
}

/** `-`: nothing; `1 mended`; `LEFT: …` with what is still to be mended. */
function brokeWords(run: RunSummary, style: CommandContext['style']): string {
  const things = undoneOf(run);
  if (run.pending.length > 0 && run.state !== 'running') return style.bad(`LEFT: ${run.pending.map(({ summary }) => summary).join('; ')}`);
  if (run.plansLost) return style.bad('not known: its log is damaged');
  if (things.length === 0) return '-';
  const mended = things.filter(isMended).length;
  return mended === things.length ? `${mended} mended` : `${things.length - mended} to be undone`;
}

/** Of every run, listed or not: what is broken is not hidden by a page. */
async function tellOfTrouble(runs: readonly RunSummary[], { say, style, program }: CommandContext): Promise<void> {
  const left = runs.filter((run) => run.state !== 'running' && run.pending.length > 0);
  for (const run of left) {
    const words = watchdogWords(await readWatchdogNote(run.path), Date.now());
    if (words !== undefined) say(`run ${run.runId}: ${words}`);
  }
  for (const run of runs.filter(({ plansLost }) => plansLost))
    say(style.bad(`run ${run.runId}: part of its undo log is lost (${run.damage.join('; ')}): what it broke besides is not known`));
  if (left.length > 0)
    say(`\n${style.bad(`${plural(left.length, 'run')} left something broken.`)} Mend it: ${style.command(`${program} recover`)}`);
}

async function show(id: string, context: CommandContext): Promise<number> {
  const { run, watchdog } = await withWatchdog(await chooseRun(id, context));
  const { state, pid, records, damage, path, source, runId } = run;
  const data = { kind: 'Run', schema: 1, ...asData({ run, watchdog }), pid, path, source, records };
  printData(context, data, () => `${renderUndo(run, context.style)}\n\nUndo log (${path}):\n${renderTimeline(run, context.style)}`);
  if (damage.length > 0) context.say(context.style.bad(`The undo log is damaged: ${damage.join('; ')}. What is sound of it is used.`));
  const words = watchdogWords(watchdog, Date.now());
  if (words !== undefined) context.say(words);
  if (state === 'left') context.say(`Mend it: ${context.style.command(`${context.program} recover ${runId}`)}`);
  return EXIT.asHoped;
}

/** Errors: `NOT_FOUND`, `USAGE`. */
async function chooseRun(id: string, { stateFolder }: CommandContext): Promise<RunSummary> {
  const runs = await listRuns(stateFolder);
  const found = runs.filter((run) => run.runId.startsWith(id));
  const exact = runs.find((run) => run.runId === id) ?? (found.length === 1 ? found[0] : undefined);
  if (exact !== undefined && id !== '') return exact;
  if (found.length > 1)
    throw new EvenkeelError('USAGE', `'${id}' is the beginning of ${found.length} runs`, { blame: 'input', hint: 'Write more of its id.' });
  const near = nearest(
    id,
    runs.map(({ runId }) => runId),
  );
  throw new EvenkeelError('NOT_FOUND', `there is no run '${id}'`, {
    blame: 'input',
    hint: near === undefined ? 'List them: evenkeel runs' : `Did you mean ${near}?`,
  });
}

async function prune(options: OptionValues, context: CommandContext): Promise<number> {
  const olderThanMs = parseDuration(textOption(options, 'olderThan') ?? '30d');
  const dry = options['dryRun'] === true;
  const pruned = await pruneRuns(context.stateFolder, { before: Date.now() - olderThanMs, dry });
  printData(context, { kind: 'Pruned', schema: 1, dry, ...pruned }, () =>
    [
      `${dry ? 'Would remove' : 'Removed'} ${plural(pruned.removed.length, 'run')}.`,
      ...pruned.kept.map(({ runId, why }) => `Kept ${runId}: ${why}`),
    ].join('\n'),
  );
  return EXIT.asHoped;
}
