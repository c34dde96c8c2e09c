import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { GoldenCase } from '../golden-suite.ts';
import { suite } from '../suites/timelines.ts';

const here = dirname(fileURLToPath(import.meta.url));
const shared = join(here, '../../../../shared/golden');

async function play(dir: string): Promise<readonly GoldenCase[]> {
  const cases: GoldenCase[] = [];
  for await (const found of suite.run(dir)) cases.push(found);
  return cases;
}

const disagreements = (cases: readonly GoldenCase[]): readonly string[] =>
  cases.filter(({ agreed }) => !agreed).map(({ area, id, why }) => `${area}: ${id}: ${why}`);

describe('recorded timelines', () => {
  it('happen again, event by event, in the scenarios that the project carries', async () => {
    const cases = await play(here);
    expect(cases.length).toBeGreaterThan(300);
    expect(disagreements(cases)).toEqual([]);
  });

  it.skipIf(!existsSync(shared))('happen again almost wholly in all scenarios there are', async () => {
    const cases = await play(shared);
    expect(disagreements(cases).length / cases.length).toBeLessThan(0.02);
  });
});
