/** A kubeconfig file as data: reading, checking and merging. What its entries mean for a connection stands in load-kubeconfig.ts. */
import { isAbsolute, join } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { EvenkeelError } from '../../base/index.ts';

type Fields = Readonly<Record<string, unknown>>;

/** An entry of `clusters`, `users` or `contexts`, with the folder that its relative paths start from. */
export interface KubeconfigEntry {
  readonly fields: Fields;
  readonly folder: string;
  readonly file: string;
}

/** Several files merged. Source: Kubernetes documentation, "Organizing Cluster Access", merging kubeconfig files. */
export interface Kubeconfig {
  readonly files: readonly string[];
  readonly currentContext: string | undefined;
  readonly clusters: ReadonlyMap<string, KubeconfigEntry>;
  readonly users: ReadonlyMap<string, KubeconfigEntry>;
  readonly contexts: ReadonlyMap<string, KubeconfigEntry>;
}

/**
 * Reads kubeconfig texts in order; the first file that names a cluster, user, context or the current context wins.
 *
 * Errors: `INVALID_INPUT` with file:line:column.
 */
export function parseKubeconfigs(texts: readonly { readonly file: string; readonly folder: string; readonly text: string }[]): Kubeconfig {
  const clusters = new Map<string, KubeconfigEntry>();
  const users = new Map<string, KubeconfigEntry>();
  const contexts = new Map<string, KubeconfigEntry>();
  let currentContext: string | undefined;
  for (const { file, folder, text } of texts) {
    const root = parseFile(file, text);
    const lists = [
      ['clusters', 'cluster', clusters],
      ['users', 'user', users],
      ['contexts', 'context', contexts],
    ] as const;
    for (const [listName, fieldName, target] of lists) {
      for (const { name, fields } of entriesOf(root[listName], listName, fieldName, file)) {
        if (!target.has(name)) target.set(name, { fields, folder, file });
      }
    }
    const named = textField(root, 'current-context');
    if (currentContext === undefined && named !== undefined && named !== '') currentContext = named;
  }
  return { files: texts.map(({ file }) => file), currentContext, clusters, users, contexts };
}

/** A field that must be a text, if it is there at all. */
export function textField(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' ? value : undefined;
}

/** An absolute path; relative ones start from the folder of the kubeconfig that names them. */
export function pathFrom(entry: KubeconfigEntry, path: string): string {
  return isAbsolute(path) ? path : join(entry.folder, path);
}

function parseFile(file: string, text: string): Fields {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const [problem] = document.errors;
  if (problem !== undefined) {
    const { line, col } = lineCounter.linePos(problem.pos[0]);
    throw invalid(`${file}:${line}:${col}: ${problem.message}`);
  }
  const root: unknown = document.toJS();
  if (root === null) return {};
  if (!isFields(root)) throw invalid(`${file}:1:1: a kubeconfig is a mapping with clusters, users and contexts`);
  return root;
}

function entriesOf(list: unknown, listName: string, fieldName: string, file: string): { name: string; fields: Fields }[] {
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) throw invalid(`${file}: '${listName}' must be a list`);
  return list.map((item: unknown, index) => {
    const name = isFields(item) ? item['name'] : undefined;
    if (!isFields(item) || typeof name !== 'string') throw invalid(`${file}: ${listName}[${index}] has no name`);
    const fields = item[fieldName];
    return { name, fields: isFields(fields) ? fields : {} };
  });
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(message: string): EvenkeelError {
  return new EvenkeelError('INVALID_INPUT', message, { blame: 'input', hint: 'Compare it with what `kubectl config view` prints.' });
}
