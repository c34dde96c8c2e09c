/** Server-side apply. Source: KEP-555 and structured-merge-diff, 1.36. */
import { groupVersionOf } from '../../../kubernetes/index.ts';
import { parseObject } from '../http/body.ts';
import { checkName, placeIn } from '../http/decode-body.ts';
import type { PatchRequest } from '../http/patches.ts';
import type { Call, Target } from '../http/types.ts';
import { warner } from '../http/write-options.ts';
import { decodeCustomObject } from '../custom-resources/decode-custom-object.ts';
import { isCustom, kindOf } from '../custom-resources/types.ts';
import { copyJson, isObject, sameJson, type Json } from '../json.ts';
import { timestamp } from '../names.ts';
import { partOf } from '../pod-subresources/part-of.ts';
import { decodeObject } from '../schema/decode-object.ts';
import { resolveSchema, schemaOf, type Schema } from '../schema/schemas.ts';
import { badRequest, failure, internalError, invalid, type FieldProblem } from '../statuses.ts';
import type { Stored } from '../store.ts';
import { appliedPaths, displayPath, fieldsOf, keyElement, splitPath } from './field-set.ts';
import { entriesOf, setEntries, type ManagedEntry } from './tracker.ts';

/** Creates or changes the object so that it has what the manager applies; takes away what it no longer does. Errors: `ApiError`, 409 on conflicts. */
export async function applyObject(
  call: Call,
  target: Target,
  { text, mediaType, parameters }: PatchRequest,
): Promise<{ object: Stored; created: boolean }> {
  const { resource } = target.served;
  if ((call.query.get('fieldManager') ?? '') === '') {
    const problem = { reason: 'FieldValueRequired', message: 'Required value: is required for apply patch', field: 'fieldManager' };
    throw invalid({ kind: 'PatchOptions', group: 'meta.k8s.io' }, '', [problem]);
  }
  const applied = await decodeApplied(target, text, mediaType);
  const part = partOf(target);
  const status = target.subresource === 'status' ? ('status' as const) : undefined;
  const subresource = part === undefined ? status : target.subresource;
  const current = call.store.get(resource.kind, applied.metadata.namespace ?? '', applied.metadata.name);
  const schema = resource.custom?.shape ?? schemaOf(groupVersionOf(resource), resource.kind) ?? {};
  const entry: ManagedEntry = {
    manager: parameters.fieldManager,
    operation: 'Apply',
    apiVersion: groupVersionOf(resource),
    time: timestamp(call.clock.now()),
    ...(subresource === undefined ? {} : { subresource }),
    fields: appliedPaths(applied, resource),
  };
  if (current === undefined) {
    const beforeStore = (object: Stored): void => setEntries(object, [entry]);
    // An empty map says that the field is wanted; it is owned, and left out of what is written.
    const { object: written } = decoded(applied, resource);
    const made = call.writer.create(resource.kind, written as Stored, {
      dryRun: parameters.dryRun,
      rules: resource.custom?.rules,
      warn: warner(call),
      beforeStore,
    }); // still the same kind of object
    return { object: made, created: true };
  }
  const isOwn = (other: ManagedEntry): boolean =>
    other.operation === 'Apply' && other.manager === entry.manager && other.subresource === subresource;
  const before = entriesOf(current);
  const others = before.filter((other) => !isOwn(other));
  const contested = conflictsOf(current, applied, others, resource);
  if (contested.length > 0 && !parameters.force) throw conflictError(contested);
  const own = before.find(isOwn);
  const merged = mergeValue(copyJson(current), copyJson(applied), schema) as Stored; // objects of the same kind
  const kept = new Set([...entry.fields, ...others.flatMap(({ fields }) => [...fields])]);
  for (const path of own?.fields ?? []) if (!kept.has(path)) removePath(merged, splitPath(path), schema);
  // What became empty is left out, as it is from everything that is written.
  const { object: remains } = decoded(merged, resource);
  const whole = remains as Stored; // still the same kind of object
  const taken = new Set(contested.map(({ path }) => path));
  const after = others.map((other) => ({ ...other, fields: new Set([...other.fields].filter((path) => !taken.has(path))) }));
  const beforeStore = (object: Stored): void => {
    const { time: now, ...timeless } = entry;
    const time = isSameApart(object, current) ? own?.time : now;
    setEntries(object, [...after, { ...timeless, ...(time === undefined ? {} : { time }) }]);
  };
  return {
    object: call.writer.update(resource.kind, whole, {
      dryRun: parameters.dryRun,
      subresource: status,
      part,
      rules: resource.custom?.rules,
      warn: warner(call),
      beforeStore,
    }),
    created: false,
  };
}

/** Nothing but managed fields and versions differs. */
function isSameApart(object: Stored, current: Stored): boolean {
  const plain = ({ metadata: { managedFields: _fields, resourceVersion: _version, ...metadata }, ...rest }: Stored): Json => ({
    ...rest,
    metadata,
  });
  return sameJson(plain(object), plain(current));
}

async function decodeApplied(target: Target, text: string, mediaType: string): Promise<Stored> {
  const { resource } = target.served;
  const value = await parseObject(text, mediaType, resource.kind);
  if (isObject(value['metadata']) && value['metadata']['managedFields'] !== undefined)
    throw badRequest('metadata.managedFields must be nil');
  const groupVersion = groupVersionOf(resource);
  const { object, warnings } = isCustom(resource)
    ? decodeCustomObject(value, resource, { withoutDefaults: true })
    : decodeObject({ kind: resource.kind, apiVersion: groupVersion, ...value }, groupVersion, resource.kind, { keepEmpty: true });
  if (!isObject(object['metadata'])) object['metadata'] = {};
  const applied = object as Stored; // metadata is there; the name is checked next
  checkName(target, applied);
  const [unknown] = warnings;
  if (unknown !== undefined) {
    const field = /"(.*)"/.exec(unknown)?.[1] ?? '';
    const place = `${applied.metadata.namespace ?? ''}/${applied.metadata.name}`;
    throw internalError(
      `failed to create typed patch object (${place}; ${resource.group}/${resource.version}, Kind=${kindOf(resource)}): .${field}: field not declared in schema`,
    );
  }
  placeIn(target, applied);
  return applied;
}

const decoded = (object: Json, resource: Target['served']['resource']): { readonly object: Json } =>
  isCustom(resource) ? decodeCustomObject(object, resource) : decodeObject(object, groupVersionOf(resource), resource.kind);

interface Conflict {
  readonly entry: ManagedEntry;
  readonly path: string;
}

/** Fields of others that this apply would change. */
function conflictsOf(
  current: Stored,
  applied: Stored,
  others: readonly ManagedEntry[],
  resource: Target['served']['resource'],
): Conflict[] {
  const now = fieldsOf(current, resource);
  const wanted = fieldsOf(applied, resource);
  return others.flatMap((entry) =>
    [...wanted].filter(([path, value]) => entry.fields.has(path) && now.get(path) !== value).map(([path]) => ({ entry, path })),
  );
}

function conflictError(conflicts: readonly Conflict[]): Error {
  const told = conflicts.map(({ entry, path }): FieldProblem => {
    const using = entry.operation === 'Update' ? ` using ${entry.apiVersion}` : '';
    const at = entry.subresource === undefined ? '' : ` with subresource "${entry.subresource}"`;
    return { reason: 'FieldManagerConflict', message: `conflict with "${entry.manager}"${at}${using}`, field: displayPath(path) };
  });
  const [first] = told;
  const managers = [...new Set(told.map(({ message }) => message))].map((message) => {
    const fields = told.filter((problem) => problem.message === message).map(({ field }) => `- ${field}`);
    return `${message.replace('conflict with', 'conflicts with')}:\n${fields.join('\n')}`;
  });
  const text = told.length === 1 ? `${first?.message}: ${first?.field}` : managers.join('\n');
  return failure({
    code: 409,
    reason: 'Conflict',
    message: `Apply failed with ${told.length} conflict${told.length === 1 ? '' : 's'}: ${text}`,
    details: { causes: told },
  });
}

/** Lays the applied value over the current one: maps and keyed lists are merged, the rest is replaced. */
function mergeValue(current: unknown, applied: unknown, rule: Schema): unknown {
  const schema = resolveSchema(rule);
  const atomic = rule['x-kubernetes-map-type'] === 'atomic' || schema['x-kubernetes-map-type'] === 'atomic';
  if (isObject(current) && isObject(applied) && !atomic) {
    const result: Json = { ...current };
    for (const [key, value] of Object.entries(applied)) {
      const inner = schema.properties?.[key] ?? (isObject(schema.additionalProperties) ? schema.additionalProperties : {});
      result[key] = mergeValue(current[key], value, inner);
    }
    return result;
  }
  if (!Array.isArray(current) || !Array.isArray(applied)) return applied;
  const type = rule['x-kubernetes-list-type'];
  if (type === 'set') return [...current, ...applied.filter((item) => !current.includes(item))];
  if (type !== 'map') return applied;
  const items = new Map(current.map((item): [string, unknown] => [keyElement(item, rule), item]));
  for (const item of applied) {
    const key = keyElement(item, rule);
    items.set(key, items.has(key) ? mergeValue(items.get(key), item, rule.items ?? {}) : item);
  }
  return [...items.values()];
}

/** Takes away what a path names; an item of a keyed list goes with its own path. */
function removePath(value: unknown, path: readonly string[], rule: Schema): void {
  const [element = '', ...rest] = path;
  const schema = resolveSchema(rule);
  if (element.startsWith('f:') && isObject(value)) {
    const key = element.slice(2);
    const inner = schema.properties?.[key] ?? (isObject(schema.additionalProperties) ? schema.additionalProperties : {});
    if (rest.length === 0 || (rest.length === 1 && rest[0] === '.' && isEmpty(value[key]))) delete value[key];
    else removePath(value[key], rest, inner);
    return;
  }
  if (!Array.isArray(value)) return;
  const at = value.findIndex((item) =>
    element.startsWith('v:') ? `v:${JSON.stringify(item)}` === element : keyElement(item, rule) === element,
  );
  if (at < 0) return;
  if (rest.length === 0 || rest[0] === '.') value.splice(at, 1);
  else removePath(value[at], rest, rule.items ?? {});
}

const isEmpty = (value: unknown): boolean =>
  isObject(value) ? Object.keys(value).length === 0 : Array.isArray(value) && value.length === 0;
