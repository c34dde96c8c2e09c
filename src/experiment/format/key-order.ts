/**
 * JavaScript puts the keys of an object that look like whole numbers (`"0"`) before all others; files and Python keep the order in which they
 * were written. For objects with such keys that order is kept beside the object.
 */

const orders = new WeakMap<object, Set<string>>();
const INDEX = /^(?:0|[1-9][0-9]{0,9})$/;

/** Sets a key that came from a file: `__proto__` is a key like any other, and `"0"` keeps its place. */
export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  const order = orders.get(target);
  if (order !== undefined) order.add(key);
  else if (INDEX.test(key)) orders.set(target, new Set([...Object.keys(target), key]));
  if (key === '__proto__') Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  else target[key] = value;
}

/** The keys of an object in the order in which `setOwn` first saw them; keys set by other means come last. */
export function keysOf(object: Readonly<Record<string, unknown>>): string[] {
  const order = orders.get(object);
  if (order === undefined) return Object.keys(object);
  const noted = [...order].filter((key) => Object.hasOwn(object, key));
  return [...noted, ...Object.keys(object).filter((key) => !order.has(key))];
}

/** Keys with their values, in the order of `keysOf`. */
export function entriesOf(object: Readonly<Record<string, unknown>>): [string, unknown][] {
  return orders.has(object) ? keysOf(object).map((key) => [key, object[key]]) : Object.entries(object);
}
