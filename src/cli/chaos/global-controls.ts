/** Controls that hold for every experiment: of the settings, and of `--control-file`. Source: chaostoolkit-compat.md a.7, b.9. */
import { readFileSync } from 'node:fs';
import { EvenkeelError, messageOf } from '../../base/index.ts';
import { isObject, readJson, readYaml } from '../../experiment/index.ts';
import type { Control } from '../../experiment/index.ts';

/** A mapping from name to control, as a list. What is no mapping has none. */
export function controlsIn(mapping: unknown): Control[] {
  if (!isObject(mapping)) return [];
  return Object.entries(mapping).map(([name, control]) => ({ ...(isObject(control) ? control : {}), name }));
}

/** The controls of a file (JSON or YAML). Errors: `USAGE`. */
export function readControlFile(file: string): Control[] {
  const wrong = (message: string): EvenkeelError =>
    new EvenkeelError('USAGE', `Invalid value for '--control-file': ${message}`, { blame: 'input' });
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw wrong(`Path '${file}' does not exist.`);
  }
  try {
    return controlsIn(file.endsWith('.json') ? readJson(text) : readYaml(text));
  } catch (thrown) {
    throw wrong(`${file}: ${messageOf(thrown)}`);
  }
}
