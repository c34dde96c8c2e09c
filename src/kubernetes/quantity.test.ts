import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalQuantity, compareQuantities, formatQuantity, parseQuantity, toBytes, toMilliCpu } from './quantity.ts';

describe('quantity', () => {
  it.each([
    ['1', '1'],
    ['0.5', '500m'],
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['2000', '2k'],
    ['12e3', '12e3'],
    ['1024Ki', '1Mi'],
    ['1.5Gi', '1536Mi'],
    ['1023', '1023'],
    ['0.5Ki', '512'],
    ['0.0000000001', '1n'],
    ['-250m', '-250m'],
    ['0Gi', '0'],
    ['.5', '500m'],
    ['5.', '5'],
    ['+3', '3'],
    ['9223372036854775808', '9223372036854775807'],
  ])('writes %s as %s', (text, canonical) => {
    expect(canonicalQuantity(text)).toBe(canonical);
  });

  it.each(['', 'm', '1x', '1 Gi', '1ki', '--1', '1e', '.', 'NaN'])('refuses %j', (text) => {
    expect(() => parseQuantity(text)).toThrow('not a Kubernetes quantity');
  });

  it.each([
    ['100m', 100],
    ['0.1', 100],
    ['2', 2000],
    ['1u', 1],
    ['1500u', 2],
    ['-1500u', -1],
  ])('rounds %s up to %d milli-cores', (text, milli) => {
    expect(toMilliCpu(text)).toBe(milli);
  });

  it.each([
    ['1Ki', 1024],
    ['1k', 1000],
    ['1500m', 2],
    ['3.2Gi', 3_435_973_837],
  ])('rounds %s up to %d bytes', (text, bytes) => {
    expect(toBytes(text)).toBe(bytes);
  });

  it('reads back what it writes, whatever the format', () => {
    const formats = fc.constantFrom('BinarySI', 'DecimalExponent', 'DecimalSI');
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 62n), 2n ** 62n), formats, (whole, format) => {
        const text = formatQuantity({ nano: whole * 1_000_000_000n, format });
        expect(parseQuantity(text).nano).toBe(whole * 1_000_000_000n);
        expect(canonicalQuantity(text)).toBe(text);
      }),
    );
  });

  it('keeps every billionth in decimal formats', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 24n), 10n ** 24n), (nano) => {
        expect(parseQuantity(formatQuantity({ nano, format: 'DecimalSI' })).nano).toBe(nano);
      }),
    );
  });

  it('orders amounts as numbers, not as texts', () => {
    expect(compareQuantities('9', '10')).toBe(-1);
    expect(compareQuantities('1Gi', '1024Mi')).toBe(0);
    expect(compareQuantities('1', '999m')).toBe(1);
  });
});
