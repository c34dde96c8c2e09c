/** Sets of field paths: what an object has, what changed, and their wire form `fieldsV1`. */
import { groupVersionOf } from '../../../kubernetes/index.ts';
import type { LabResource } from '../custom-resources/types.ts';
import { isObject, type Json } from '../json.ts';
import { resolveSchema, schemaOf, type Schema } from '../schema/schemas.ts';
import type { Stored } from '../store.ts';

/** Paths: elements of the wire form (`f:spec`, `k:{"name":"c"}`, `v:1`) joined by a separator; a container itself ends in `.`. */
export type PathSet = ReadonlySet<string>;

const SEPARATOR = '\u0000';
const SELF = '.';

export const joinPath = (parent: string, element: string): string => (parent === '' ? element : `${parent}${SEPARATOR}${element}`);
export const splitPath = (path: string): string[] => path.split(SEPARATOR);

/** Fields that the server alone keeps. */
const SYSTEM_METADATA = [
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generation',
  'managedFields',
  'name',
  'namespace',
  'resourceVersion',
  'selfLink',
  'uid',
];

/** Every owned path of an object with its value as text (empty for containers). */
export function fieldsOf(object: Json, resource: LabResource): Map<string, string> {
  const found = new Map<string, string>();
  const schema = resource.custom?.shape ?? schemaOf(groupVersionOf(resource), resource.kind) ?? {};
  for (const [key, value] of Object.entries(object)) {
    if (key === 'apiVersion' || key === 'kind') continue;
    const rule = schema.properties?.[key] ?? {};
    if (key === 'metadata' && isObject(value)) {
      const kept = Object.fromEntries(Object.entries(value).filter(([name]) => !SYSTEM_METADATA.includes(name)));
      addMembers(kept, { rule, path: 'f:metadata', found });
    } else visit(value, { rule, path: `f:${key}`, found, always: isAlwaysThere(schema, key) });
  }
  return found;
}

interface Place {
  readonly rule: Schema;
  readonly path: string;
  readonly found: Map<string, string>;
  /** The field is always written by the server (no `omitempty`), so its container is nobody's in particular. */
  readonly always?: boolean;
}

function visit(value: unknown, { rule, path, found, always = false }: Place): void {
  const schema = resolveSchema(rule);
  const container = (isObject(value) && isGranular(rule, schema)) || (Array.isArray(value) && isKeyedList(rule));
  const empty = isObject(value) ? Object.keys(value).length === 0 : Array.isArray(value) && value.length === 0;
  if (!container || empty) {
    found.set(path, JSON.stringify(value));
    return;
  }
  if (!always) found.set(joinPath(path, SELF), '');
  if (Array.isArray(value)) addItems(value, { rule, path, found });
  else if (isObject(value)) addMembers(value, { rule, path, found });
}

const isAlwaysThere = (schema: Schema, key: string): boolean =>
  schema.properties?.[key]?.default !== undefined || schema.required?.includes(key) === true;

function isGranular(rule: Schema, schema: Schema): boolean {
  if (rule['x-kubernetes-map-type'] === 'atomic' || schema['x-kubernetes-map-type'] === 'atomic') return false;
  return schema.properties !== undefined || schema.additionalProperties !== undefined;
}

const isKeyedList = (rule: Schema): boolean => ['map', 'set'].includes(rule['x-kubernetes-list-type'] ?? '');

function addMembers(value: Json, { rule, path, found }: Place): void {
  const schema = resolveSchema(rule);
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const own = schema.properties?.[key];
    const inner = own ?? (isObject(schema.additionalProperties) ? schema.additionalProperties : {});
    visit(member, { rule: inner, path: joinPath(path, `f:${key}`), found, always: isAlwaysThere(schema, key) });
  }
}

function addItems(items: readonly unknown[], { rule, path, found }: Place): void {
  for (const item of items) {
    if (rule['x-kubernetes-list-type'] === 'set') {
      found.set(joinPath(path, `v:${JSON.stringify(item)}`), '');
      continue;
    }
    const at = joinPath(path, keyElement(item, rule));
    found.set(joinPath(at, SELF), '');
    if (isObject(item)) addMembers(item, { rule: rule.items ?? {}, path: at, found });
  }
}

/** `k:{"containerPort":80,"protocol":"TCP"}`: keys sorted, defaults filled in. */
export function keyElement(item: unknown, rule: Schema): string {
  const schema = resolveSchema(rule.items ?? {});
  const keys = [...(rule['x-kubernetes-list-map-keys'] ?? [])].sort();
  const parts = keys.flatMap((key) => {
    const value = (isObject(item) ? item[key] : undefined) ?? schema.properties?.[key]?.default;
    return value === undefined ? [] : [`${JSON.stringify(key)}:${JSON.stringify(value)}`];
  });
  return `k:{${parts.join(',')}}`;
}

/** Paths that are new or have another value. */
export function changedPaths(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): PathSet {
  const changed = new Set<string>();
  for (const [path, value] of after) if (before.get(path) !== value) changed.add(path);
  return changed;
}

/** The wire form. */
export function toFieldsV1(paths: PathSet): Json {
  const root: Json = {};
  for (const path of [...paths].sort()) {
    let at = root;
    for (const element of splitPath(path)) {
      const next = at[element];
      if (isObject(next)) at = next;
      else {
        const made: Json = {};
        at[element] = made;
        at = made;
      }
    }
  }
  return root;
}

/** From the wire form. */
export function fromFieldsV1(value: unknown): Set<string> {
  const found = new Set<string>();
  const walk = (node: unknown, path: string): void => {
    const entries = isObject(node) ? Object.entries(node) : [];
    if (entries.length === 0 && path !== '') found.add(path);
    for (const [element, inner] of entries) walk(inner, joinPath(path, element));
  };
  walk(value, '');
  return found;
}

/** The path as conflict messages have it: `.spec.template.spec.containers[name="c"].image`. */
export function displayPath(path: string): string {
  return splitPath(path)
    .filter((element) => element !== SELF)
    .map((element) => {
      if (element.startsWith('f:')) return `.${element.slice(2)}`;
      if (element.startsWith('v:')) return `[=${element.slice(2)}]`;
      const keys: unknown = JSON.parse(element.slice(2));
      const parts = isObject(keys) ? Object.entries(keys).map(([key, value]) => `${key}=${JSON.stringify(value)}`) : [];
      return `[${parts.join(',')}]`;
    })
    .join('');
}

/** The paths that an apply owns: values and items of keyed lists, not the containers around them. */
export function appliedPaths(object: Stored, resource: LabResource): Set<string> {
  const isOwned = (path: string): boolean => {
    const elements = splitPath(path);
    return elements.at(-1) !== SELF || elements.at(-2)?.startsWith('k:') === true;
  };
  return new Set([...fieldsOf(object, resource).keys()].filter(isOwned));
}
