/** Pods that look the same to affinity and spreading, counted together, and found by their labels or by the terms that they carry. */
import { matchesSelector, type LabelSelector } from '../kubernetes/index.ts';
import type { AffinityTerm, AffinityTerms } from './affinity-terms.ts';
import { PairIndex } from './pair-index.ts';
import type { PodRecord } from './pod-record.ts';

type Labels = Readonly<Record<string, string>>;

/** Like pods, counted per node number. */
export interface PodClass {
  readonly key: string;
  readonly namespace: string;
  readonly labels: Labels;
  readonly terminating: boolean;
  readonly terms: AffinityTerms;
  readonly perNode: Map<number, number>;
  /** Whose it is to change; others copy it first. */
  readonly owner: object;
}

/** Found under this: what no pair of labels leads to. */
const ANY = '*';

export class PodClasses {
  #classes = new Map<string, PodClass>();
  /** By namespace, and by namespace and each label. */
  #byLabel = new PairIndex();
  /** Those with terms that other pods have to heed, by what such a pod must look like. */
  #byTerm = new PairIndex();
  #owner: object = {};

  fork(): PodClasses {
    const copy = new PodClasses();
    copy.#classes = new Map(this.#classes);
    copy.#byLabel = this.#byLabel.fork();
    copy.#byTerm = this.#byTerm.fork();
    this.#owner = {};
    return copy;
  }

  /** Counts a pod on a node, or no longer. */
  count(record: PodRecord, node: number, sign: 1 | -1): void {
    const { perNode } = this.#writable(record);
    const count = (perNode.get(node) ?? 0) + sign;
    if (count === 0) perNode.delete(node);
    else perNode.set(node, count);
    if (perNode.size === 0) this.#drop(record.classKey);
  }

  /** The classes of a namespace that all of the selectors match. */
  matching(namespace: string, selectors: readonly (LabelSelector | undefined)[]): PodClass[] {
    const found: PodClass[] = [];
    for (const key of this.#candidates(namespace, selectors)) {
      const each = this.#classes.get(key);
      if (each && selectors.every((selector) => matchesSelector(selector, each.labels))) found.push(each);
    }
    return found;
  }

  /** Classes that one of the terms may mean: at least those that it does. */
  meantBy(terms: readonly AffinityTerm[]): Iterable<PodClass> {
    if (terms.length === 0) return [];
    if (terms.some(({ namespaceSelector }) => namespaceSelector !== undefined)) return this.#classes.values();
    const keys = new Set<string>();
    for (const { namespaces, selector } of terms) {
      for (const namespace of namespaces) for (const key of this.#candidates(namespace, [selector])) keys.add(key);
    }
    return this.#all(keys);
  }

  /** Classes with terms that may mean this pod: at least those that do. Required affinity counts for scores alone. */
  heeding(pod: { readonly namespace: string; readonly labels: Labels }): Iterable<PodClass> {
    const lists = [this.#byTerm.get(ANY), this.#byTerm.get(pod.namespace)];
    for (const key in pod.labels) lists.push(this.#byTerm.get(pairOf(pod.namespace, key, pod.labels[key] ?? '')));
    const filled = lists.filter(({ size }) => size > 0);
    if (filled.length === 0) return [];
    return this.#all(new Set(filled.flatMap((keys) => [...keys])));
  }

  #all(keys: ReadonlySet<string>): PodClass[] {
    const found: PodClass[] = [];
    for (const key of keys) {
      const each = this.#classes.get(key);
      if (each) found.push(each);
    }
    return found;
  }

  /** The shortest list that holds every class which the selectors match. */
  #candidates(namespace: string, selectors: readonly (LabelSelector | undefined)[]): ReadonlySet<string> {
    let least = this.#byLabel.get(namespace);
    for (const selector of selectors) {
      for (const [key, value] of pairsOf(selector)) {
        const keys = this.#byLabel.get(pairOf(namespace, key, value));
        if (keys.size < least.size) least = keys;
      }
    }
    return least;
  }

  #writable(record: PodRecord): PodClass {
    const known = this.#classes.get(record.classKey);
    if (known?.owner === this.#owner) return known;
    const { classKey: key, namespace, labels, terminating, terms } = record;
    const fresh: PodClass = { key, namespace, labels, terminating, terms, perNode: new Map(known?.perNode), owner: this.#owner };
    this.#classes.set(key, fresh);
    if (known === undefined) this.#index(fresh, (index, text) => index.add(text, key));
    return fresh;
  }

  #drop(key: string): void {
    const gone = this.#classes.get(key);
    if (gone === undefined) return;
    this.#classes.delete(key);
    this.#index(gone, (index, text) => index.remove(text, key));
  }

  #index({ namespace, labels, terms }: PodClass, change: (index: PairIndex, text: string) => void): void {
    change(this.#byLabel, namespace);
    for (const key in labels) change(this.#byLabel, pairOf(namespace, key, labels[key] ?? ''));
    const heeded = [...terms.requiredAntiAffinity, ...terms.requiredAffinity, ...terms.preferredAffinity, ...terms.preferredAntiAffinity];
    for (const text of new Set(heeded.flatMap(textsOf))) change(this.#byTerm, text);
  }
}

const pairOf = (namespace: string, key: string, value: string): string => `${namespace}/${key}=${value}`;

/** Pairs of which a match must have each. */
function pairsOf(selector: LabelSelector | undefined): [string, string][] {
  const single = (selector?.matchExpressions ?? []).flatMap(({ key, operator, values }): [string, string][] =>
    operator === 'In' && values?.length === 1 ? [[key, values[0] ?? '']] : [],
  );
  return [...Object.entries(selector?.matchLabels ?? {}), ...single];
}

/** What a pod that the term means is found by: one of its labels, else its namespace, else nothing. */
function textsOf({ namespaces, namespaceSelector, selector }: AffinityTerm): string[] {
  if (namespaceSelector !== undefined) return [ANY];
  const [pair] = pairsOf(selector);
  return namespaces.map((namespace) => (pair === undefined ? namespace : pairOf(namespace, ...pair)));
}
