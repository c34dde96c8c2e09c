/** Exact comparison of decimal texts with doubles, as Python's `decimal` makes it: `0.3` is more than the double next to it. */

/** A number that a text names exactly, or a special value. */
export type Decimal = { readonly digits: bigint; readonly exponent: number } | 'nan' | 'infinity' | '-infinity';

const BIGGEST_EXPONENT = 2000;

/** Reads what Python's `Decimal(text)` reads: spaces around, `_` between digits, digits of any script; undefined for other texts. */
export function readDecimal(text: string): Decimal | undefined {
  const plain = text
    .trim()
    .replaceAll('_', '')
    .replace(/\p{Nd}/gu, asciiDigit);
  const special = /^([+-]?)(?:(inf(?:inity)?)|s?nan[0-9]*)$/i.exec(plain);
  if (special !== null) {
    if (special[2] === undefined) return 'nan';
    return special[1] === '-' ? '-infinity' : 'infinity';
  }
  const match = /^([+-]?)(?:([0-9]+)(?:\.([0-9]*))?|\.([0-9]+))(?:e([+-]?[0-9]+))?$/i.exec(plain);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = match[4] ?? '', , exponentText = '0'] = match;
  const digits = BigInt(`${whole}${fraction}` || '0') * (sign === '-' ? -1n : 1n);
  const exponent = Number(exponentText) - fraction.length;
  if (digits === 0n) return { digits, exponent: 0 };
  if (exponent > BIGGEST_EXPONENT) return digits > 0n ? 'infinity' : '-infinity';
  return exponent < -BIGGEST_EXPONENT - whole.length - fraction.length
    ? { digits: digits > 0n ? 1n : -1n, exponent: -BIGGEST_EXPONENT }
    : { digits, exponent };
}

/** The exact value of a double. */
export function decimalOf(value: number): Decimal {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'infinity' : '-infinity';
  let halvings = 0;
  let whole = value;
  while (!Number.isInteger(whole)) {
    whole *= 2;
    halvings++;
  }
  // whole / 2^n = whole * 5^n / 10^n
  return { digits: BigInt(whole) * 5n ** BigInt(halvings), exponent: -halvings };
}

/** Below 0, 0, above 0; undefined when one of them is not a number. */
export function compareDecimals(a: Decimal, b: Decimal): number | undefined {
  if (a === 'nan' || b === 'nan') return undefined;
  if (a === b) return 0;
  if (a === 'infinity' || b === '-infinity') return 1;
  if (a === '-infinity' || b === 'infinity') return -1;
  const shift = Math.min(a.exponent, b.exponent);
  const left = a.digits * 10n ** BigInt(a.exponent - shift);
  const right = b.digits * 10n ** BigInt(b.exponent - shift);
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** The ASCII digit for a decimal digit of any script: they come in runs of ten. */
export function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let zero = code;
  while (code - zero < 9 && /^\p{Nd}$/u.test(String.fromCodePoint(zero - 1))) zero--;
  // Mathematical digits are five runs without a gap; runs start at multiples of ten from the first of them.
  if (code >= 0x1d7ce && code <= 0x1d7ff) return String((code - 0x1d7ce) % 10);
  return String(code - zero);
}
