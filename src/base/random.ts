/**
 * Chance as an argument: the same seed gives the same numbers.
 *
 * Ask for a `fork` with a stable label wherever the order of the asking is not certain (generated names, ties):
 * the fork depends on the seed and the label alone, never on how many numbers were drawn before.
 */
export interface Random {
  /** What to write down to get the same numbers again. */
  readonly seed: string;
  /** A fraction in [0, 1). */
  next(): number;
  /** A whole number in [0, below). */
  integer(below: number): number;
  /** One of the items. Errors: `RangeError` when there is none. */
  pick<T>(items: readonly T[]): T;
  /** `count` different items, in random order (all of them when there are fewer). */
  sample<T>(items: readonly T[], count: number): T[];
  /** An independent source for the named purpose. */
  fork(label: string): Random;
}

/** Source: the sfc32 generator of PractRand, seeded through the FNV-1a hash of the seed's text. */
export function createRandom(seed: string | number): Random {
  const text = String(seed);
  let a = hash(text, 0);
  let b = hash(text, 1);
  let c = hash(text, 2);
  let counter = 1;
  const nextUint = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  for (let warmUp = 0; warmUp < 12; warmUp++) nextUint();

  const next = (): number => nextUint() / 2 ** 32;
  const integer = (below: number): number => Math.floor(next() * below);
  return {
    seed: text,
    next,
    integer,
    pick<T>(items: readonly T[]): T {
      if (items.length === 0) throw new RangeError('cannot pick from nothing');
      return items[integer(items.length)] as T; // integer() is below the length
    },
    sample<T>(items: readonly T[], count: number): T[] {
      const left = [...items];
      const taken: T[] = [];
      while (taken.length < count && left.length > 0) taken.push(...left.splice(integer(left.length), 1));
      return taken;
    },
    fork: (label) => createRandom(`${text}/${label}`),
  };
}

function hash(text: string, salt: number): number {
  let value = (0x811c9dc5 ^ (salt * 0x9e3779b9)) | 0;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value ^ (value >>> 15);
}
