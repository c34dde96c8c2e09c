/** Who set which field: kept up to date on every write from outside. Source: structured-merge-diff, apimachinery managedfields, 1.36. */
import { groupVersionOf } from '../../../kubernetes/index.ts';
import type { LabResource } from '../custom-resources/types.ts';
import { timestamp } from '../names.ts';
import type { WriteOptions } from '../object-writer.ts';
import type { Stored } from '../store.ts';
import { changedPaths, fieldsOf, fromFieldsV1, joinPath, splitPath, toFieldsV1, type PathSet } from './field-set.ts';

/** One line of `metadata.managedFields`. */
export interface ManagedEntry {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly time?: string;
  readonly subresource?: string;
  readonly fields: PathSet;
}

export interface Writer {
  readonly manager: string;
  readonly nowMs: number;
  readonly subresource?: string | undefined;
}

/** The entries of an object. */
export const entriesOf = (object: Stored): ManagedEntry[] =>
  (object.metadata.managedFields ?? []).map(({ manager = '', operation, apiVersion = '', time, subresource, fieldsV1 }) => ({
    manager,
    operation: operation === 'Apply' ? 'Apply' : 'Update',
    apiVersion,
    ...(time === undefined ? {} : { time }),
    ...(subresource === undefined || subresource === '' ? {} : { subresource }),
    fields: fromFieldsV1(fieldsV1),
  }));

/** Puts entries on an object; empty ones are dropped. */
export function setEntries(object: Stored, entries: readonly ManagedEntry[]): void {
  const kept = entries.filter(({ fields }) => fields.size > 0).sort(byAge);
  if (kept.length === 0) {
    delete object.metadata.managedFields;
    return;
  }
  object.metadata.managedFields = kept.map(({ fields, subresource, ...rest }) => ({
    ...rest,
    fieldsType: 'FieldsV1',
    fieldsV1: toFieldsV1(fields),
    ...(subresource === undefined ? {} : { subresource }),
  }));
}

/** What is applied comes first, then the older, then by name; an apply that changed nothing has no time. */
const byAge = (a: ManagedEntry, b: ManagedEntry): number =>
  compare(a.operation, b.operation) || compare(a.time ?? '', b.time ?? '') || compare(a.manager, b.manager);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A hook for `ObjectWriter` that gives what was changed to the manager and takes it from the others. */
export function tracker(resource: LabResource, writer: Writer): NonNullable<WriteOptions['beforeStore']> {
  return (object, previous) => {
    const apiVersion = groupVersionOf(resource);
    const cleared = object.metadata.managedFields?.length === 0 || isReset(object);
    const before = cleared || previous === undefined ? [] : entriesOf(previous);
    const oldFields = previous === undefined ? new Map<string, string>() : fieldsOf(previous, resource);
    const newFields = fieldsOf(object, resource);
    const part = writer.subresource === 'status' ? 'f:spec' : 'f:status';
    const changed = new Set([...changedPaths(oldFields, newFields)].filter((path) => !path.startsWith(part)));
    setEntries(object, withUpdate(before, { writer, apiVersion, changed, present: withContainers(newFields.keys()) }));
  };
}

/** The paths and all that lead to them: whoever owns a container keeps it while anything is in it. */
function withContainers(paths: Iterable<string>): PathSet {
  const all = new Set<string>();
  for (const path of paths) {
    let at = '';
    for (const element of splitPath(path)) {
      at = joinPath(at, element);
      all.add(at);
    }
  }
  return all;
}

const isReset = ({ metadata }: Stored): boolean =>
  metadata.managedFields?.length === 1 && Object.keys(metadata.managedFields[0] ?? {}).length === 0;

interface Update {
  readonly writer: Writer;
  readonly apiVersion: string;
  readonly changed: PathSet;
  /** Every path that the object has now. */
  readonly present: PathSet;
}

function withUpdate(before: readonly ManagedEntry[], { writer, apiVersion, changed, present }: Update): ManagedEntry[] {
  const isOwn = (entry: ManagedEntry): boolean =>
    entry.operation === 'Update' &&
    entry.manager === writer.manager &&
    entry.apiVersion === apiVersion &&
    entry.subresource === writer.subresource;
  const others = before.map((entry) =>
    isOwn(entry) ? entry : { ...entry, fields: new Set([...entry.fields].filter((path) => present.has(path) && !changed.has(path))) },
  );
  const own = before.find(isOwn);
  // What the writer took away it has no more, also when it set nothing else.
  const lostSome = own !== undefined && [...own.fields].some((path) => !present.has(path));
  if (changed.size === 0 && !lostSome) return others;
  const fields = new Set([...(own?.fields ?? []), ...changed].filter((path) => present.has(path)));
  const entry: ManagedEntry = {
    manager: writer.manager,
    operation: 'Update',
    apiVersion,
    time: timestamp(writer.nowMs),
    ...(writer.subresource === undefined ? {} : { subresource: writer.subresource }),
    fields,
  };
  return own === undefined ? [...others, entry] : others.map((item) => (isOwn(item) ? entry : item));
}
