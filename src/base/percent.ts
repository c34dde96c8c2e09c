/**
 * A share of one in words for people: `99.95 %`, `87.5 %`, `100 %`. Cut, never rounded up: what is not whole is not called so, and one
 * limit is not met because of its spelling. One digit after the point, two from 99 % on.
 */
export function formatPercent(share: number): string {
  const digits = share >= 0.99 ? 2 : 1;
  const factor = 10 ** digits;
  // Binary fractions lie a hair below what they stand for: 0.29 * 1000 is 289.99999999999994.
  const cut = Math.floor(Number((share * 100 * factor).toPrecision(12))) / factor;
  return `${cut} %`;
}

/** `34%` or `0.34` as a part of one; undefined for anything else, and for more than all. */
export function readShare(text: string): number | undefined {
  const [, digits, sign] = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text.trim()) ?? [];
  // Divided by a hundred, 99.9 would become 0.9990000000000001.
  const share = sign === '%' ? Number((Number(digits) / 100).toPrecision(12)) : Number(digits);
  return digits !== undefined && share <= 1 ? share : undefined;
}
