/** What was chance in the recording is taken from it: the node that a tie went to. Generated names come in the order of their making. */
import { createRandom, type Random } from '../../../src/base/index.ts';
import type { Pod } from '../../../src/kubernetes/index.ts';
import type { LabApi } from '../../../src/lab/kube-api/index.ts';
import { objectsIn, type Exchange } from './exchange.ts';
import { fits } from './difference.ts';

const NAME = /^name\/.*\/(\d+)$/;

/** Chance whose generated names sort as they were made, so that a list shows the same pod first whatever the seed. */
export function namesInOrder(seed: string): Random {
  const random = createRandom(seed);
  return {
    ...random,
    fork: (label) => {
      const use = NAME.exec(label)?.[1];
      if (use === undefined) return random.fork(label);
      // The letters of a generated name are drawn one by one; the last two count.
      const digits = [0, 0, 0, Math.floor(Number(use) / 20), Number(use) % 20];
      return { ...random, integer: () => digits.shift() ?? 0 };
    },
  };
}

/** The nodes of the recorded pods of a `generateName`, in the order of their names. */
function recordedNodes(exchanges: readonly Exchange[]): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const { response } of exchanges) {
    const lists = new Map<string, string[]>();
    for (const object of objectsIn(response.body)) {
      const { metadata, spec } = object as Pod; // pods alone are looked at
      if (object.kind !== 'Pod' || metadata.generateName === undefined || spec?.nodeName === undefined) continue;
      lists.set(metadata.generateName, [...(lists.get(metadata.generateName) ?? []), spec.nodeName]);
    }
    for (const [name, nodes] of lists) if (nodes.length > (found.get(name)?.length ?? 0)) found.set(name, nodes);
  }
  return found;
}

/** The scheduler's choice among equals. */
export function recordedChoice(api: LabApi, exchanges: readonly Exchange[]): (pod: Pod, best: readonly string[]) => string | undefined {
  const recorded = [...recordedNodes(exchanges)];
  return ({ metadata }, best) => {
    const nodes = recorded.find(([name]) => fits(metadata.generateName, name))?.[1];
    const names = api
      .list<Pod>('Pod', { namespace: metadata.namespace })
      .filter((other) => other.metadata.generateName === metadata.generateName)
      .map((other) => other.metadata.name)
      .sort();
    const node = nodes?.[names.indexOf(metadata.name)];
    return node !== undefined && best.includes(node) ? node : undefined;
  };
}
