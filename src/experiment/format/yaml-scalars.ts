/** What a plain YAML scalar means in YAML 1.1 as PyYAML's safe loader reads it. Source: golden/chaostoolkit/tables/yaml.json. */
import { floatText, noteNumber, readNumber } from './numbers.ts';

const TRUE = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const NULL = /^(?:~|null|Null|NULL|)$/;
const INTEGER = /^[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0[0-7_]+|0|[1-9][0-9_]*(?::[0-5]?[0-9])*)$/;
const FLOAT =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*)$/;
const SPECIAL = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const TIME =
  /^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[Tt]|[ \t]+)([0-9]{1,2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]*))?[ \t]*(Z|[-+][0-9]{1,2}(?::[0-9]{2})?)?$/;

/** The value of an unquoted scalar; a note is made for a number that needs one. Dates become their ISO text. */
export function plainScalar(text: string, container: object, key: string | number): unknown {
  if (NULL.test(text)) return null;
  if (TRUE.test(text)) return true;
  if (FALSE.test(text)) return false;
  if (INTEGER.test(text)) return yamlInteger(text, container, key);
  if (FLOAT.test(text) || SPECIAL.test(text)) return yamlFloat(text, container, key);
  const time = TIME.exec(text);
  return time === null ? text : isoTime(time);
}

/** `!!int`: decimal, binary, octal (`010`), hexadecimal, base 60 (`12:30`), with `_` anywhere. */
export function yamlInteger(text: string, container: object, key: string | number): number {
  const plain = text.replaceAll('_', '');
  const negative = plain.startsWith('-');
  const digits = plain.replace(/^[-+]/, '');
  let value: bigint;
  if (digits.includes(':')) value = digits.split(':').reduce((sum, part) => sum * 60n + BigInt(part), 0n);
  else if (/^0[0-7]+$/.test(digits)) value = BigInt(`0o${digits.slice(1)}`);
  else value = BigInt(digits);
  return placed(readNumber((negative ? -value : value).toString()), container, key);
}

/** `!!float`: decimal, base 60, infinities and NaN. */
export function yamlFloat(text: string, container: object, key: string | number): number {
  const plain = text.replaceAll('_', '').toLowerCase();
  if (plain === '.nan') return Number.NaN;
  if (plain.endsWith('.inf')) return plain.startsWith('-') ? -Infinity : Infinity;
  const sign = plain.startsWith('-') ? -1 : 1;
  const parts = plain.replace(/^[-+]/, '').split(':').map(Number);
  const value = sign * parts.reduce((sum, part) => sum * 60 + part, 0);
  return placed(Number.isInteger(value) ? { value, note: floatText(value) } : { value }, container, key);
}

function placed({ value, note }: { value: number; note?: string }, container: object, key: string | number): number {
  if (note !== undefined) noteNumber(container, key, note);
  return value;
}

function isoTime(match: RegExpExecArray): string {
  const [, year, month = '', day = '', hour = '', minute, second, fraction = '', zone] = match;
  const micro = fraction === '' ? '' : `.${fraction.slice(0, 6).padEnd(6, '0')}`;
  let offset = '';
  if (zone === 'Z') offset = '+00:00';
  else if (zone !== undefined) {
    const [hours = '', minutes = '00'] = zone.slice(1).split(':');
    offset = `${zone[0]}${hours.padStart(2, '0')}:${minutes}`;
  }
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}T${hour.padStart(2, '0')}:${minute}:${second}${micro}${offset}`;
}
