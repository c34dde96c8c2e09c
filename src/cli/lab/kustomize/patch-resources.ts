import jsonPatch from 'fast-json-patch';
import { parseAllDocuments } from 'yaml';
import { EvenkeelError, messageOf } from '../../../base/index.ts';
import type { KubeObject } from '../../../kubernetes/index.ts';
import { matchesRequirements, parseLabelSelector, resourceOf } from '../../../kubernetes/index.ts';
import type { SourceFile } from '../read-documents.ts';
import { mergeStrategically } from './merge-strategically.ts';
import type { Resource } from './resource.ts';

/** Which objects something is for; kinds and names are regular expressions that must match as a whole. */
export interface Target {
  readonly group?: string | undefined;
  readonly version?: string | undefined;
  readonly kind?: string | undefined;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly annotationSelector?: string | undefined;
}

export interface PatchOptions {
  readonly allowNameChange?: boolean | undefined;
  readonly allowKindChange?: boolean | undefined;
}

type Operations = Parameters<typeof jsonPatch.applyPatch>[1];

/**
 * Applies a patch: a list of JSON patch operations (then a target is needed), or documents to be merged into the objects of their name.
 * Result: the resources without those that the patch deletes.
 *
 * Errors: `INVALID_INPUT` when a document names an object that is not there, or the operations do not fit.
 */
export function patchResources(
  resources: readonly Resource[],
  { path, text }: SourceFile,
  target: Target | undefined,
  options: PatchOptions = {},
): Resource[] {
  const fail = (why: string): EvenkeelError => new EvenkeelError('INVALID_INPUT', `${path}: ${why}`, { blame: 'input' });
  let left = [...resources];
  for (const document of documentsOf(text, fail)) {
    const operations = operationsOf(document);
    const given = document as KubeObject; // or a list of operations, told apart above
    if (operations && target === undefined) throw fail('a JSON patch needs a target');
    const fits = target === undefined ? byName(given) : (resource: Resource) => matchesTarget(resource, target);
    // A target that fits nothing is no mistake there; a name that nobody has is.
    if (target === undefined && !left.some(fits)) throw fail(`the patch fits no object (${given.kind} ${given.metadata?.name})`);
    left = left.filter((resource) => !fits(resource) || apply(resource, { document, operations, options, fail }));
  }
  return left;
}

function documentsOf(text: string, fail: (why: string) => EvenkeelError): unknown[] {
  return parseAllDocuments(text)
    .map((document) => {
      const [error] = document.errors;
      if (error) throw fail(error.message);
      return document.toJS() as unknown;
    })
    .filter((document) => document !== null && document !== undefined);
}

/** Operations may be JSON or YAML, a list of them or (in JSON text) one array. */
const operationsOf = (document: unknown): Operations | undefined => (Array.isArray(document) ? (document as Operations) : undefined); // checked by the library

interface Patch {
  readonly document: unknown;
  readonly operations: Operations | undefined;
  readonly options: PatchOptions;
  readonly fail: (why: string) => EvenkeelError;
}

/** Result: false when the patch deletes the object. */
function apply(resource: Resource, { document, operations, options, fail }: Patch): boolean {
  const { object } = resource;
  if (operations) {
    try {
      resource.object = jsonPatch.applyPatch(structuredClone(object), operations, true).newDocument;
    } catch (error) {
      throw fail(`the JSON patch does not fit ${object.kind} ${object.metadata.name}: ${messageOf(error).split('\n')[0]}`);
    }
    return true;
  }
  const merged = mergeStrategically(object, withoutName(document, options), { hasSchema: isBuiltIn(object) });
  if (merged === undefined) return false;
  resource.object = merged as KubeObject; // a merge keeps kind and name
  return true;
}

/** Only of Kubernetes' own kinds is it known which lists merge. */
const isBuiltIn = ({ apiVersion = '', kind = '' }: KubeObject): boolean =>
  resourceOf(kind) !== undefined || !apiVersion.includes('.') || /\.k8s\.io\//.test(apiVersion);

function byName({ apiVersion = '', kind, metadata }: KubeObject): (resource: Resource) => boolean {
  const group = groupOf(apiVersion);
  return ({ object, ids }) =>
    object.kind === kind &&
    groupOf(object.apiVersion) === group &&
    [...ids, object.metadata].some(
      (id) => id.name === metadata?.name && (metadata.namespace === undefined || (id.namespace ?? 'default') === metadata.namespace),
    );
}

const groupOf = (apiVersion = ''): string => (apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '');

/** Whether an object is what is meant; names are those of any layer. */
export function matchesTarget(
  { object, ids }: Resource,
  { group, version, kind, name, namespace, labelSelector, annotationSelector }: Target,
): boolean {
  const { apiVersion = '', kind: own, metadata } = object;
  const fits = (pattern: string | undefined, values: readonly (string | undefined)[]): boolean =>
    pattern === undefined || pattern === '' || values.some((value) => new RegExp(`^(?:${pattern})$`).test(value ?? ''));
  const known = [...ids, metadata];
  return (
    fits(kind, [own]) &&
    fits(
      name,
      known.map((id) => id.name),
    ) &&
    fits(
      namespace,
      known.map((id) => id.namespace),
    ) &&
    fits(group, [groupOf(apiVersion)]) &&
    fits(version, [apiVersion.split('/').at(-1)]) &&
    (labelSelector === undefined || matchesRequirements(parseLabelSelector(labelSelector), metadata.labels)) &&
    (annotationSelector === undefined || matchesRequirements(parseLabelSelector(annotationSelector), metadata.annotations))
  );
}

/** The name in a patch only says where it goes: with a target it may be any. */
function withoutName(document: unknown, { allowNameChange, allowKindChange }: PatchOptions): unknown {
  const { apiVersion, kind, metadata, ...rest } = document as KubeObject; // a patch has an object's form
  const type = allowKindChange === true ? { apiVersion, kind } : {};
  if (metadata === undefined) return { ...type, ...rest };
  const { name, namespace: _namespace, ...others } = metadata;
  return { ...type, ...rest, metadata: { ...others, ...(allowNameChange === true && { name }) } };
}
