/** Names and ids that the server makes up: the same seed gives the same ones, whatever else happens in between. */
import type { Random } from '../../base/index.ts';

// Source: apimachinery util/rand: no vowels (no words), no characters that look alike.
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** Letters for a generated name. */
export const randomSuffix = (random: Random, length = 5): string =>
  Array.from({ length }, () => ALPHABET.charAt(random.integer(ALPHABET.length))).join('');

/** A random (version 4) uid. */
export function randomUid(random: Random): string {
  const hex = Array.from({ length: 32 }, () => random.integer(16).toString(16));
  hex[12] = '4';
  hex[16] = '89ab'.charAt(random.integer(4));
  const text = hex.join('');
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join('-');
}

/** Hands out forks by label, each use of a label its own. */
export class NameSource {
  readonly #random: Random;
  readonly #uses = new Map<string, number>();
  constructor(random: Random) {
    this.#random = random;
  }
  /** The nth use of a label draws from `label/n`, so the order of different labels does not matter. */
  next(label: string): Random {
    const use = this.#uses.get(label) ?? 0;
    this.#uses.set(label, use + 1);
    return this.#random.fork(`${label}/${use}`);
  }
}

// Longer prefixes are cut so that the whole stays within 63 characters. Source: apiserver storage/names/generate.go.
const LONGEST_PREFIX = 58;

export const generatedName = (prefix: string, random: Random): string => `${prefix.slice(0, LONGEST_PREFIX)}${randomSuffix(random)}`;

/** `2026-01-31T12:00:00Z`: the API counts whole seconds. */
export const timestamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
