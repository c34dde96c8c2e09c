import { EvenkeelError, messageOf } from '../../base/index.ts';
import { asciiDigit } from '../format/decimal.ts';
import { floatText, noteNumber, readNumber } from '../format/numbers.ts';
import { cloneJson, pythonText } from '../format/python-values.ts';
import { readJson } from '../format/read-json.ts';

/** What `env_var_type` and `--var name:type=…` may say. */
export const VALUE_TYPES = ['str', 'string', 'int', 'integer', 'float', 'number', 'bytes', 'bool', 'json'] as const;

/**
 * Converts a text to a type and puts it at `container[key]`. Bytes are kept as text; null stays null.
 *
 * Errors: `INVALID_INPUT` for an unknown type or a text that is none of it. Source: golden/chaostoolkit/tables/env-types.json.
 */
export function convertInto(container: Record<string, unknown>, key: string, text: unknown, type: unknown): void {
  if (text === null || text === undefined || type === undefined || type === null) {
    container[key] = text ?? null;
    return;
  }
  switch (type) {
    case 'str':
    case 'string':
    case 'bytes':
      container[key] = typeof text === 'string' ? text : pythonText(text);
      return;
    case 'int':
    case 'integer':
      return putInteger(container, key, text);
    case 'float':
    case 'number':
      return putFloat(container, key, text);
    case 'bool':
      container[key] = !(typeof text === 'string' ? ['false', '0', 'no'].includes(text.toLowerCase()) : text === false || text === 0);
      return;
    case 'json':
      container[key] = typeof text !== 'string' ? cloneJson(text) : text === '' ? '' : parsed(text);
      return;
    default:
      throw new EvenkeelError('INVALID_INPUT', `the type '${typeof type === 'string' ? type : JSON.stringify(type)}' is unknown`, {
        blame: 'input',
        hint: `Allowed are: ${VALUE_TYPES.join(', ')}.`,
      });
  }
}

function plainDigits(text: unknown): string {
  return String(text)
    .trim()
    .replace(/\p{Nd}/gu, asciiDigit);
}

function putInteger(container: Record<string, unknown>, key: string, text: unknown): void {
  const plain = plainDigits(typeof text === 'number' ? Math.trunc(text) : text);
  if (!/^[+-]?[0-9]+(?:_[0-9]+)*$/.test(plain)) throw notA('a whole number', text);
  const { value, note } = readNumber(
    plain
      .replaceAll('_', '')
      .replace(/^\+/, '')
      .replace(/^(-?)0+(?=[0-9])/, '$1'),
  );
  container[key] = value;
  if (note !== undefined) noteNumber(container, key, note);
}

function putFloat(container: Record<string, unknown>, key: string, text: unknown): void {
  const plain = plainDigits(text).toLowerCase();
  let value: number;
  if (/^[+-]?(?:[0-9](?:_?[0-9])*\.?(?:[0-9](?:_?[0-9])*)?|\.[0-9](?:_?[0-9])*)(?:e[+-]?[0-9]+)?$/.test(plain)) {
    value = Number(plain.replaceAll('_', ''));
  } else if (/^[+-]?inf(?:inity)?$/.test(plain)) value = plain.startsWith('-') ? -Infinity : Infinity;
  else if (/^[+-]?nan$/.test(plain)) value = Number.NaN;
  else throw notA('a number', text);
  container[key] = value;
  if (Number.isInteger(value)) noteNumber(container, key, floatText(value));
}

function parsed(text: string): unknown {
  try {
    return readJson(text);
  } catch (thrown) {
    throw new EvenkeelError('INVALID_INPUT', `the value is no JSON: ${messageOf(thrown)}`, { blame: 'input', cause: thrown });
  }
}

function notA(what: string, text: unknown): EvenkeelError {
  return new EvenkeelError('INVALID_INPUT', `'${String(text)}' is not ${what}`, { blame: 'input' });
}
