/** Amounts by resource name, exact, as quotas and limit ranges count them. */
import { formatQuantity, parseQuantity, type Quantity } from '../../../kubernetes/index.ts';

export type Amounts = ReadonlyMap<string, Quantity>;
export type Quantities = Readonly<Record<string, string>>;

export const amountsOf = (quantities: Quantities | undefined): Map<string, Quantity> =>
  new Map(Object.entries(quantities ?? {}).map(([name, text]) => [name, parseQuantity(text)]));

export const pieces = (count: number): Quantity => ({ nano: BigInt(count) * 1_000_000_000n, format: 'DecimalSI' });

/** The sum keeps the way in which the first was written. */
export function addTo(into: Map<string, Quantity>, amounts: Amounts): void {
  for (const [name, { nano, format }] of amounts) {
    const before = into.get(name);
    into.set(
      name,
      before === undefined ? { nano, format } : { nano: before.nano + nano, format: before.nano === 0n ? format : before.format },
    );
  }
}

export function raiseTo(into: Map<string, Quantity>, amounts: Amounts): void {
  for (const [name, amount] of amounts) {
    const before = into.get(name);
    if (before === undefined || amount.nano > before.nano) into.set(name, amount);
  }
}

export const minus = (a: Amounts, b: Amounts): Map<string, Quantity> =>
  new Map([...a].map(([name, { nano, format }]) => [name, { nano: nano - (b.get(name)?.nano ?? 0n), format }]));

export const toQuantities = (amounts: Amounts): Record<string, string> =>
  Object.fromEntries([...amounts].map(([name, amount]) => [name, formatQuantity(amount)]));

/** `cpu=1,memory=2Gi`, by name. */
export const prettyAmounts = (amounts: Amounts): string =>
  [...amounts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, amount]) => `${name}=${formatQuantity(amount)}`)
    .join(',');
