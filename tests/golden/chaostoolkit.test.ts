/** A part of the recorded runs of the Chaos Toolkit; the whole: `npm run golden -- chaostoolkit`. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { suite } from './suites/chaostoolkit.ts';

const recorded = join(fileURLToPath(import.meta.url), '..', 'chaostoolkit', 'recorded');

it('does what the Chaos Toolkit did, in the cases that are kept here', async () => {
  const disagreed: string[] = [];
  let total = 0;
  for await (const { id, agreed, why } of suite.run(recorded)) {
    total++;
    if (!agreed) disagreed.push(`${id}: ${why ?? ''}`);
  }
  expect(disagreed).toEqual([]);
  expect(total).toBeGreaterThan(500);
}, 120_000);
