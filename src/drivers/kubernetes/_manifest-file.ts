import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { parse } from 'yaml';
import { EvenkeelError, messageOf } from '../../base/index.ts';
import { failed } from './_activity.ts';

/** One object from a JSON or YAML file, told apart by its extension. Errors: `INVALID_INPUT`; `TARGET_FAILED` for another extension. */
export async function readManifest(path: string): Promise<Record<string, unknown>> {
  const extension = extname(path);
  if (!['.json', '.yaml', '.yml'].includes(extension)) throw failed(`cannot process ${path}`);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new EvenkeelError('INVALID_INPUT', `${path} can not be read: ${messageOf(cause)}`, { blame: 'input', cause });
  }
  return parseManifest(text, path, extension === '.json');
}

/** One object from a text. Errors: `INVALID_INPUT`. */
export function parseManifest(text: string, where: string, isJson: boolean): Record<string, unknown> {
  let value: unknown;
  try {
    value = isJson ? JSON.parse(text) : parse(text);
  } catch (cause) {
    throw new EvenkeelError('INVALID_INPUT', `${where}: ${messageOf(cause)}`, { blame: 'input', cause });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>; // just checked
  throw new EvenkeelError('INVALID_INPUT', `${where} holds no object`, { blame: 'input' });
}
