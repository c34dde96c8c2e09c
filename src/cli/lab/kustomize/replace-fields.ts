/** `replacements`: values of one object's field, copied into others. Source: kustomize, api/filters/replacement (5.7). */
import { EvenkeelError } from '../../../base/index.ts';
import { matchesTarget } from './patch-resources.ts';
import type { Target } from './patch-resources.ts';
import type { Resource } from './resource.ts';
import { isJson } from './resource.ts';

interface FieldOptions {
  readonly delimiter?: string | undefined;
  readonly index?: number | undefined;
  readonly create?: boolean | undefined;
}

export interface Replacement {
  readonly source?: (Target & { readonly fieldPath?: string | undefined; readonly options?: FieldOptions | undefined }) | undefined;
  readonly sourceValue?: string | undefined;
  readonly targets: readonly {
    readonly select: Target;
    readonly reject?: readonly Target[] | undefined;
    readonly fieldPaths?: readonly string[] | undefined;
    readonly options?: FieldOptions | undefined;
  }[];
}

/** Errors: `INVALID_INPUT` when the source is not one field of one object, or a target's field is not there. */
export function replaceFields(resources: readonly Resource[], { source, sourceValue, targets }: Replacement): void {
  const value = source === undefined ? sourceValue : sourceOf(resources, source);
  for (const { select, reject = [], fieldPaths = ['metadata.name'], options = {} } of targets) {
    const chosen = resources.filter(
      (resource) => matchesTarget(resource, exact(select)) && !reject.some((one) => isAny(one) && matchesTarget(resource, exact(one))),
    );
    for (const { object } of chosen) {
      for (const path of fieldPaths) {
        const places = fieldsAt(object, segmentsOf(path), options.create === true);
        if (places.length === 0 && !path.includes('*')) {
          throw invalid(`${object.kind} ${object.metadata.name} has no field ${path} for a replacement`);
        }
        for (const { get, set } of places) set(spliced(get(), value, options));
      }
    }
  }
}

const isAny = (target: Target): boolean => Object.values(target).some((value) => value !== undefined);

/** Names in replacements are names, no patterns. */
function exact(target: Target): Target {
  const literal = (text: string | undefined): string | undefined => text?.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return { ...target, kind: literal(target.kind), name: literal(target.name), namespace: literal(target.namespace) };
}

function sourceOf(
  resources: readonly Resource[],
  { fieldPath = 'metadata.name', options = {}, ...target }: NonNullable<Replacement['source']>,
): unknown {
  const found = resources.filter((resource) => matchesTarget(resource, exact(target)));
  const [source] = found;
  const what = JSON.stringify(target);
  if (source === undefined) throw invalid(`nothing to select for the source of a replacement (${what})`);
  if (found.length > 1) throw invalid(`multiple matches for the source of a replacement (${what})`);
  const [place] = fieldsAt(source.object, segmentsOf(fieldPath), false);
  if (place === undefined) throw invalid(`the source of a replacement (${what}) has no field ${fieldPath}`);
  const value = place.get();
  if (options.delimiter === undefined || typeof value !== 'string') return value;
  const part = value.split(options.delimiter)[options.index ?? 0];
  if (part === undefined) throw invalid(`the source of a replacement has no part ${options.index} between '${options.delimiter}'`);
  return part;
}

/** With a delimiter one part of the target alone; an index before or behind all parts adds one there. */
function spliced(before: unknown, value: unknown, { delimiter, index = 0 }: FieldOptions): unknown {
  if (delimiter === undefined || delimiter === '' || typeof before !== 'string') return structuredClone(value);
  const parts = before.split(delimiter);
  const text = String(value);
  if (index < 0) return [text, ...parts].join(delimiter);
  if (index >= parts.length) return [...parts, text].join(delimiter);
  return parts.with(index, text).join(delimiter);
}

interface Field {
  readonly get: () => unknown;
  readonly set: (value: unknown) => void;
}

/** `spec.containers.[name=web].env.0.value`, with `\.` for a dot in a name. */
function segmentsOf(path: string): string[] {
  return [...path.matchAll(/\[([^\]]*)\]|((?:\\.|[^.\\[])+)/g)].map(([, bracket, plain = '']) =>
    bracket === undefined ? plain.replaceAll(/\\(.)/g, '$1') : bracket.includes('=') ? `[${bracket}]` : bracket,
  );
}

function fieldsAt(root: unknown, [segment = '', ...rest]: readonly string[], create: boolean): Field[] {
  const into = (holder: Record<string, unknown> | unknown[], key: string | number): Field[] => {
    const items = holder as Record<string | number, unknown>; // a list is indexed the same way
    if (rest.length === 0) return [{ get: () => items[key], set: (value) => (items[key] = value) }];
    if (create && (items[key] === undefined || items[key] === null)) items[key] = {};
    return fieldsAt(items[key], rest, create);
  };
  if (Array.isArray(root)) {
    const selector = /^\[(.*?)=(.*)\]$/s.exec(segment);
    if (segment === '*') return root.flatMap((_, index) => into(root, index));
    if (selector === null) return /^\d+$/.test(segment) && Number(segment) < root.length ? into(root, Number(segment)) : [];
    const [, name = '', wanted] = selector;
    const found = root.flatMap((item, index) => ((isJson(item) ? String(item[name]) : String(item)) === wanted ? [index] : []));
    if (found.length === 0 && create && name !== '') {
      root.push({ [name]: wanted });
      return into(root, root.length - 1);
    }
    return found.flatMap((index) => into(root, index));
  }
  if (!isJson(root)) return [];
  if (segment === '*') return Object.keys(root).flatMap((key) => into(root, key));
  return segment in root || create ? into(root, segment) : [];
}

const invalid = (message: string): EvenkeelError => new EvenkeelError('INVALID_INPUT', message, { blame: 'input' });
