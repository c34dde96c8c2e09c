/** Keeps the values of secrets out of everything that is told or written down. */
import { createLogger } from '../../base/index.ts';
import type { Logger } from '../../base/index.ts';
import { isObject } from '../format/python-values.ts';

export interface SecretMask {
  /** Hides every text and number inside a value from now on. Shorter ones than four characters are left: they would hide half of all words. */
  hide(value: unknown): void;
  /** Hides of these values those whose name calls them a secret. */
  hideNamed(values: Readonly<Record<string, unknown>>): void;
  /** A text without them. */
  text(text: string): string;
  /** JSON as text without them, still JSON. */
  json(text: string): string;
  /** A value whose texts are masked; the same value when nothing is hidden. */
  deep<T>(value: T): T;
  /** A logger that tells none of them. */
  logger(log: Logger): Logger;
}

const HIDDEN = '********';
const SHORTEST = 4;
/** Of a secret of several lines (a key), each line that is as long as this is hidden by itself too. */
const SHORTEST_LINE = 16;
/** Secrets that no `secrets` block names: what programs find in the environment and may print, what signs in to a vault. */
const SECRET_NAME = /_(SECRET|PASSWORD|TOKEN)$/i;
const SHORTEST_NAMED = 12;
/** Shorter ones are left in names: `name` and `status` as a password must not take away the journal's own. */
const SHORTEST_IN_NAMES = 12;
/** Of a secret that was cut (`…`) this much tells something, and is looked for at most. */
const CUT = { shortest: 6, longest: 200 } as const;

/** Creates a mask that hides what in the environment is called a secret. */
export function createSecretMask(env: Readonly<Record<string, string | undefined>> = {}): SecretMask {
  const forms = new Set<string>();
  // Longest first: a secret that is part of another must not leave the rest of it.
  let ordered: readonly string[] = [];
  let orderedJson: readonly string[] = [];
  const add = (secret: string): void => {
    const lines = secret.split(/\r?\n/).filter((line) => line.length >= SHORTEST_LINE);
    for (const text of [secret, secret.trim(), ...lines]) {
      if (text.length < SHORTEST) continue;
      const bytes = Buffer.from(text);
      forms.add(text);
      // Half a character has no escape; it is sent as the replacement character.
      forms.add(encodeURIComponent(bytes.toString()));
      forms.add(bytes.toString('base64'));
    }
    ordered = [...forms].toSorted((a, b) => b.length - a.length);
    orderedJson = ordered.map((form) => JSON.stringify(form).slice(1, -1));
  };
  const hide = (value: unknown): void => {
    if (typeof value === 'string') add(value);
    else if (typeof value === 'number') add(String(value));
    else if (Array.isArray(value)) value.forEach(hide);
    else if (isObject(value)) Object.values(value).forEach(hide);
  };
  const hideNamed = (values: Readonly<Record<string, unknown>>): void => {
    for (const [name, value] of Object.entries(values))
      if (typeof value === 'string' && value.length >= SHORTEST_NAMED && SECRET_NAME.test(name)) add(value);
  };
  const text = (given: string): string => replaced(given, ordered);
  const masked = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value);
    if (Array.isArray(value)) return value.map(masked);
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [replaced(key, ordered, SHORTEST_IN_NAMES), masked(inner)]));
  };
  hideNamed(env);
  return {
    hide,
    hideNamed,
    text,
    // Numbers and words outside of texts stay: `1234` as a password must not spoil 1234.5.
    json: (given) => withLiterals(given, (literal, isName) => replaced(literal, orderedJson, isName ? SHORTEST_IN_NAMES : 0)),
    // Only texts are changed, so the shape is that of the type.
    deep: <T>(value: T): T => (ordered.length === 0 ? value : (masked(value) as T)),
    logger: (log) =>
      createLogger((level, message, fields) => log[level](text(message), masked(fields) as Readonly<Record<string, unknown>>)), // an object stays one
  };
}

/** A text without the secrets, longest first, nor the beginning of one that was cut off. */
function replaced(given: string, secrets: readonly string[], shortest = 0): string {
  let text = given;
  for (const secret of secrets) if (secret.length >= shortest) text = text.replaceAll(secret, HIDDEN);
  if (!text.includes('…')) return text;
  const parts = text.split('…');
  const last = parts.pop() ?? '';
  return [...parts.map((part) => withoutBeginning(part, secrets)), last].join('…');
}

function withoutBeginning(text: string, secrets: readonly string[]): string {
  for (const secret of secrets) {
    for (let length = Math.min(secret.length - 1, text.length, CUT.longest); length >= CUT.shortest; length--)
      if (text.endsWith(secret.slice(0, length))) return text.slice(0, -length) + HIDDEN;
  }
  return text;
}

/** JSON with each of its texts, quotes included, replaced. Not by a pattern: those have no room for a text of megabytes. */
function withLiterals(json: string, replace: (literal: string, isName: boolean) => string): string {
  const parts: string[] = [];
  let at = 0;
  for (let start = json.indexOf('"'); start >= 0; start = json.indexOf('"', at)) {
    const end = endOfLiteral(json, start);
    parts.push(json.slice(at, start), replace(json.slice(start, end), json[end] === ':'));
    at = end;
  }
  return parts.join('') + json.slice(at);
}

/** Behind the quote that no backslash, or an even number of them, stands before. */
function endOfLiteral(json: string, start: number): number {
  for (let quote = json.indexOf('"', start + 1); quote >= 0; quote = json.indexOf('"', quote + 1)) {
    let before = quote;
    while (json[before - 1] === '\\') before--;
    if ((quote - before) % 2 === 0) return quote + 1;
  }
  return json.length;
}
