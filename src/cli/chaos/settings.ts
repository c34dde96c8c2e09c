import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../base/index.ts';
import { hypothesisStrategy, isObject, readYaml } from '../../experiment/index.ts';
import type { RollbackStrategy, RunOptions } from '../../experiment/index.ts';
import type { ChaosIo } from './chaos-io.ts';
import type { Console } from './console.ts';

export type Settings = Readonly<Record<string, unknown>>;

/** Where settings are looked for when no file is named. */
export function settingsPath(io: Pick<ChaosIo, 'env'>, named: string | undefined): string {
  return named ?? join(io.env['HOME'] ?? '.', '.chaostoolkit', 'settings.yaml');
}

/** The settings; a missing file is none, a broken one is told of and none too. */
export function readSettings(path: string, console: Console): Settings {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return {};
  }
  try {
    const settings = readYaml(text);
    return isObject(settings) ? settings : {};
  } catch (thrown) {
    console.write('ERROR', `Failed parsing YAML settings: ${messageOf(thrown)}`);
    return {};
  }
}

/** The strategies that hold where neither the command line nor the experiment names one. Errors: `INVALID_INPUT`. */
export function strategiesIn(settings: Settings): Pick<RunOptions, 'fallbackHypothesisStrategy' | 'fallbackRollbackStrategy'> {
  const declared = (part: string): unknown => {
    const runtime = settings['runtime'];
    const block = isObject(runtime) ? runtime[part] : undefined;
    return isObject(block) ? block['strategy'] : undefined;
  };
  const hypothesis = hypothesisStrategy(declared('hypothesis'));
  // The settings' strategy is checked where it is used, as the experiment's is.
  const rollbacks = declared('rollbacks') as RollbackStrategy | undefined;
  return {
    ...(hypothesis === undefined ? {} : { fallbackHypothesisStrategy: hypothesis }),
    ...(rollbacks === undefined ? {} : { fallbackRollbackStrategy: rollbacks }),
  };
}
