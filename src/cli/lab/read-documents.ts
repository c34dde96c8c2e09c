import { LineCounter, parseAllDocuments } from 'yaml';
import { EvenkeelError, messageOf, plural } from '../../base/index.ts';
import type { KubeObject } from '../../kubernetes/index.ts';
import { findPlaceholders } from './find-placeholders.ts';

/** A text and where it came from, as the user named it. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Parses files of manifests: several documents each, YAML or JSON, Lists unfolded.
 *
 * Errors: `INVALID_INPUT` with every placeholder, and every place that is no YAML or no object, as file:line:column.
 */
export function readDocuments(files: readonly SourceFile[]): KubeObject[] {
  const open = files.flatMap(({ path, text }) => findPlaceholders(text).map((one) => `${path}:${one.line}:${one.column}: ${one.text}`));
  if (open.length > 0) {
    throw new EvenkeelError('INVALID_INPUT', `${plural(open.length, 'placeholder')} without a value:\n  ${open.join('\n  ')}`, {
      blame: 'input',
      hint: 'Give each a value: --set NAME=VALUE. Or fill them in as your pipeline does (envsubst, helm template) and name the folder with the result.',
    });
  }
  const problems: string[] = [];
  const objects = files.flatMap((file) => documentsOf(file, problems));
  if (problems.length === 0) return objects;
  throw new EvenkeelError('INVALID_INPUT', `${plural(problems.length, 'problem')} in the manifests:\n  ${problems.join('\n  ')}`, {
    blame: 'input',
    hint: 'Every document has to be YAML or JSON with apiVersion, kind and metadata.name.',
  });
}

function documentsOf({ path, text }: SourceFile, problems: string[]): KubeObject[] {
  const stream = jsonStream(text);
  if (stream !== undefined) return stream.flatMap((value) => unfold(value, (why) => problems.push(`${path}:1:1: ${why}`)));
  const lineCounter = new LineCounter();
  return parseAllDocuments(text, { lineCounter }).flatMap((document) => {
    const at = (offset: number): string => {
      const { line, col } = lineCounter.linePos(offset);
      return `${path}:${line}:${col}`;
    };
    if (document.errors.length > 0) {
      problems.push(...document.errors.map((error) => `${at(error.pos[0])}: ${error.message.split(/ at line |\n/)[0]}`));
      return [];
    }
    const fail = (why: string): void => void problems.push(`${at(document.contents?.range?.[0] ?? 0)}: ${why}`);
    try {
      const value: unknown = document.toJS();
      // Aliases that lead back to themselves make a value without end, which no JSON can hold.
      JSON.stringify(value);
      return unfold(value, fail);
    } catch (error) {
      fail(messageOf(error).split('\n')[0] ?? '');
      return [];
    }
  });
}

/** Several JSON objects one after the other, as `kubectl get -o json` of several calls leaves them; undefined for anything else. */
function jsonStream(text: string): unknown[] | undefined {
  if (!/^\s*\{/.test(text) || !/\}\s*\{/.test(text)) return undefined;
  const values: unknown[] = [];
  let rest = text.trim();
  while (rest !== '') {
    const end = endOfObject(rest);
    try {
      values.push(JSON.parse(rest.slice(0, end)));
    } catch {
      return undefined;
    }
    rest = rest.slice(end).trim();
  }
  return values;
}

/** Where the object that the text begins with ends. */
function endOfObject(text: string): number {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (token === '{') depth++;
    else if (token === '}' && --depth === 0) return index + 1;
  }
  return text.length;
}

function unfold(value: unknown, fail: (why: string) => void): KubeObject[] {
  if (value === null || value === undefined) return [];
  const { apiVersion, kind, items, metadata } = Object(value) as {
    apiVersion?: unknown;
    kind?: unknown;
    items?: unknown;
    metadata?: { name?: unknown } | null;
  }; // any value has members that may be undefined
  if (typeof value !== 'object') fail('text, where an object with apiVersion and kind has to be');
  else if (Array.isArray(value)) fail('a sequence, where an object has to be (several of them make a kind: List with items)');
  else if (typeof kind !== 'string' || typeof apiVersion !== 'string') fail('a document without kind or apiVersion');
  else if (kind.endsWith('List') && Array.isArray(items)) {
    const own = kind === 'List' ? {} : { apiVersion, kind: kind.slice(0, -'List'.length) };
    return items.flatMap((item: object) => unfold({ ...own, ...item }, fail));
  } else if (typeof metadata?.name !== 'string') fail(`${kind} without metadata.name`);
  else return [value as KubeObject]; // just checked
  return [];
}
