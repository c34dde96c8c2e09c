import type { ChangedNodes } from './changed-nodes.ts';

/** So many questions are kept; then the one that was asked longest ago is forgotten. */
const QUESTIONS_MAX = 256;
/** A list of nodes is short when all are more than so many times as many. */
const FEW = 4;

/** The nodes as a table has them. */
export interface NodeStamps {
  readonly stamp: Float64Array;
  readonly changed: ChangedNodes;
  /** Numbers of all of them; another list when there are others. */
  readonly living: readonly number[];
}

/** Whose nodes all answers are about, and how much had changed when that was last made sure of. */
interface Looked {
  readonly changed: ChangedNodes;
  readonly nodes: readonly number[];
  count: number;
}

interface Kept {
  /** Of the node when the answer was given; 0 before. */
  stamps: Float64Array;
  readonly answers: unknown[];
  /** Forgotten when a single answer is given: it may be about another fork's node. */
  looked: Looked | undefined;
  /** How many answers for these nodes are not `undefined`. */
  given: number;
}

interface KeptNumbers {
  stamps: Float64Array;
  values: Float64Array;
  looked: Looked | undefined;
}

const NEW = (): Kept => ({ stamps: new Float64Array(0), answers: [], looked: undefined, given: 0 });
const NEW_NUMBERS = (): KeptNumbers => ({ stamps: new Float64Array(0), values: new Float64Array(0), looked: undefined });

/**
 * Answers that follow from one node and its pods, and from a question, kept until that node's stamp is another.
 *
 * Forks share them: a stamp is never given twice, so equal stamps mean equal nodes. A question has to name everything else that its
 * answer depends on, and whose answer it is.
 */
export class KeptAnswers {
  readonly #kept = new Map<string, Kept>();
  readonly #numbers = new Map<string, KeptNumbers>();

  about<T>(question: string, stamps: Float64Array, answer: (node: number) => T): (node: number) => T {
    const kept = latest(this.#kept, question, NEW);
    if (kept.stamps.length < stamps.length) kept.stamps = grown(kept.stamps, stamps.length);
    const { answers, stamps: known } = kept;
    return (node) => {
      if (known[node] !== stamps[node]) {
        answers[node] = answer(node);
        known[node] = stamps[node] ?? 0;
        kept.looked = undefined;
      }
      return answers[node] as T; // a question has answers of one type
    };
  }

  /** The answers of all nodes, by their numbers, and how many of them are not `undefined`. */
  all<T>(question: string, { stamp, changed, living }: NodeStamps, answer: (node: number) => T): AllAnswers<T> {
    const kept = latest(this.#kept, question, NEW);
    if (kept.stamps.length < stamp.length) kept.stamps = grown(kept.stamps, stamp.length);
    const { stamps: known } = kept;
    const answers = kept.answers as T[]; // a question has answers of one type
    const again = (node: number): void => {
      if (known[node] === stamp[node]) return;
      if (answers[node] !== undefined) kept.given--;
      answers[node] = answer(node);
      known[node] = stamp[node] ?? 0;
      if (answers[node] !== undefined) kept.given++;
    };
    if (!onlyChanged(kept.looked, changed, living, again)) {
      kept.given = 0;
      for (let position = 0; position < living.length; position++) {
        const node = living[position] ?? 0;
        if (known[node] !== stamp[node]) {
          answers[node] = answer(node);
          known[node] = stamp[node] ?? 0;
        }
        if (answers[node] !== undefined) kept.given++;
      }
      kept.looked = { changed, nodes: living, count: changed.count };
    }
    return { answers, given: kept.given };
  }

  /** Fills in the answers of these nodes, in their order. */
  fill(question: string, { stamp, changed, living }: NodeStamps, { nodes, into }: Wanted, answer: (node: number) => number): void {
    const kept = latest(this.#numbers, question, NEW_NUMBERS);
    if (kept.stamps.length < stamp.length) {
      kept.stamps = grown(kept.stamps, stamp.length);
      kept.values = grown(kept.values, stamp.length);
    }
    const { stamps: known, values } = kept;
    const again = (node: number): void => {
      if (known[node] === stamp[node]) return;
      values[node] = answer(node);
      known[node] = stamp[node] ?? 0;
    };
    // Of a few nodes each is looked at; else all are, once, and then those that change.
    const looked = nodes.length * FEW < living.length ? nodes : living;
    if (!onlyChanged(kept.looked, changed, looked, again)) {
      for (let position = 0; position < looked.length; position++) again(looked[position] ?? 0);
      if (looked === living) kept.looked = { changed, nodes: living, count: changed.count };
    }
    for (let position = 0; position < nodes.length; position++) into[position] = values[nodes[position] ?? 0] ?? 0;
  }
}

/** Looks again at the nodes that have changed since all were looked at; false when all have to be. */
function onlyChanged(looked: Looked | undefined, changed: ChangedNodes, nodes: readonly number[], again: (node: number) => void): boolean {
  if (looked?.changed !== changed || looked.nodes !== nodes || !changed.visitAfter(looked.count, again)) return false;
  looked.count = changed.count;
  return true;
}

export interface AllAnswers<T> {
  readonly answers: readonly T[];
  readonly given: number;
}

interface Wanted {
  readonly nodes: readonly number[];
  readonly into: Float64Array;
}

/** A Map keeps the order in which keys came; what is asked again comes last anew. */
function latest<T>(map: Map<string, T>, question: string, fresh: () => T): T {
  const known = map.get(question) ?? fresh();
  map.delete(question);
  map.set(question, known);
  const [oldest = question] = map.size > QUESTIONS_MAX ? map.keys() : [];
  if (oldest !== question) map.delete(oldest);
  return known;
}

function grown(column: Float64Array, length: number): Float64Array {
  const larger = new Float64Array(length);
  larger.set(column);
  return larger;
}
