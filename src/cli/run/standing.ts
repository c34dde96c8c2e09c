/** What holds for every run of a user: the settings file, control files, and what stands on the command line. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { EvenkeelError, messageOf } from '../../base/index.ts';
import { type Control, isObject, readYaml } from '../../experiment/index.ts';
import { controlsIn, readControlFile } from '../chaos/global-controls.ts';
import { type Settings, settingsPath } from '../chaos/settings.ts';
import { type Variables, readVariables } from '../chaos/variables.ts';
import { listOption, type OptionSpec, type OptionValues, textOption } from '../command.ts';
import type { CommandContext } from '../context.ts';

/** Options of commands that read an experiment. */
export const VARIABLE_OPTIONS: readonly OptionSpec[] = [
  { flags: '--var <name=value>', description: 'set a configuration value; name:type=value converts it (may be repeated)', repeats: true },
  { flags: '--var-file <file>', description: 'set values by a file: JSON, YAML, or lines of .env (may be repeated)', repeats: true },
  { flags: '--settings <file>', description: "the Chaos Toolkit's settings (default: ~/.chaostoolkit/settings.yaml)" },
];

export interface Standing {
  readonly settings: Settings;
  /** For every experiment. */
  readonly controls: readonly Control[];
}

/** Of `--settings` and `--control-file`. Errors: `INVALID_INPUT` for settings that can not be read: a run without its controls is another run; `USAGE`. */
export function readStanding(options: OptionValues, { env, cwd }: Pick<CommandContext, 'env' | 'cwd'>): Standing {
  const named = textOption(options, 'settings');
  const settings = readStrictly(settingsPath({ env }, named === undefined ? undefined : resolve(cwd, named)), named !== undefined);
  const files = listOption(options, 'controlFile').map((file) => resolve(cwd, file));
  return { settings, controls: [...controlsIn(settings['controls']), ...files.flatMap(readControlFile)] };
}

function readStrictly(path: string, mustExist: boolean): Settings {
  const wrong = (why: string): EvenkeelError =>
    new EvenkeelError('INVALID_INPUT', `settings ${path}: ${why}`, { blame: 'input', hint: 'Name another file with --settings.' });
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (thrown) {
    if (!mustExist) return {};
    throw wrong(messageOf(thrown));
  }
  let settings: unknown;
  try {
    settings = readYaml(text);
  } catch (thrown) {
    throw wrong(messageOf(thrown));
  }
  if (settings === null || settings === undefined || settings === '') return {};
  if (isObject(settings)) return settings;
  throw wrong('it is no mapping');
}

/** Of `--var` and `--var-file`, with the paths made absolute. Errors: `USAGE`. */
export function readGivenVariables(
  options: OptionValues,
  { cwd }: Pick<CommandContext, 'cwd'>,
): Variables & { readonly files: readonly string[] } {
  const files = listOption(options, 'varFile').map((file) => resolve(cwd, file));
  return { ...readVariables(listOption(options, 'var'), files), files };
}
