/** Keeps the values of secrets out of everything that is told or written down. */
import { createLogger } from '../../base/index.ts';
import type { Logger } from '../../base/index.ts';
import { isObject } from '../format/python-values.ts';

export interface SecretMask {
  /** Hides every text inside a value from now on. Shorter ones than four characters are left: they would hide half of all words. */
  hide(value: unknown): void;
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
/** Secrets that programs find in the environment without being told of them, and may print. */
const ENVIRONMENT_NAME = /_(SECRET|PASSWORD|TOKEN)$/i;
const SHORTEST_OF_ENVIRONMENT = 12;

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
      forms.add(text);
      forms.add(encodeURIComponent(text));
      forms.add(Buffer.from(text).toString('base64'));
    }
    ordered = [...forms].toSorted((a, b) => b.length - a.length);
    orderedJson = ordered.map((form) => JSON.stringify(form).slice(1, -1));
  };
  const hide = (value: unknown): void => {
    if (typeof value === 'string') add(value);
    else if (Array.isArray(value)) value.forEach(hide);
    else if (isObject(value)) Object.values(value).forEach(hide);
  };
  const replaced = (text: string, secrets: readonly string[]): string =>
    secrets.reduce((left, secret) => left.replaceAll(secret, HIDDEN), text);
  const text = (given: string): string => replaced(given, ordered);
  const masked = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value);
    if (Array.isArray(value)) return value.map(masked);
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [text(key), masked(inner)]));
  };
  for (const [name, value] of Object.entries(env))
    if (value !== undefined && value.length >= SHORTEST_OF_ENVIRONMENT && ENVIRONMENT_NAME.test(name)) add(value);
  return {
    hide,
    text,
    json: (given) => replaced(given, orderedJson),
    // Only texts are changed, so the shape is that of the type.
    deep: <T>(value: T): T => (ordered.length === 0 ? value : (masked(value) as T)),
    logger: (log) =>
      createLogger((level, message, fields) => log[level](text(message), masked(fields) as Readonly<Record<string, unknown>>)), // an object stays one
  };
}
