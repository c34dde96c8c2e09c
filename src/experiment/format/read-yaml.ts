/** YAML 1.1 as PyYAML's safe loader reads it (`yes` is true, `010` is 8, merge keys), with the place of every value. */
import { isAlias, isMap, isScalar, isSeq, parseAllDocuments } from 'yaml';
import type { Alias, Document, Node, Pair, YAMLMap } from 'yaml';
import { EvenkeelError } from '../../base/index.ts';
import { entriesOf, setOwn } from './key-order.ts';
import { copyNumberNote } from './numbers.ts';
import { PositionMap, withoutMark } from './positions.ts';
import type { Place } from './positions.ts';
import { cloneJson, isObject, pythonText } from './python-values.ts';
import { resolveAliases } from './yaml-aliases.ts';
import { flowProblem } from './yaml-flow-problem.ts';
import { plainScalar, yamlFloat, yamlInteger } from './yaml-scalars.ts';

const DEEPEST = 500;
/** The parser's own time grows with the square of open brackets. More than so many are no experiment, whatever they stand in. */
const MOST_OPEN = 2_000;
const TOO_DEEP = 'this is nested too deeply';
const CORE = 'tag:yaml.org,2002:';

/**
 * Reads the one document of a YAML text; an empty text is null.
 *
 * Errors: `INVALID_INPUT` with line and column; for unknown tags too: nothing is ever constructed but plain data.
 */
export function readYaml(text: string, positions: PositionMap = new PositionMap('<unicode string>', text)): unknown {
  // A remark of the same length: the places of all else stay what they are.
  const plain = withoutMark(text).replace(/^%YAML/m, '#YAML');
  const tooDeep = endOfPatience(plain);
  if (tooDeep !== undefined) throw invalid(positions, tooDeep, TOO_DEEP);
  let documents: readonly Document.Parsed[] | { empty: true };
  try {
    documents = parseAllDocuments(plain, {
      version: '1.2',
      schema: 'failsafe',
      uniqueKeys: false,
      logLevel: 'silent',
      prettyErrors: false,
    });
  } catch (thrown) {
    throw invalid(positions, 0, thrown instanceof RangeError ? TOO_DEEP : String(thrown));
  }
  const list = Array.isArray(documents) ? documents : [];
  const [document, second] = list;
  if (document === undefined) return null;
  const error = document.errors[0];
  if (error !== undefined) throw flowProblem(plain, positions) ?? invalid(positions, error.pos[0], wordsFor(error.message));
  if (second !== undefined) throw invalid(positions, second.range[0], 'one document was expected, another one begins');
  const aliases = resolveAliases(document.contents, { deepest: DEEPEST, invalid: (offset, what) => invalid(positions, offset, what) });
  const reader = new YamlReader(aliases, positions, plain);
  const holder: unknown[] = [];
  holder.push(reader.value(document.contents, holder, 0, positions.root));
  return holder[0];
}

/** Where the brackets left open are too many; undefined when they never are. */
function endOfPatience(text: string): number | undefined {
  let open = 0;
  for (const { 0: bracket, index } of text.matchAll(/[[\]{}]/g)) {
    open = bracket === '[' || bracket === '{' ? open + 1 : Math.max(0, open - 1);
    if (open > MOST_OPEN) return index;
  }
  return undefined;
}

/** The parser tells of its own stack. */
function wordsFor(message: string): string {
  return message.includes('call stack') ? TOO_DEEP : message;
}

function invalid(positions: PositionMap, offset: number, what: string): EvenkeelError {
  const { line, column } = positions.at(offset);
  return new EvenkeelError('INVALID_INPUT', `${what}\n  in "${positions.file}", line ${line}, column ${column}`, { blame: 'input' });
}

class YamlReader {
  readonly #aliases: ReadonlyMap<Alias, Node>;
  readonly #positions: PositionMap;
  readonly #text: string;

  constructor(aliases: ReadonlyMap<Alias, Node>, positions: PositionMap, text: string) {
    this.#text = text;
    this.#aliases = aliases;
    this.#positions = positions;
  }

  value(node: Node | null | undefined, container: object, key: string | number, place: Place): unknown {
    const offset = node?.range?.[0];
    if (offset !== undefined) place.note(offset);
    if (place.depth > DEEPEST) throw invalid(this.#positions, offset ?? 0, TOO_DEEP);
    if (node === null || node === undefined) return null;
    if (isAlias(node)) return this.value(this.#aliases.get(node), container, key, place);
    if (isMap(node)) return this.#map(node, place);
    if (isSeq(node)) {
      this.#refuseTag(node, ['seq']);
      const list: unknown[] = [];
      // Items of a parsed sequence are nodes.
      for (const item of node.items as (Node | null)[]) list.push(this.value(item, list, list.length, place.enter(list.length)));
      return list;
    }
    return isScalar(node) ? this.#scalar(node, container, key) : null;
  }

  #scalar(node: Node, container: object, key: string | number): unknown {
    if (!isScalar(node)) return null;
    const text = node.value instanceof Uint8Array ? Buffer.from(node.value).toString('base64') : pythonText(node.value ?? '');
    const tag = node.tag;
    if (tag === undefined) return node.type === 'PLAIN' || node.type === undefined ? plainScalar(text, container, key) : text;
    switch (tag) {
      case `${CORE}str`:
      case '!':
        return text;
      case `${CORE}int`:
        return yamlInteger(text, container, key);
      case `${CORE}float`:
        return yamlFloat(/[.:]/.test(text) ? text : `${text}.`, container, key);
      case `${CORE}bool`:
      case `${CORE}null`:
      case `${CORE}timestamp`:
        return plainScalar(text, container, key);
      case `${CORE}binary`:
        return Buffer.from(text, 'base64').toString('utf8');
      default:
        throw this.#unknownTag(node, tag);
    }
  }

  #map(node: YAMLMap, place: Place): unknown {
    this.#refuseTag(node, ['map', 'set', 'omap']);
    const object: Record<string, unknown> = {};
    const merged: Record<string, unknown>[] = [];
    // Items of a parsed map are pairs of nodes.
    for (const pair of node.items as Pair<Node, Node | null>[]) {
      if (isScalar(pair.key) && pair.key.type === 'PLAIN' && pair.key.value === '<<') {
        merged.push(...this.#mergeSources(pair.value, place));
        continue;
      }
      const name = pythonText(this.value(pair.key, {}, '', place.enter('')));
      const holder: Record<string, unknown> = {};
      const value = this.value(pair.value, holder, name, place.enter(name));
      setOwn(object, name, value);
      copyNumberNote(holder, name, object, name);
    }
    place.note(node.range?.[0] ?? 0);
    return merged.length === 0 ? object : this.#merge(merged, object);
  }

  #mergeSources(node: Node | null | undefined, place: Place): Record<string, unknown>[] {
    const value = this.value(node, {}, '', place.enter('<<'));
    const sources: unknown[] = Array.isArray(value) ? value : [value];
    return sources.map((source) => {
      if (!isObject(source)) throw invalid(this.#positions, node?.range?.[0] ?? 0, 'only mappings can be merged');
      return source;
    });
  }

  /** Merged keys stand first, as PyYAML puts them; own keys win, then earlier sources. */
  #merge(sources: readonly Record<string, unknown>[], own: Record<string, unknown>): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    for (const source of [...sources].reverse().concat(own)) {
      for (const [key, value] of entriesOf(source)) {
        setOwn(object, key, source === own ? value : cloneJson(value));
        copyNumberNote(source, key, object, key);
      }
    }
    return object;
  }

  #refuseTag(node: Node, allowed: readonly string[]): void {
    const tag = node.tag;
    if (tag !== undefined && tag !== '!' && !allowed.includes(tag.replace(CORE, ''))) throw this.#unknownTag(node, tag);
  }

  #unknownTag(node: Node, tag: string): EvenkeelError {
    const written = tag.startsWith('!!') ? `${CORE}${tag.slice(2)}` : tag;
    const text = `could not determine a constructor for the tag '${written}'`;
    return invalid(this.#positions, this.#tagOffset(node), text);
  }

  /** A node's range begins after its tag. */
  #tagOffset(node: Node): number {
    const end = node.range?.[0] ?? 0;
    let start = this.#text.slice(0, end).trimEnd().length;
    while (start > 0 && !/\s/.test(this.#text[start - 1] ?? '')) start--;
    return this.#text[start] === '!' ? start : end;
  }
}
