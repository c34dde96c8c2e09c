import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SchedulingQueue } from './scheduling-queue.ts';

describe('the scheduling queue', () => {
  it('gives the pods in the order of a plain sort, those that back off last', () => {
    const pod = fc.record({ priority: fc.nat(3), untilMs: fc.constantFrom(0, 10, 20, 30) });
    fc.assert(
      fc.property(fc.array(pod, { maxLength: 40 }), fc.constantFrom(0, 15, 40), (pods, nowMs) => {
        const queue = new SchedulingQueue();
        for (const [index, { priority, untilMs }] of pods.entries()) queue.add(`p${index}`, priority, untilMs);
        const wanted = pods
          .map(({ priority, untilMs }, index) => ({ priority, index, untilMs: untilMs > nowMs ? untilMs : 0 }))
          .sort((a, b) => a.untilMs - b.untilMs || b.priority - a.priority || a.index - b.index);
        expect(pods.map(() => queue.take(nowMs))).toEqual(wanted.map(({ index }) => `p${index}`));
        expect([queue.size, queue.take(nowMs)]).toEqual([0, undefined]);
      }),
    );
  });

  it('forgets pods that are deleted, and takes them anew behind the others', () => {
    const queue = new SchedulingQueue();
    for (const key of ['a', 'b', 'a']) queue.add(key, 0, 0);
    queue.delete('a');
    expect(queue.size).toBe(1);
    queue.add('a', 0, 0);
    expect([queue.take(0), queue.take(0), queue.take(0)]).toEqual(['b', 'a', undefined]);
  });
});
