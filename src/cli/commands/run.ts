import { EvenkeelError, parseDuration } from '../../base/index.ts';
import { exitCodeOf } from '../../experiment/index.ts';
import { type Command, type OptionValues, listOption, textOption } from '../command.ts';
import type { CommandContext } from '../context.ts';
import { withEnvironment } from '../create-context.ts';
import { EXIT, exitCodeOfError } from '../exit-codes.ts';
import { printData } from '../output/print-data.ts';
import { renderJourney } from '../output/render-journey.ts';
import { type ExecutedRun, executeRun, type RunRequest } from '../run/execute-run.ts';
import { outcomeOf } from '../../report/index.ts';
import { errorLine, speakingJson } from '../run/event-log.ts';
import { GUARD_OPTIONS, guardLimitsOf } from '../run/guard-limits.ts';
import { tellingHere } from '../run/open-run-view.ts';
import { VARIABLE_OPTIONS, readGivenVariables, readStanding } from '../run/standing.ts';

const DRY_MODES = ['probes', 'actions', 'activities', 'pause'] as const;
const HYPOTHESIS_STRATEGIES = ['default', 'before-method-only', 'after-method-only', 'during-method-only', 'continuously'] as const;
const ROLLBACK_STRATEGIES = ['default', 'always', 'never', 'deviated'] as const;

export const runCommand: Command = {
  description:
    'Runs an experiment of the Chaos Toolkit. What a fault breaks is written down before it acts, and is mended and verified in the end, whatever the end is.',
  arguments: [{ name: '<experiment>', description: 'file (YAML or JSON), or its address (http, https)' }],
  options: [
    { flags: '-j, --journey <file>', description: 'a journey to send all the while (may be repeated)', repeats: true },
    { flags: '--lead <duration>', description: 'how long journeys are measured before the method and after the undo', default: '15s' },
    { flags: '--journal-path <file>', description: 'where the journal goes', default: 'journal.json' },
    ...GUARD_OPTIONS,
    { flags: '--no-watchdog', description: 'start no second process that mends when this one is killed' },
    { flags: '--log-format <format>', description: 'how to tell on standard error', choices: ['text', 'json'], default: 'text' },
    { flags: '--events <file>', description: 'write every event there as it happens (JSON lines)' },
    { flags: '--dry-run', description: 'check the gate, choose targets, ask for permissions, and break nothing' },
    { flags: '--dry <what>', description: 'leave something out', choices: DRY_MODES },
    { flags: '--hypothesis-strategy <strategy>', description: 'when the steady state is checked', choices: HYPOTHESIS_STRATEGIES },
    {
      flags: '--rollback-strategy <strategy>',
      description: 'when rollbacks are played (the undo always is)',
      choices: ROLLBACK_STRATEGIES,
    },
    { flags: '--hypothesis-frequency <seconds>', description: 'pause between two checks of a continuous one', default: '1' },
    { flags: '--fail-fast', description: 'the first miss of a continuous one ends the method' },
    ...VARIABLE_OPTIONS,
    { flags: '--control-file <file>', description: 'controls for every experiment (may be repeated)', repeats: true },
  ],
  examples: [
    { command: 'evenkeel run examples/experiments/node-down.yaml', does: 'stop a random instance, and bring it back' },
    { command: 'evenkeel run node-down.yaml -j contacts.yaml --seed 7', does: 'the same instance again, with a journey' },
  ],
  run: async ({ args, options }, context) => {
    if (options['logFormat'] !== 'json') return runOnce({ args, options }, context);
    try {
      return await runOnce({ args, options }, speakingJson(context));
    } catch (error) {
      context.say(errorLine(error, context.clock.now()));
      return exitCodeOfError(error);
    }
  },
};

async function runOnce({ args, options }: CommandInput, outer: CommandContext): Promise<number> {
  const given = readGivenVariables(options, outer);
  const context = await withEnvironment(outer, given.env);
  const telling = tellingHere(context.env, textOption(options, 'logFormat') ?? 'text');
  const request: RunRequest = {
    file: args[0] ?? '',
    journeyFiles: listOption(options, 'journey'),
    journalPath: textOption(options, 'journalPath') ?? 'journal.json',
    leadMs: parseDuration(textOption(options, 'lead') ?? '15s'),
    watchdog: options['watchdog'] !== false,
    guard: guardLimitsOf(options),
    telling,
    eventsPath: textOption(options, 'events'),
    variableFiles: given.files,
    standing: readStanding(options, outer),
    options: {
      ...choice(options, 'dry', DRY_MODES),
      ...choice(options, 'hypothesisStrategy', HYPOTHESIS_STRATEGIES),
      ...choice(options, 'rollbackStrategy', ROLLBACK_STRATEGIES),
      hypothesisFrequency: frequencyOf(options),
      failFast: options['failFast'] === true,
      variables: given.configuration,
      secretVariables: given.secrets,
    },
  };
  if (options['dryRun'] === true) return rehearse(request, context);
  const run = await executeRun(request, context);
  tellOutcome(run, textOption(options, 'journalPath') ?? 'journal.json', context);
  return exitCodeOf(run.outcome);
}

/** Exit code: 4 when the guard would refuse, 3 when the gate, a target or a permission is missing. */
async function rehearse(request: RunRequest, context: CommandContext): Promise<number> {
  const { dryRun } = await import('../run/dry-run.ts');
  const { renderDryRun } = await import('../output/render-dry-run.ts');
  const result = await dryRun(request, context);
  printData(context, result, () => renderDryRun(result, context.style));
  if (result.faults.some(({ status }) => status === 'refused')) return EXIT.refused;
  const bad = result.faults.some(({ status }) => status === 'failed') || result.permissions.some(({ granted }) => granted === 'no');
  return bad || result.gate === 'not-met' || result.gate === 'unknown' ? EXIT.failed : EXIT.asHoped;
}

type CommandInput = Parameters<NonNullable<Command['run']>>[0];

/** Seconds. Errors: `USAGE`. */
function frequencyOf(options: OptionValues): number {
  const text = textOption(options, 'hypothesisFrequency') ?? '1';
  const frequency = Number(text);
  if (text.trim() !== '' && frequency > 0 && frequency < Infinity) return frequency;
  throw new EvenkeelError('USAGE', `--hypothesis-frequency is '${text}', expected seconds such as 0.5`, { blame: 'input' });
}

/** The option as one of its choices (commander has checked that it is one). */
function choice<K extends string, T extends string>(options: OptionValues, name: K, choices: readonly T[]): { [P in K]?: T } {
  const value = choices.find((candidate) => candidate === options[name]);
  return (value === undefined ? {} : { [name]: value }) as { [P in K]?: T }; // one key, of that name
}

/** Says how a run ended, and what to do next. `journalPath` undefined: the journal is not kept. */
export function tellOutcome({ journal, outcome }: ExecutedRun, journalPath: string | undefined, context: CommandContext): void {
  const { style, program, globals } = context;
  const journeys = journal.evenkeel?.sections['journeys'];
  // Written by executeRun a moment ago.
  for (const record of Array.isArray(journeys) ? (journeys as Parameters<typeof renderJourney>[0][]) : [])
    context.say(`\n${renderJourney(record, style)}`);
  // The very words of the report.
  const { word, tone, detail } = outcomeOf(journal);
  const paint = tone === 'good' ? style.good : tone === 'bad' ? style.bad : style.warn;
  context.say(`\n${paint(`${word.slice(0, 1).toUpperCase()}${word.slice(1)}.`)} ${detail}`);
  if (globals.output !== 'table')
    printData(context, { kind: 'Run', schema: 1, outcome, runId: journal.evenkeel?.runId, journal: journalPath }, () => '');
  if (outcome === 'undo-incomplete') context.say(`Next: ${style.command(`${program} recover`)}`);
  else if (journalPath !== undefined)
    context.say(`Journal: ${journalPath}. Next: ${style.command(`${program} report ${journalPath} -o report.html`)}`);
}
