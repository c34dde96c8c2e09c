/** Kubernetes quantities, exact: `250m`, `1.5Gi`, `12e3`. Source: apimachinery pkg/api/resource (Quantity), Kubernetes 1.36. */
import { EvenkeelError } from '../base/index.ts';

/** How a quantity was written, which decides how it is written again. */
export type QuantityFormat = 'BinarySI' | 'DecimalExponent' | 'DecimalSI';

/** An exact amount. `nano`: thousand-millionths of the unit; finer digits were rounded away from zero. */
export interface Quantity {
  readonly nano: bigint;
  readonly format: QuantityFormat;
}

const NANO = 1_000_000_000n;
const LARGEST = (2n ** 63n - 1n) * NANO;

const DECIMAL_EXPONENTS: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY_SUFFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] as const;
const DECIMAL_SUFFIXES: ReadonlyMap<number, string> = new Map(
  Object.entries(DECIMAL_EXPONENTS).map(([suffix, exponent]) => [exponent, suffix]),
);

const SHAPE = /^([+-]?)(\d*)(?:\.(\d*))?(?:([KMGTPE]i)|([eE][+-]?\d+)|([numkMGTPE]?))$/;

/**
 * Reads a quantity as it stands in JSON or YAML (a bare number is allowed).
 *
 * Units: those of the text (cores, bytes, pieces). Amounts beyond 2^63-1 are cut to it.
 * Errors: `INVALID_INPUT`.
 */
export function parseQuantity(text: string | number): Quantity {
  const parts = SHAPE.exec(String(text).trim());
  const [, sign, whole = '', fraction = '', binary, exponent, decimal = ''] = parts ?? [];
  if (parts === null || whole + fraction === '') {
    throw new EvenkeelError('INVALID_INPUT', `not a Kubernetes quantity: ${JSON.stringify(text)}`, {
      blame: 'input',
      hint: 'Write a number with an optional suffix, like 250m, 1.5 or 512Mi.',
    });
  }
  const digits = BigInt(whole + fraction);
  const [multiplier, power, format] = scaleOf(binary, exponent, decimal);
  const shift = 9 + power - fraction.length;
  const magnitude = shift >= 0 ? digits * multiplier * 10n ** BigInt(shift) : divideUp(digits * multiplier, 10n ** BigInt(-shift));
  const capped = magnitude > LARGEST ? LARGEST : magnitude;
  return { nano: sign === '-' ? -capped : capped, format };
}

function scaleOf(binary: string | undefined, exponent: string | undefined, decimal: string): [bigint, number, QuantityFormat] {
  if (binary !== undefined) return [1024n ** BigInt(BINARY_SUFFIXES.findIndex((suffix) => suffix === binary)), 0, 'BinarySI'];
  // Two digits cover every amount that is neither cut off nor rounded up to the least one.
  if (exponent !== undefined) return [1n, Math.max(-99, Math.min(99, Number(exponent.slice(1)))), 'DecimalExponent'];
  return [1n, DECIMAL_EXPONENTS[decimal] ?? 0, 'DecimalSI'];
}

const divideUp = (dividend: bigint, divisor: bigint): bigint => (dividend + divisor - 1n) / divisor;

/** Divides towards positive infinity, as `Quantity.Value()` and `MilliValue()` do. */
function ceilingDivide(dividend: bigint, divisor: bigint): bigint {
  return dividend > 0n ? divideUp(dividend, divisor) : dividend / divisor;
}

/**
 * Writes a quantity in its canonical form: no fraction, the largest suffix that loses nothing.
 *
 * Amounts of less than 1024 are written in decimal even when they came with a binary suffix. Source: Quantity.CanonicalizeBytes.
 */
export function formatQuantity({ nano, format }: Quantity): string {
  if (nano === 0n) return '0';
  const magnitude = nano < 0n ? -nano : nano;
  const sign = nano < 0n ? '-' : '';
  return sign + (format === 'BinarySI' && magnitude >= 1024n * NANO ? formatBinary(magnitude) : formatDecimal(magnitude, format));
}

function formatBinary(magnitude: bigint): string {
  let mantissa = divideUp(magnitude, NANO);
  let index = 0;
  while (mantissa % 1024n === 0n && index < BINARY_SUFFIXES.length - 1) {
    mantissa /= 1024n;
    index++;
  }
  return `${mantissa}${BINARY_SUFFIXES[index] ?? ''}`;
}

function formatDecimal(magnitude: bigint, format: QuantityFormat): string {
  let mantissa = magnitude;
  let exponent = -9;
  while (mantissa % 1000n === 0n && exponent < 18) {
    mantissa /= 1000n;
    exponent += 3;
  }
  if (format === 'DecimalExponent') return exponent === 0 ? `${mantissa}` : `${mantissa}e${exponent}`;
  return `${mantissa}${DECIMAL_SUFFIXES.get(exponent) ?? ''}`;
}

/** The canonical text of a quantity's text: what an API server stores and prints. Errors: `INVALID_INPUT`. */
export function canonicalQuantity(text: string | number): string {
  return formatQuantity(parseQuantity(text));
}

const PLAIN = /^\d{1,9}$/;
const PLAIN_MILLI = /^\d{1,9}m$/;

/** Thousandths of the unit, rounded up: `0.1` and `100m` give 100. Meant for processors. Errors: `INVALID_INPUT`. */
export function toMilli(text: string | number): number {
  // Most quantities are this plain, and a cluster has hundreds of thousands of them.
  if (typeof text === 'string' && PLAIN.test(text)) return Number(text) * 1000;
  if (typeof text === 'string' && PLAIN_MILLI.test(text)) return Number(text.slice(0, -1));
  return Number(ceilingDivide(parseQuantity(text).nano, 1_000_000n));
}

/** Milli-cores, rounded up. Errors: `INVALID_INPUT`. */
export function toMilliCpu(text: string | number): number {
  return toMilli(text);
}

/** Whole units, rounded up: `1Ki` gives 1024, `1500m` gives 2. Exact up to 2^53. Errors: `INVALID_INPUT`. */
export function toWhole(text: string | number): number {
  if (typeof text === 'string' && PLAIN.test(text)) return Number(text);
  return Number(ceilingDivide(parseQuantity(text).nano, NANO));
}

/** Bytes, rounded up. Exact up to 2^53. Errors: `INVALID_INPUT`. */
export function toBytes(text: string | number): number {
  return toWhole(text);
}

/** Negative, zero or positive as `a` is less than, equal to or more than `b`. Errors: `INVALID_INPUT`. */
export function compareQuantities(a: string | number, b: string | number): number {
  const difference = parseQuantity(a).nano - parseQuantity(b).nano;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
