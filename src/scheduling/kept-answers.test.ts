import { describe, expect, it } from 'vitest';
import { ChangedNodes } from './changed-nodes.ts';
import { KeptAnswers } from './kept-answers.ts';

/** Nodes with an amount each; whoever changes one gives it the next stamp, as the table does. */
function nodesOf(amounts: readonly number[], stamps = { last: 0 }) {
  const stamp = new Float64Array(amounts.length);
  const changed = new ChangedNodes();
  const nodes = { amounts: [...amounts], stamp, changed, living: amounts.map((_, index) => index), set, fork };
  function set(node: number, amount: number): void {
    nodes.amounts[node] = amount;
    stamp[node] = ++stamps.last;
    changed.note(node);
  }
  function fork(): typeof nodes {
    const copy = nodesOf(nodes.amounts, stamps);
    copy.stamp.set(stamp);
    return copy;
  }
  for (const [index, amount] of amounts.entries()) set(index, amount);
  return nodes;
}

const BIG = 10;
const bigOnes = (kept: KeptAnswers, nodes: ReturnType<typeof nodesOf>) => {
  const { answers, given } = kept.all('big', nodes, (node) => ((nodes.amounts[node] ?? 0) >= BIG ? 'big' : undefined));
  return [nodes.living.filter((node) => answers[node] !== undefined), given];
};
const doubled = (kept: KeptAnswers, nodes: ReturnType<typeof nodesOf>, wanted: readonly number[]) => {
  const into = new Float64Array(wanted.length);
  kept.fill('double', nodes, { nodes: wanted, into }, (node) => 2 * (nodes.amounts[node] ?? 0));
  return [...into];
};

describe('kept answers', () => {
  it('are given anew for nodes that changed, however many and how often', () => {
    const kept = new KeptAnswers();
    const nodes = nodesOf([1, 20, 3]);
    expect(bigOnes(kept, nodes)).toEqual([[1], 1]);
    nodes.set(0, 30);
    nodes.set(1, 2);
    nodes.set(1, 4);
    expect(bigOnes(kept, nodes)).toEqual([[0], 1]);
    for (let change = 0; change < 5000; change++) nodes.set(2, change);
    expect(bigOnes(kept, nodes)).toEqual([[0, 2], 2]);
    expect(doubled(kept, nodes, nodes.living)).toEqual([60, 8, 9998]);
    nodes.set(2, 1);
    expect(doubled(kept, nodes, [2])).toEqual([2]);
    expect(doubled(kept, nodes, nodes.living)).toEqual([60, 8, 2]);
  });

  it('are right in a fork and in what it was taken from, whoever asks in between', () => {
    const kept = new KeptAnswers();
    const nodes = nodesOf([1, 20, 3]);
    bigOnes(kept, nodes);
    const fork = nodes.fork();
    fork.set(0, 50);
    expect(bigOnes(kept, fork)).toEqual([[0, 1], 2]);
    expect(bigOnes(kept, nodes)).toEqual([[1], 1]);
    kept.about('big', fork.stamp, (node) => ((fork.amounts[node] ?? 0) >= BIG ? 'big' : undefined))(0);
    expect(bigOnes(kept, nodes)).toEqual([[1], 1]);
    expect(doubled(kept, fork, fork.living)).toEqual([100, 40, 6]);
    expect(doubled(kept, nodes, nodes.living)).toEqual([2, 40, 6]);
  });
});
