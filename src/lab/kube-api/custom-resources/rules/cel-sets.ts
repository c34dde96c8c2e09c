/** Lists as sets. Source: cel-go ext/sets.go. */
import type { Environment } from '@marcbachmann/cel-js';

/** What `sets.` stands for. */
class Sets {
  readonly name = 'sets';
}

/** Are two values of CEL the same? Numbers are, whatever their types. */
export function isSame(a: unknown, b: unknown): boolean {
  if (isNumber(a) && isNumber(b)) return Number(a) === Number(b);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, index) => isSame(item, b[index]));
  if (a instanceof Date || b instanceof Date) return a instanceof Date && b instanceof Date && a.getTime() === b.getTime();
  const [own, other] = [Object.entries(a), new Map<string, unknown>(Object.entries(b))];
  return own.length === other.size && own.every(([key, value]) => other.has(key) && isSame(value, other.get(key)));
}

const isNumber = (value: unknown): value is number | bigint => typeof value === 'number' || typeof value === 'bigint';
const has = (list: readonly unknown[], item: unknown): boolean => list.some((other) => isSame(item, other));
const containsAll = (list: readonly unknown[], items: readonly unknown[]): boolean => items.every((item) => has(list, item));

export function withSets(env: Environment): void {
  env
    .registerType('SetsNamespace', Sets)
    .registerConstant('sets', 'SetsNamespace', new Sets())
    .registerFunction('SetsNamespace.contains(list, list): bool', (_: Sets, list: readonly unknown[], items: readonly unknown[]) =>
      containsAll(list, items),
    )
    .registerFunction(
      'SetsNamespace.equivalent(list, list): bool',
      (_: Sets, a: readonly unknown[], b: readonly unknown[]) => containsAll(a, b) && containsAll(b, a),
    )
    .registerFunction('SetsNamespace.intersects(list, list): bool', (_: Sets, a: readonly unknown[], b: readonly unknown[]) =>
      a.some((item) => has(b, item)),
    );
}
