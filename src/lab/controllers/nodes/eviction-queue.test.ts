import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../../base/index.ts';
import { EvictionQueue } from './eviction-queue.ts';
import { zoneStateOf } from './zone-states.ts';

function queueOf(nodes: readonly string[], rate: number) {
  const clock = createVirtualClock(0);
  const queue = new EvictionQueue(clock, rate);
  for (const node of nodes) queue.add(node);
  const tried: string[] = [];
  const step = async (ms: number): Promise<readonly string[]> => {
    await clock.advance(ms);
    queue.tryAll((node) => tried.push(node));
    return [...tried];
  };
  return { queue, step };
}

describe('the eviction queue of a zone', () => {
  it('lets the first node through at once and the next ten seconds later', async () => {
    const { step } = queueOf(['a', 'b'], 0.1);
    expect(await step(0)).toEqual(['a']);
    expect(await step(9_900)).toEqual(['a']);
    expect(await step(100)).toEqual(['a', 'b']);
  });

  it('lets nobody through at rate 0, and starts again drained', async () => {
    const { queue, step } = queueOf(['a'], 0.1);
    queue.setRate(0);
    expect(await step(60_000)).toEqual([]);
    queue.setRate(0.1);
    expect(await step(9_000)).toEqual([]);
    expect(await step(1_000)).toEqual(['a']);
  });

  it('queues a node once until it is taken off', async () => {
    const { queue, step } = queueOf(['a'], 10);
    await step(0);
    queue.add('a');
    expect(await step(1_000)).toEqual(['a']);
    queue.remove('a');
    queue.add('a');
    expect(await step(1_000)).toEqual(['a', 'a']);
  });
});

describe('the state of a zone', () => {
  it.each([
    [0, 1, 'FullDisruption'],
    [1, 2, 'Normal'],
    [1, 3, 'PartialDisruption'],
    [3, 3, 'Normal'],
    [2, 3, 'PartialDisruption'],
    [3, 0, 'Normal'],
  ])('with %d ready and %d unready nodes is %s', (ready, unready, state) => {
    expect(zoneStateOf(ready, unready, 0.55)).toBe(state);
  });
});
