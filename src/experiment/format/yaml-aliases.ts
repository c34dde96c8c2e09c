/** What each alias of a YAML document stands for, and how much: nested aliases turn a few lines into millions of values. */
import { isAlias, isMap, isPair, isScalar, isSeq } from 'yaml';
import type { Alias, Node } from 'yaml';
import type { EvenkeelError } from '../../base/index.ts';

/** About a megabyte of text that stands in the file only once. */
const MOST_COPIED = 1_000_000;
/** Of a value without its text: its mark, its line's end. */
const VALUE_WEIGHT = 8;

export interface AliasRules {
  /** How many values may stand around another. */
  readonly deepest: number;
  invalid(this: void, offset: number, what: string): EvenkeelError;
}

/**
 * Looks once at every node as it is written; nothing is copied yet.
 *
 * Errors: what `rules.invalid` makes, for an alias without an anchor before it, one within its own value, and for aliases that together
 * stand for more than a file should hold.
 */
export function resolveAliases(root: Node | null, rules: AliasRules): ReadonlyMap<Alias, Node> {
  const survey = new Survey(rules);
  survey.measure(root, 0);
  return survey.targets;
}

interface Extent {
  /** Roughly the characters it takes when it is written out. */
  readonly weight: number;
  readonly height: number;
}

const NOTHING: Extent = { weight: VALUE_WEIGHT, height: 0 };

class Survey {
  readonly targets = new Map<Alias, Node>();
  readonly #rules: AliasRules;
  /** The latest node of each name; without an extent while we are inside it. */
  readonly #anchors = new Map<string, { readonly node: Node; extent?: Extent }>();
  #copied = 0;

  constructor(rules: AliasRules) {
    this.#rules = rules;
  }

  measure(node: unknown, depth: number): Extent {
    if (isAlias(node)) return this.#measureAlias(node, depth);
    if (!isMap(node) && !isSeq(node)) {
      const text = isScalar(node) && typeof node.value === 'string' ? node.value.length : 0;
      const extent = { weight: VALUE_WEIGHT + depth + text, height: 0 };
      if (isScalar(node) && node.anchor !== undefined) this.#anchors.set(node.anchor, { node, extent });
      return extent;
    }
    if (depth > this.#rules.deepest) throw this.#rules.invalid(node.range?.[0] ?? 0, 'this is nested too deeply');
    const entry: { readonly node: Node; extent?: Extent } = { node };
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, entry);
    let { weight, height } = NOTHING;
    for (const item of node.items) {
      for (const part of isPair(item) ? [item.key, item.value] : [item]) {
        const inner = this.measure(part, depth + 1);
        weight += inner.weight;
        height = Math.max(height, inner.height + 1);
      }
    }
    entry.extent = { weight, height };
    return entry.extent;
  }

  #measureAlias(alias: Alias, depth: number): Extent {
    const offset = alias.range?.[0] ?? 0;
    const anchor = this.#anchors.get(alias.source);
    if (anchor === undefined) throw this.#rules.invalid(offset, `the alias '*${alias.source}' has no anchor before it`);
    const { node, extent } = anchor;
    if (extent === undefined) throw this.#rules.invalid(offset, `the alias '*${alias.source}' stands within the value that it means`);
    this.targets.set(alias, node);
    this.#copied += extent.weight;
    if (this.#copied > MOST_COPIED) {
      throw this.#rules.invalid(offset, `up to '*${alias.source}', aliases of aliases make this far too large`);
    }
    if (depth + extent.height > this.#rules.deepest) throw this.#rules.invalid(offset, 'aliases nest this too deeply');
    return extent;
  }
}
