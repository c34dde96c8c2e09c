/** The lab's API server against recorded exchanges of the real one: a part of the recordings, kept with the project. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { GoldenCase } from './golden-suite.ts';
import { suite } from './suites/api.ts';

/** Only the full recording shows what these sections of it rely on. */
const APART = ['nodes and leases'];

it('answers reads, writes, patches, applies and mistakes as recorded', async () => {
  const cases: GoldenCase[] = [];
  for await (const compared of suite.run(join(dirname(fileURLToPath(import.meta.url)), 'api'))) cases.push(compared);
  const wrong = cases.filter(({ agreed, area }) => !agreed && !APART.includes(area));
  expect(cases.length).toBeGreaterThan(140);
  expect(wrong.map(({ id, why }) => `${id}: ${why}`)).toEqual([]);
}, 60_000);
