import { setMaxListeners } from 'node:events';
import { Command as Program, CommanderError, InvalidArgumentError, Option } from 'commander';
import { BugError, EvenkeelError, messageOf } from '../base/index.ts';
import type { Command, CommandEntry, OptionSpec } from './command.ts';
import { COMMANDS } from './commands/index.ts';
import { createContext } from './create-context.ts';
import { EXIT, exitCodeOfError } from './exit-codes.ts';
import { GLOBAL_OPTIONS, readGlobalOptions } from './global-options.ts';
import { createStyle } from './output/style.ts';
import { version } from './version.ts';

/** Runs the command line to its end and leaves with its exit code. Nothing but this calls `process.exit`. */
export async function main(program: string, argv: readonly string[]): Promise<never> {
  // Every request and watch of a command (and of the lab) listens to one signal; that is no leak.
  setMaxListeners(0);
  // A reader that went away (`| head`, a closed terminal) is no error, and must end neither a run nor its undo.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  const code = await runCommandLine(program, argv);
  await new Promise<void>((resolve) => void process.stdout.write('', () => resolve()));
  process.exit(code);
}

async function runCommandLine(name: string, argv: readonly string[]): Promise<number> {
  const interruption = listenForInterruption(name);
  let exitCode: number = EXIT.asHoped;
  const root = new Program(name)
    .description('What happens to our application when one node is down, and how do we make it survive?')
    .version(version, '--version')
    .enablePositionalOptions()
    .showHelpAfterError(`(${name} --help lists the commands)`)
    .exitOverride();
  addOptions(root, GLOBAL_OPTIONS, false);
  root.addHelpText('after', `\nTry it without a cloud:  ${name} tour`);
  const run = async (command: Command, args: readonly string[], options: Record<string, unknown>): Promise<void> => {
    const all = { ...root.opts(), ...options };
    const globals = readGlobalOptions(all);
    const context = await createContext({
      program: name,
      globals,
      env: process.env,
      colour: wantsColour(all),
      signal: interruption.signal,
      onInterruptedAgain: interruption.onAgain,
    });
    exitCode = (await command.run?.({ args, options }, context)) ?? EXIT.asHoped;
  };
  const asked = commandIn(argv);
  for (const entry of COMMANDS) {
    const command = entry.name === asked ? await entry.load() : { examples: [] };
    root.addCommand(toProgram(entry, command, run), { hidden: entry.hidden ?? false });
  }
  try {
    await root.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    exitCode = tell(error, name);
  }
  return interruption.exitCode(exitCode);
}

type Run = (command: Command, args: readonly string[], options: Record<string, unknown>) => Promise<void>;

/** The command's name in the arguments: the first word that is neither an option nor an option's value; for `help X` it is X. */
function commandIn(argv: readonly string[]): string | undefined {
  const takesValue = new Set(GLOBAL_OPTIONS.filter((option) => option.flags.includes('<')).flatMap((option) => flagsOf(option)));
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? '';
    if (takesValue.has(word)) index++;
    else if (word !== 'help' && !word.startsWith('-')) return word;
  }
  return undefined;
}

const flagsOf = (option: OptionSpec): string[] => option.flags.match(/--[\w-]+|(?<!\S)-\w/g) ?? [];

function toProgram({ name, summary }: Pick<CommandEntry, 'name' | 'summary'>, command: Command, run: Run): Program {
  const program = new Program(name)
    .summary(summary)
    .description(command.description ?? summary)
    .enablePositionalOptions()
    .exitOverride();
  for (const argument of command.arguments ?? []) {
    program.argument(/^[<[]/.test(argument.name) ? argument.name : `<${argument.name}>`, argument.description);
  }
  addOptions(program, command.options ?? [], false);
  const own = new Set((command.options ?? []).flatMap(flagsOf));
  const inherited = GLOBAL_OPTIONS.map((option) => ({ ...option, flags: withoutTaken(option, own) })).filter(
    (option) => option.flags !== '',
  );
  addOptions(program, inherited, true);
  if (command.examples.length > 0) {
    const width = Math.max(...command.examples.map((example) => example.command.length));
    program.addHelpText(
      'after',
      `\nExamples:\n${command.examples.map((example) => `  ${example.command.padEnd(width)}  ${example.does}`).join('\n')}`,
    );
  }
  for (const subcommand of command.subcommands ?? []) program.addCommand(toProgram(subcommand, subcommand, run));
  if (command.run) {
    program.action(async (...given: unknown[]) => {
      const args = given
        .slice(0, -2)
        .flatMap((value) => (Array.isArray(value) ? value.map(String) : typeof value === 'string' ? [value] : []));
      await run(command, args, optionsUpTo(program));
    });
  }
  return program;
}

/** The options of a command and of those that it belongs to; its own win. */
function optionsUpTo(program: Program): Record<string, unknown> {
  return { ...(program.parent === null ? {} : optionsUpTo(program.parent)), ...program.opts() };
}

/** A global option without the flags that the command uses for something of its own. */
function withoutTaken(option: OptionSpec, taken: ReadonlySet<string>): string {
  const [, flags = '', value = ''] = /^(.*?)(\s<.*>)?$/.exec(option.flags) ?? [];
  const left = flags.split(', ').filter((flag) => !taken.has(flag));
  return left.some((flag) => flag.startsWith('--')) ? left.join(', ') + value : '';
}

function addOptions(program: Program, options: readonly OptionSpec[], hide: boolean): void {
  for (const spec of options) {
    const option = new Option(spec.flags, spec.description);
    if (spec.default !== undefined) option.default(spec.default);
    if (spec.choices) option.choices([...spec.choices]);
    if (spec.repeats) option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
    if (hide) option.hideHelp();
    program.addOption(option);
  }
}

function wantsColour(options: Readonly<Record<string, unknown>>): boolean {
  return options['color'] !== false && !process.env['NO_COLOR'] && (process.stdout.isTTY || Boolean(process.env['FORCE_COLOR']));
}

/** Tells what went wrong on standard error. Result: the exit code. */
function tell(error: unknown, name: string): number {
  if (error instanceof CommanderError || error instanceof InvalidArgumentError) return error.exitCode === 0 ? EXIT.asHoped : EXIT.usage;
  const style = createStyle(process.stderr.isTTY && !process.env['NO_COLOR']);
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  if (error instanceof EvenkeelError && error.code === 'CANCELLED') {
    say(['Interrupted.', error.hint].join(' ').trim());
    return EXIT.interrupted;
  }
  if (error instanceof EvenkeelError) {
    say(`${style.bad('error:')} ${error.message}`);
    if (error.hint !== undefined) say(`${style.dim('hint:')}  ${error.hint}`);
    return exitCodeOfError(error);
  }
  say(`${style.bad('error:')} a mistake in ${name} itself: ${messageOf(error)}`);
  say(`${style.dim('hint:')}  Run it again with EVENKEEL_DEBUG=1 and report what it prints.`);
  if (process.env['EVENKEEL_DEBUG'] || error instanceof BugError)
    say(error instanceof Error && process.env['EVENKEEL_DEBUG'] ? (error.stack ?? '') : '');
  return EXIT.failed;
}

interface Interruption {
  readonly signal: AbortSignal;
  /** Tells of further ones; without a listener a general word is said. */
  onAgain(this: void, listener: () => void): () => void;
  exitCode(code: number): number;
}

/**
 * The first Ctrl-C asks the command to stop and undo; further ones are told that it is on its way. A closed terminal (SIGHUP) and a mistake
 * of our own that nobody caught are answered alike: leaving at once would leave broken what the run broke.
 */
function listenForInterruption(name: string): Interruption {
  const listeners = new Set<() => void>();
  const controller = new AbortController();
  let received: NodeJS.Signals | undefined;
  const listen = (signal: NodeJS.Signals): void => {
    if (received === undefined) {
      received = signal;
      controller.abort(new EvenkeelError('CANCELLED', `interrupted by ${signal}`, { blame: 'input' }));
    } else if (listeners.size > 0) {
      for (const listener of listeners) listener();
    } else {
      process.stderr.write('Still ending: nothing is to stay broken. This ends by itself.\n');
    }
  };
  process.on('SIGINT', listen);
  process.on('SIGTERM', listen);
  process.on('SIGHUP', listen);
  let mistake = false;
  process.on('uncaughtException', (error) => {
    tell(error, name);
    mistake = true;
    controller.abort(new EvenkeelError('CANCELLED', 'ended by a mistake of its own', { blame: 'environment', cause: error }));
  });
  const keep: readonly number[] = [EXIT.undoIncomplete, EXIT.usage, EXIT.refused];
  return {
    signal: controller.signal,
    onAgain(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    exitCode(code) {
      if (keep.includes(code)) return code;
      if (mistake) return EXIT.failed;
      if (received === undefined) return code;
      return received === 'SIGINT' ? EXIT.interrupted : EXIT.terminated;
    },
  };
}
