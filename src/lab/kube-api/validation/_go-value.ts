/** Values as the server prints them from its own structures. Source: util/validation/field/errors.go and encoding/json, 1.36. */
import { isObject, type Json } from '../json.ts';
import { GO_TYPES } from './_go-types.ts';
import { quantityText } from './_quantities.ts';

interface Member {
  readonly goName: string;
  readonly name: string;
  readonly kind: string;
}

/** `HTTPGet` is `httpGet` on the wire, `TTY` is `tty`. */
const wireName = (goName: string): string => goName.replace(/^[A-Z]+(?=[A-Z][a-z]|$)|^[A-Z]/, (letters) => letters.toLowerCase());

const MEMBERS = new Map<string, readonly Member[]>();

function membersOf(type: string): readonly Member[] | undefined {
  const text = GO_TYPES[type];
  if (text === undefined) return undefined;
  const known = MEMBERS.get(type);
  if (known) return known;
  const members = text.split(', ').map((line) => {
    const [names = '', kind = ''] = line.split(' ');
    const [goName = '', name = wireName(goName)] = names.split('=');
    return { goName, name, kind };
  });
  MEMBERS.set(type, members);
  return members;
}

const ZEROS: Readonly<Record<string, unknown>> = { s: '', i: 0, b: false, x: 0 };

const sortedEntries = (value: Json): [string, unknown][] => Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));

/** A structure of the type `type` with all its members; one of an unknown type with those that it has. */
export function goValue(type: string, value: unknown): unknown {
  const given = isObject(value) ? value : {};
  const members = membersOf(type);
  if (members === undefined)
    return Object.fromEntries(Object.entries(given).map(([key, item]) => [key.charAt(0).toUpperCase() + key.slice(1), item]));
  return Object.fromEntries(members.map(({ goName, name, kind }) => [goName, goMember(kind, given[name])]));
}

function goMember(kind: string, value: unknown): unknown {
  if (kind in ZEROS) return value ?? ZEROS[kind];
  if (kind.startsWith('[]')) return Array.isArray(value) ? value.map((item) => goValue(kind.slice(2), item)) : null;
  if (kind.startsWith('*')) return value === undefined ? null : goValue(kind.slice(1), value);
  if (kind === 'p') return isObject(value) ? Object.fromEntries(sortedEntries(value)) : (value ?? null);
  if (kind === 'j') return value ?? null;
  if (kind === 'q') return value === undefined ? null : quantityOf(value);
  if (kind === 'r') return isObject(value) ? Object.fromEntries(sortedEntries(value).map(([key, item]) => [key, quantityOf(item)])) : null;
  return goValue(kind, value);
}

const quantityOf = (value: unknown): unknown => (typeof value === 'string' ? quantityText(value) : value);
