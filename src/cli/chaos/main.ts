/** The Chaos Toolkit's command line. Source: chaostoolkit-compat.md b.8, b.9. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { join } from 'node:path';
import { BugError, EvenkeelError, messageOf } from '../../base/index.ts';
import { DRY_MODES, ROLLBACK_STRATEGIES } from '../../experiment/index.ts';
import type { ChaosIo } from './chaos-io.ts';
import { createConsole } from './console.ts';
import { discoverCommand } from './discover-command.ts';
import type { DiscoverFlags } from './discover-command.ts';
import { initCommand } from './init-command.ts';
import type { InitFlags } from './init-command.ts';
import { reportCommand } from './report-command.ts';
import type { ReportFlags } from './report-command.ts';
import type { Level } from './console.ts';
import { DEFAULT_JOURNAL, runCommand, validateCommand } from './run-command.ts';
import type { RunFlags, Session, SourceFlags } from './run-command.ts';
import { infoCommand } from './info-command.ts';
import { settingsCommands } from './settings-commands.ts';
import { settingsPath } from './settings.ts';

const HYPOTHESIS_CHOICES = ['default', 'before-method-only', 'after-method-only', 'during-method-only', 'continuously', 'continously'];
const LOG_LEVELS = ['debug', 'info', 'warning', 'error'];

/**
 * Runs `chaos` with its arguments (without the program's name).
 *
 * Result: the exit code: 0 success, 1 not a success, 2 a wrong command line.
 */
export async function chaosMain(argv: readonly string[], io: ChaosIo): Promise<number> {
  let exitCode = 0;
  const program = createProgram(io);
  const session = (): Session => openSession(program, io);
  addRun(program, async (source, flags) => {
    exitCode = await runCommand(session(), source, flags);
  });
  addValidate(program, async (source, flags) => {
    exitCode = await validateCommand(session(), source, flags);
  });
  const answer = (code: number): void => void (exitCode = code);
  infoCommand(program, session, answer);
  settingsCommands(program, session, answer);
  addOthers(program, session, answer);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (thrown) {
    return exitCodeFor(thrown, io);
  }
}

function exitCodeFor(thrown: unknown, io: ChaosIo): number {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2;
  if (thrown instanceof BugError || !(thrown instanceof EvenkeelError)) {
    io.stderr(`Error: ${messageOf(thrown)}\n`);
    return 1;
  }
  io.stderr(`Error: ${thrown.message}\n`);
  return thrown.code === 'USAGE' ? 2 : 1;
}

function createProgram(io: ChaosIo): Command {
  const program = new Command('chaos')
    .description('Run experiments of the Chaos Toolkit format')
    .version('chaos 1.19.0 (evenkeel)', '--version')
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.stdout(text), writeErr: (text) => io.stderr(text) })
    .enablePositionalOptions()
    .option('--verbose', 'show more lines')
    .option('--no-version-check', 'do nothing: there is no such check')
    .option('--change-dir <folder>', 'work in this folder')
    .option('--no-log-file', 'write no log file')
    .option('--log-file <path>', 'append the log to this file', 'chaostoolkit.log')
    .addOption(new Option('--log-file-level <level>', 'least level of the log file').choices(LOG_LEVELS).default('debug'))
    .addOption(new Option('--log-format <format>', 'how lines look').choices(['string', 'json']).default('string'))
    .option('--settings <path>', 'the settings file');
  return program;
}

function openSession(program: Command, io: ChaosIo): Session {
  // The options declared above, with their defaults.
  const options = program.opts<{
    verbose?: boolean;
    changeDir?: string;
    logFile: string | false;
    logFileLevel: string;
    logFormat: 'string' | 'json';
    settings?: string;
  }>();
  const level = options.logFileLevel.toUpperCase() as Level;
  const file = options.logFile === false ? undefined : { path: join(io.cwd, options.logFile), level };
  const console = createConsole({
    clock: io.clock,
    verbose: options.verbose === true,
    format: options.logFormat,
    file,
    stderr: (text) => io.stderr(text),
  });
  if (options.changeDir !== undefined) io.changeFolder(options.changeDir);
  return { io, console, settingsFile: settingsPath(io, options.settings) };
}

const collect = (value: string, all: readonly string[] = []): readonly string[] => [...all, value];

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value)) throw new InvalidArgumentError('It is not a number.');
  return value;
}

function addSourceOptions(command: Command): Command {
  return command
    .argument('<source>', 'a file, or an address')
    .option('--no-verify-tls', 'do not check certificates while loading the experiment')
    .option('--var <name[:type]=value>', 'replace a value of the configuration', collect, [])
    .option('--var-file <path>', 'replace values by those of a file', collect, []);
}

function addRun(program: Command, act: (source: string, flags: RunFlags) => Promise<void>): void {
  addSourceOptions(program.command('run').description('run an experiment'))
    .option('--journal-path <path>', 'where the journal is written', DEFAULT_JOURNAL)
    .addOption(new Option('--dry <mode>', 'leave out').choices([...DRY_MODES]))
    .option('--no-validation', 'do not check the experiment before')
    .addOption(new Option('--rollback-strategy <strategy>', 'when rollbacks are played').choices([...ROLLBACK_STRATEGIES]))
    .addOption(new Option('--hypothesis-strategy <strategy>', 'when the hypothesis is checked').choices(HYPOTHESIS_CHOICES))
    .option('--hypothesis-frequency <seconds>', 'pause between continuous checks', seconds, 1)
    .option('--fail-fast', 'end the method when a continuous check is missed', false)
    .option('--control-file <path>', 'controls for every experiment', collect, [])
    .action(act);
}

function addValidate(program: Command, act: (source: string, flags: SourceFlags) => Promise<void>): void {
  addSourceOptions(program.command('validate').description('check an experiment')).action(act);
}

function addOthers(program: Command, session: () => Session, answer: (code: number) => void): void {
  program
    .command('init')
    .description('make an experiment by answering questions')
    .option('--discovery-path <path>', 'what chaos discover wrote', './discovery.json')
    .option('--experiment-path <path>', 'where the experiment is written; YAML for .yaml and .yml', './experiment.json')
    .action(async (flags: InitFlags) => answer(await initCommand(session(), flags)));
  program
    .command('discover')
    .description('list what a package offers: chaosazure, chaosk8s, evenkeel, or one of python3')
    .argument('<package>', 'its name')
    .option('--no-system-info', 'do nothing: the system is never looked at')
    .option('--no-install', 'do nothing: nothing is ever installed')
    .option('--discovery-path <path>', 'where the list is written', './discovery.json')
    .action(async (name: string, flags: DiscoverFlags) => answer(await discoverCommand(session(), name, flags)));
  program
    .command('report')
    .description('make a report of journals')
    .argument('<paths...>', 'journals, and the report to write as the last')
    .option('--title <title>', 'title of the report', 'Chaos Engineering Report')
    .addOption(new Option('--export-format <format>', 'how it looks').choices(['markdown', 'html', 'html5', 'pdf']).default('markdown'))
    .option('--var <name[:type]=value>', 'do nothing: a journal is told as it is', collect, [])
    .option('--var-file <path>', 'do nothing: a journal is told as it is', collect, [])
    .action(async (paths: readonly string[], flags: ReportFlags) => answer(await reportCommand(session(), paths, flags)));
}
