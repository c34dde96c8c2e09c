/** Properties of the whole control plane over random clusters; the campaigns `placement` and `undo-fault` play many more of them. */
import { describe, expect, it } from 'vitest';
import { playPlacement } from './campaigns/_placement-play.ts';
import { playUndo } from './campaigns/_undo-play.ts';

describe('the lab', () => {
  it.each([2, 3, 5])('binds no pod where a filter says no on replay (cluster %d)', async (seed) => {
    const { decisions, wrong } = await playPlacement(`test/${seed}`, 25);
    expect(wrong).toEqual([]);
    expect(decisions).toBeGreaterThan(5);
  });

  it.each([1, 2])('looks as before when faults are undone (cluster %d)', async (seed) => {
    const { before, after, faults } = await playUndo(`test/${seed}`);
    expect(after, faults.join(', ')).toEqual(before);
  });
});
