import { describe, expect, it } from 'vitest';
import type { GoldenCase } from './golden-suite.ts';
import { suite } from './suites/kubernetes-requests.ts';

const here = import.meta.dirname;

async function cases(dir: string): Promise<GoldenCase[]> {
  const found: GoldenCase[] = [];
  for await (const next of suite.run(dir)) found.push(next);
  return found;
}
const differing = (all: readonly GoldenCase[]): string[] => all.filter(({ agreed }) => !agreed).map(({ id, why }) => `${id}: ${why}`);

/** A part; `npm run golden -- kubernetes-requests` compares all of the recordings. */
describe("the Kubernetes driver beside the Chaos Toolkit's", () => {
  it('asks for the same and answers the same in the cases that lie beside this test', async () => {
    const all = await cases(here);
    expect(all).toHaveLength(20);
    expect(differing(all)).toEqual([]);
  });
});
