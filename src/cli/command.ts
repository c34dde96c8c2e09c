import type { CommandContext } from './context.ts';

export interface ArgumentSpec {
  /** `file` is required, `[run]` optional, `[files...]` any number. */
  readonly name: string;
  readonly description: string;
}

export interface OptionSpec {
  /** As commander writes it: `-o, --output <format>`. */
  readonly flags: string;
  readonly description: string;
  readonly default?: string | boolean;
  readonly choices?: readonly string[];
  /** May be given several times. */
  readonly repeats?: boolean;
}

export type OptionValues = Readonly<Record<string, unknown>>;

/** A line in the list of commands: enough for the help, so that only the module of the command that is asked for is loaded. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Not shown in help. */
  readonly hidden?: boolean;
  load(): Promise<Command>;
}

/** A command as data: help, completion and docs derive from it. */
export interface Command {
  /** More for `help COMMAND`. */
  readonly description?: string;
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  readonly examples: readonly { readonly command: string; readonly does: string }[];
  readonly subcommands?: readonly (Command & { readonly name: string; readonly summary: string })[];
  /** Result: the exit code (docs/exit-codes.md). */
  run?(input: { readonly args: readonly string[]; readonly options: OptionValues }, context: CommandContext): Promise<number>;
}

/** Reads an option that holds one text. */
export function textOption(options: OptionValues, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** Reads an option that was given any number of times. */
export function listOption(options: OptionValues, name: string): readonly string[] {
  const value = options[name];
  return Array.isArray(value) ? value.map(String) : typeof value === 'string' ? [value] : [];
}
