/** `--var` and `--var-file`. Source: chaostoolkit-compat.md a.2, b.9. */
import { readFileSync } from 'node:fs';
import { EvenkeelError, messageOf } from '../../base/index.ts';
import { convertInto, isObject, readJson, readYaml } from '../../experiment/index.ts';

export interface Variables {
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, unknown>>;
  /** Of `.env` files. */
  readonly env: Readonly<Record<string, string>>;
}

const TYPES = ['bool', 'str', 'int', 'float', 'bytes', 'json'];

/** Later files win over earlier ones, `--var` wins over files. Errors: `USAGE`. */
export function readVariables(vars: readonly string[], files: readonly string[]): Variables {
  const configuration: Record<string, unknown> = {};
  const secrets: Record<string, unknown> = {};
  const env: Record<string, string> = {};
  for (const file of files) {
    const text = readText(file);
    if (!/\.(json|ya?ml)$/.test(file)) {
      Object.assign(env, envLines(text));
      continue;
    }
    const content = parseFile(file, text);
    Object.assign(configuration, isObject(content['configuration']) ? content['configuration'] : {});
    Object.assign(secrets, isObject(content['secrets']) ? content['secrets'] : {});
  }
  for (const text of vars) putVariable(configuration, text);
  return { configuration, secrets, env };
}

function usage(option: string, message: string): EvenkeelError {
  return new EvenkeelError('USAGE', `Invalid value for '${option}': ${message}`, { blame: 'input' });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw usage('--var-file', `Path '${file}' does not exist.`);
  }
}

function parseFile(file: string, text: string): Record<string, unknown> {
  try {
    const content = file.endsWith('.json') ? readJson(text) : readYaml(text);
    return isObject(content) ? content : {};
  } catch (thrown) {
    throw usage('--var-file', `${file}: ${messageOf(thrown)}`);
  }
}

function envLines(text: string): Record<string, string> {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#') && line.includes('='));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')).trim(), line.slice(line.indexOf('=') + 1).trim()]));
}

function putVariable(configuration: Record<string, unknown>, text: string): void {
  const at = text.indexOf('=');
  if (at < 0) throw usage('--var', `'${text}' has no value; write it as name=value or name:type=value`);
  const [name = '', type] = text.slice(0, at).split(':');
  if (type !== undefined && !TYPES.includes(type)) throw usage('--var', 'variable type can only be: bool, str, int, float, bytes or json');
  try {
    convertInto(configuration, name, text.slice(at + 1), type);
  } catch (thrown) {
    throw usage('--var', messageOf(thrown));
  }
}
