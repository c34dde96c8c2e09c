import type { KubeObject } from '../../kubernetes/index.ts';

type Data = Readonly<Record<string, unknown>>;
const isData = (value: unknown): value is Data => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The part of an object that a field manager owns by server-side apply, with its values as they are now.
 *
 * An apply that leaves out a field which the manager owns removes the field; so whoever applies a part sends what it owns besides.
 * Source: Kubernetes documentation, "Server-Side Apply", field management; the FieldsV1 format (`f:` a field, `k:` an item of a list by its
 * keys, `v:` a value of a set, `.` the thing itself).
 */
export function ownedFields(object: KubeObject, manager: string): Data {
  const entry = object.metadata.managedFields?.find(
    (candidate) => candidate.manager === manager && candidate.operation === 'Apply' && !candidate.subresource,
  );
  const fields: unknown = entry?.fieldsV1;
  const owned = isData(fields) ? pick(object, fields) : {};
  return isData(owned) ? owned : {};
}

function pick(value: unknown, fields: Data): unknown {
  const keys = Object.keys(fields).filter((key) => key !== '.');
  if (keys.length === 0) return value;
  if (Array.isArray(value)) return keys.flatMap((key) => itemsFor(key, value, fields[key]));
  if (!isData(value)) return value;
  const picked: Record<string, unknown> = {};
  for (const key of keys) {
    const name = key.slice(2);
    const inner = fields[key];
    if (key.startsWith('f:') && name in value) picked[name] = isData(inner) ? pick(value[name], inner) : value[name];
  }
  return picked;
}

function itemsFor(key: string, items: readonly unknown[], fields: unknown): unknown[] {
  const wanted: unknown = JSON.parse(key.slice(2));
  if (key.startsWith('v:')) return items.filter((item) => item === wanted);
  if (!key.startsWith('k:') || !isData(wanted)) return [];
  const found = items.filter((item) => isData(item) && Object.entries(wanted).every(([name, value]) => item[name] === value));
  // The keys belong to the item even where another manager owns them: without them it could not be found again.
  return found.map((item) => {
    const picked = isData(fields) ? pick(item, fields) : item;
    return isData(picked) ? { ...wanted, ...picked } : picked;
  });
}
