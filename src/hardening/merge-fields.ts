type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const nameOf = (value: unknown): unknown => (isFields(value) ? value['name'] : undefined);

/**
 * Lays the fields of a change over an object: maps are merged, lists of named things by name, other lists are replaced.
 *
 * That is what server-side apply does to the fields that our changes touch; a change to any other list brings the whole list.
 */
export function mergeFields(base: unknown, change: unknown): unknown {
  if (Array.isArray(base) && Array.isArray(change) && [...base, ...change].every((each) => nameOf(each) !== undefined)) {
    return mergeNamed(base, change);
  }
  if (!isFields(base) || !isFields(change)) return change;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(change)) merged[key] = key in base ? mergeFields(base[key], value) : value;
  return merged;
}

function mergeNamed(base: readonly unknown[], change: readonly unknown[]): unknown[] {
  const merged = base.map((each) => {
    const own = change.find((other) => nameOf(other) === nameOf(each));
    return own === undefined ? each : mergeFields(each, own);
  });
  const added = change.filter((each) => !base.some((other) => nameOf(other) === nameOf(each)));
  return [...merged, ...added];
}
