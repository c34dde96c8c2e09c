import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { GoldenCase } from './golden-suite.ts';
import { suite } from './suites/prediction.ts';

const here = import.meta.dirname;
const recordings = join(here, '..', '..', '..', 'shared', 'golden');

async function cases(dir: string): Promise<GoldenCase[]> {
  const found: GoldenCase[] = [];
  for await (const next of suite.run(dir)) found.push(next);
  return found;
}
const differing = (all: readonly GoldenCase[]): string[] => all.filter(({ agreed }) => !agreed).map(({ area, id }) => `${area} ${id}`);

describe('predictions beside recorded failures', () => {
  it('agrees with the failures that lie beside this test', async () => {
    const all = await cases(here);
    expect(all.length).toBeGreaterThan(30);
    expect(differing(all)).toEqual([]);
  });

  it.runIf(existsSync(recordings))('agrees with all recorded failures but those known to differ', async () => {
    const known = [
      // The second node was noticed two seconds after the first; the limiter counts from the first.
      'evicted-when kill-2-of-3-one-zone/web-r1-0',
      // One node is tainted in the pass before the zone counts as disrupted: chance that no prediction knows.
      'evicted kill-3-of-4-one-zone/web-r1-0',
    ];
    expect(differing(await cases(recordings)).filter((id) => !known.includes(id))).toEqual([]);
  });
});
