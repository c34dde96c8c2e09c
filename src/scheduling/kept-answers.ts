/** So many questions are kept; then the one that was asked longest ago is forgotten. */
const QUESTIONS_MAX = 256;

interface Kept {
  /** Of the node when the answer was given; 0 before. */
  stamps: Float64Array;
  readonly answers: unknown[];
}

interface KeptNumbers {
  stamps: Float64Array;
  values: Float64Array;
}

const NEW = (): Kept => ({ stamps: new Float64Array(0), answers: [] });
const NEW_NUMBERS = (): KeptNumbers => ({ stamps: new Float64Array(0), values: new Float64Array(0) });

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
      }
      return answers[node] as T; // a question has answers of one type
    };
  }

  /** Fills in the answers of these nodes, in their order. */
  fill(question: string, stamps: Float64Array, { nodes, into }: Wanted, answer: (node: number) => number): void {
    const kept = latest(this.#numbers, question, NEW_NUMBERS);
    if (kept.stamps.length < stamps.length) {
      kept.stamps = grown(kept.stamps, stamps.length);
      kept.values = grown(kept.values, stamps.length);
    }
    const { stamps: known, values } = kept;
    for (let position = 0; position < nodes.length; position++) {
      const node = nodes[position] ?? 0;
      if (known[node] !== stamps[node]) {
        values[node] = answer(node);
        known[node] = stamps[node] ?? 0;
      }
      into[position] = values[node] ?? 0;
    }
  }
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
