import jsonPatch from 'fast-json-patch';
import { parseAllDocuments } from 'yaml';
import { EvenkeelError, messageOf } from '../../base/index.ts';
import type { KubeObject } from '../../kubernetes/index.ts';
import type { SourceFile } from './read-documents.ts';
import { mergeStrategically } from './merge-strategically.ts';

/** Which objects a patch is for; names are regular expressions that must match as a whole. */
export interface PatchTarget {
  readonly group?: string | undefined;
  readonly version?: string | undefined;
  readonly kind?: string | undefined;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
}

/**
 * Applies a patch: a list of JSON patch operations (then a target is needed), or documents to be merged into the objects of their name.
 *
 * Errors: `INVALID_INPUT` when there is nothing to patch, or the operations do not fit.
 */
export function patchObjects(objects: readonly KubeObject[], { path, text }: SourceFile, target: PatchTarget | undefined): KubeObject[] {
  const fail = (why: string): EvenkeelError => new EvenkeelError('INVALID_INPUT', `${path}: ${why}`, { blame: 'input' });
  const documents = parseAllDocuments(text).map((document) => {
    const [error] = document.errors;
    if (error) throw fail(error.message);
    return document.toJS() as unknown;
  });
  let patched = [...objects];
  for (const document of documents) {
    if (document === null || document === undefined) continue;
    const given = document as KubeObject; // or a list of operations, told apart below
    const fits = target === undefined ? byName(given) : byTarget(target);
    if (!patched.some(fits)) throw fail(`the patch fits no object (${describe(target ?? given)})`);
    if (Array.isArray(document)) {
      if (target === undefined) throw fail('a JSON patch needs a target');
      const operations = document as Parameters<typeof jsonPatch.applyPatch>[1]; // checked by the library
      patched = patched.map((object) => (fits(object) ? withOperations(object, operations, fail) : object));
    } else {
      patched = patched.flatMap((object) => {
        if (!fits(object)) return [object];
        const merged = mergeStrategically(object, withoutName(document));
        return merged === undefined ? [] : [merged as KubeObject]; // a merge keeps kind and name
      });
    }
  }
  return patched;
}

const byName =
  (patch: KubeObject) =>
  ({ kind, metadata }: KubeObject): boolean =>
    kind === patch.kind &&
    metadata.name === patch.metadata?.name &&
    (patch.metadata.namespace === undefined || metadata.namespace === undefined || metadata.namespace === patch.metadata.namespace);

const byTarget =
  ({ group, version, kind, name, namespace }: PatchTarget) =>
  ({ apiVersion = '', kind: own, metadata }: KubeObject): boolean => {
    const [ownGroup = '', ownVersion = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
    const fits = (pattern: string | undefined, value = ''): boolean => pattern === undefined || new RegExp(`^(?:${pattern})$`).test(value);
    return (
      fits(kind, own) &&
      fits(name, metadata.name) &&
      fits(namespace, metadata.namespace) &&
      fits(group, ownGroup) &&
      fits(version, ownVersion)
    );
  };

const describe = (wanted: PatchTarget | KubeObject): string =>
  'metadata' in wanted ? `${wanted.kind} ${wanted.metadata?.name}` : JSON.stringify(wanted);

/** The name in a patch only says where it goes: with a target it may be any. */
function withoutName(document: unknown): unknown {
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...rest } = document as KubeObject; // a patch has an object's form
  if (metadata === undefined) return rest;
  const { name: _name, namespace: _namespace, ...others } = metadata;
  return { ...rest, metadata: others };
}

function withOperations(
  object: KubeObject,
  operations: Parameters<typeof jsonPatch.applyPatch>[1],
  fail: (why: string) => EvenkeelError,
): KubeObject {
  try {
    return jsonPatch.applyPatch(structuredClone(object), operations, true).newDocument;
  } catch (error) {
    throw fail(`the JSON patch does not fit ${object.kind} ${object.metadata.name}: ${messageOf(error).split('\n')[0]}`);
  }
}
