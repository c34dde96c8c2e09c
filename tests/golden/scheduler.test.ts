/**
 * Our scheduler against decisions recorded from kube-scheduler 1.36: a few that travel with the repository,
 * and the recordings themselves when they are there.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { GoldenSuite } from './golden-suite.ts';
import { suite as preemption } from './suites/preemption.ts';
import { everyNth, suite as scheduler } from './suites/scheduler.ts';
import { suite as sequences } from './suites/sequences.ts';

const COPIED = join(import.meta.dirname, 'scheduler');
const RECORDED = join(import.meta.dirname, '../../../shared/golden');
const isThere = existsSync(join(RECORDED, 'scheduler-cases.jsonl.gz'));

async function compare(suite: GoldenSuite, dir: string): Promise<{ cases: number; disagreeing: string[] }> {
  let cases = 0;
  const disagreeing: string[] = [];
  for await (const { area, id, agreed, why } of suite.run(dir)) {
    cases++;
    if (!agreed) disagreeing.push(`${id} ${area}: ${why ?? ''}`);
  }
  return { cases, disagreeing };
}

describe.each([
  { name: 'scheduler', suite: scheduler, quick: everyNth(8) },
  { name: 'preemption', suite: preemption, quick: preemption },
  { name: 'sequences', suite: sequences, quick: sequences },
])('recorded decisions: $name', ({ suite, quick }) => {
  it('agrees with the copied ones', async () => {
    const { cases, disagreeing } = await compare(suite, COPIED);
    expect(cases).toBeGreaterThan(10);
    expect(disagreeing).toEqual([]);
  });

  it.skipIf(!isThere)('agrees with the recordings (all of them: npm run golden)', async () => {
    const { cases, disagreeing } = await compare(quick, RECORDED);
    expect(cases).toBeGreaterThan(1000);
    expect(disagreeing).toEqual([]);
  });
});
