import { parseAllDocuments, stringify, type Document } from 'yaml';
import { mergeFields } from '../merge-fields.ts';
import type { Change } from '../types.ts';
import { spliceFields } from './splice-fields.ts';

export interface ManifestFile {
  readonly path: string;
  readonly text: string;
}

export interface ManifestEdit {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

type Target = Change['target'];

/**
 * Writes the changes into the user's own YAML: comments, order and style of what does not change stay.
 *
 * New objects are appended to the file that holds their workload. Files that do not change are not in the answer; changes whose
 * object is in none of the files are left out, see `changesWithoutManifest`. A file that is no valid YAML (a template) is left as it is.
 */
export function editManifests(files: readonly ManifestFile[], changes: readonly Change[]): ManifestEdit[] {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  for (const change of changes) {
    const path = fileFor(change, files, texts);
    const text = path === undefined ? undefined : texts.get(path);
    if (path !== undefined && text !== undefined) texts.set(path, change.creates ? append(text, change) : rewrite(text, change));
  }
  return files.flatMap(({ path, text }) => {
    const after = texts.get(path) ?? text;
    return after === text ? [] : [{ path, before: text, after }];
  });
}

/** The changes that `editManifests` finds no place for. */
export function changesWithoutManifest(files: readonly ManifestFile[], changes: readonly Change[]): Change[] {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  return changes.filter((change) => fileFor(change, files, texts) === undefined);
}

function fileFor(
  { target, workload, creates }: Change,
  files: readonly ManifestFile[],
  texts: ReadonlyMap<string, string>,
): string | undefined {
  const [kind = '', namespace = '', name = ''] = workload.split('/');
  const wanted = creates ? { kind, namespace, name } : target;
  return files.find(({ path, text }) => documentFor(texts.get(path) ?? text, wanted) !== undefined)?.path;
}

/** The document of an object. A manifest without a namespace may be applied to any. */
function documentFor(text: string, { kind, namespace, name }: Target): Document | undefined {
  if (!text.includes(name)) return undefined;
  const documents = parseAllDocuments(text);
  if ('empty' in documents) return undefined;
  return documents.find((document) => {
    if (document.errors.length > 0) return false;
    const own: unknown = document.getIn(['metadata', 'namespace']);
    const named = document.get('kind') === kind && document.getIn(['metadata', 'name']) === name;
    return named && (own === undefined || own === null || own === namespace);
  });
}

/** Only what is under `spec` changes; names and versions stay as the user wrote them. */
function rewrite(text: string, { target, apply }: Change): string {
  const document = documentFor(text, target);
  if (document === undefined) return text;
  const fields = { spec: apply['spec'] };
  const spliced = spliceFields(text, document, fields);
  if (spliced !== undefined && isAsWanted(spliced, target, document, fields)) return spliced;
  return writtenAnew(text, document, fields);
}

/** A splice is trusted only when the text then says what it should. */
function isAsWanted(text: string, target: Target, before: Document, fields: object): boolean {
  const wanted = JSON.stringify(sorted(mergeFields(before.toJS(), fields)));
  return JSON.stringify(sorted(documentFor(text, target)?.toJS())) === wanted;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, each]): [string, unknown] => [key, sorted(each)])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Flow style and other rarities: the whole document is written anew, with its comments. */
function writtenAnew(text: string, document: Document, fields: { readonly spec: unknown }): string {
  const [start, , end] = document.range ?? [0, text.length, text.length];
  const merged = mergeFields(document.toJS(), fields) as { readonly spec: unknown }; // a map laid over a map
  document.set('spec', document.createNode(merged.spec));
  const body = document.toString({ lineWidth: 0 });
  const marker = text.slice(start, end).startsWith('---') && !body.startsWith('---') ? '---\n' : '';
  return text.slice(0, start) + marker + body + text.slice(end);
}

function append(text: string, { apply }: Change): string {
  const separator = text.endsWith('\n') || text === '' ? '' : '\n';
  return `${text}${separator}---\n${stringify(apply, { lineWidth: 0 })}`;
}
