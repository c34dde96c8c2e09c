/** Writes changed fields into a YAML text by touching only the places that change, so that comments and style stay. */
import { isAlias, isMap, isScalar, isSeq, stringify, type Document, type Node, type Pair, type YAMLMap } from 'yaml';

/** A piece of text to put in place of another. Offsets count characters. */
interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The text with the fields laid over the document's root map; undefined where only writing the document anew would do (flow style). */
export function spliceFields(source: string, document: Document, fields: Fields): string | undefined {
  const splices: Splice[] = [];
  const root = document.contents;
  if (!isMap(root) || !collectMap(source, root, fields, splices)) return undefined;
  const ordered = splices.sort((a, b) => b.start - a.start);
  return ordered.reduce((text, { start, end, text: piece }) => text.slice(0, start) + piece + text.slice(end), source);
}

function collectMap(source: string, map: YAMLMap, fields: Fields, splices: Splice[]): boolean {
  if (map.flow === true) return false;
  const added: [string, unknown][] = [];
  for (const [key, value] of Object.entries(fields)) {
    const pair = map.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
    if (pair === undefined) added.push([key, value]);
    else if (!collectPair(source, pair, value, splices)) return false;
  }
  if (added.length === 0) return true;
  const indent = columnOf(source, map);
  const at = endOf(source, map);
  if (indent === undefined || at === undefined) return false;
  splices.push({ start: at, end: at, text: added.map(([key, value]) => `\n${render(source, { [key]: value }, indent)}`).join('') });
  return true;
}

function collectPair(source: string, { key, value: node }: Pair, value: unknown, splices: Splice[]): boolean {
  const keyNode = key as Node; // an item found by its scalar key
  const indent = keyNode.range === undefined || keyNode.range === null ? 0 : columnAt(source, keyNode.range[0]);
  if (isMap(node) && isFields(value)) return collectMap(source, node, value, splices);
  if (isSeq(node) && Array.isArray(value)) return collectSeq(source, node, value, splices);
  if (!isScalar(node) || !node.range) return false;
  if (node.value === value) return true;
  const [start, end] = node.range;
  if (isFields(value) || Array.isArray(value)) {
    if (node.value !== null) return false;
    splices.push({ start, end, text: `\n${render(source, value, indent + 2)}` });
  } else {
    splices.push({ start, end, text: `${start === end ? ' ' : ''}${stringify(value).trimEnd()}` });
  }
  return true;
}

/** Lists of named things are matched by name; other lists may only grow at their end. */
function collectSeq(
  source: string,
  seq: { items: unknown[]; flow?: boolean; range?: unknown },
  value: readonly unknown[],
  splices: Splice[],
): boolean {
  if (seq.flow === true) return false;
  const added: unknown[] = [];
  for (const [index, item] of value.entries()) {
    const name = isFields(item) ? item['name'] : undefined;
    const own = seq.items.find((each, at) => (name === undefined ? at === index : isMap(each) && each.get('name') === name));
    if (own === undefined) added.push(item);
    else if (!isMap(own)) {
      if (!isScalar(own) || own.value !== item) return false;
    } else if (name === undefined) {
      if (JSON.stringify(own.toJSON()) !== JSON.stringify(item)) return false;
    } else if (!isFields(item) || !collectMap(source, own, item, splices)) return false;
  }
  if (added.length === 0) return true;
  const [first] = seq.items;
  const last = seq.items.at(-1);
  if (!isNode(first) || !isNode(last) || !first.range) return false;
  const lineStart = source.lastIndexOf('\n', first.range[0]) + 1;
  const dash = source.slice(lineStart).search(/\S/);
  const at = endOf(source, last);
  if (at === undefined || source[lineStart + dash] !== '-') return false;
  splices.push({ start: at, end: at, text: `\n${render(source, added, dash)}` });
  return true;
}

const isNode = (value: unknown): value is Node => isMap(value) || isSeq(value) || isScalar(value) || isAlias(value);

/** YAML lines at an indentation, in the style of the source. */
function render(source: string, value: unknown, indent: number): string {
  const pad = ' '.repeat(indent);
  const text = stringify(value, {
    lineWidth: 0,
    indentSeq: !/^( *)[\w"'./-]+:[ \t]*\r?\n\1- /m.test(source),
    aliasDuplicateObjects: false,
  });
  return text
    .trimEnd()
    .split('\n')
    .map((line) => pad + line)
    .join('\n');
}

const columnAt = (source: string, offset: number): number => offset - (source.lastIndexOf('\n', offset - 1) + 1);

/** The column of a block map's keys. */
function columnOf(source: string, map: YAMLMap): number | undefined {
  const key = map.items[0]?.key;
  return isNode(key) && key.range ? columnAt(source, key.range[0]) : undefined;
}

/** The end of the last line of a node, before its line break; a comment at that line's end belongs to it. */
function endOf(source: string, node: Node): number | undefined {
  if (isMap(node) && node.flow !== true) {
    const last = node.items.at(-1);
    if (last === undefined) return undefined;
    return isNode(last.value) ? endOf(source, last.value) : isNode(last.key) ? endOf(source, last.key) : undefined;
  }
  if (isSeq(node) && node.flow !== true) {
    const last = node.items.at(-1);
    return isNode(last) ? endOf(source, last) : undefined;
  }
  if (!node.range) return undefined;
  const end = node.range[1];
  const stop = source[end - 1] === '\n' ? end - 1 : source.indexOf('\n', end);
  const at = stop === -1 ? source.length : stop;
  return source[at - 1] === '\r' ? at - 1 : at;
}
