/** The Azure driver sends what chaosazure sends and returns what it returns, or what is wanted where that is a defect. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { azureActivities } from '../../src/drivers/azure/index.ts';
import type { GoldenCase } from './golden-suite.ts';
import { suite } from './suites/azure.ts';

const here = dirname(fileURLToPath(import.meta.url));
const all = join(here, '../../../shared/golden/azure');
const dir = existsSync(all) ? all : join(here, 'azure');

async function casesOf(folder: string): Promise<GoldenCase[]> {
  const cases: GoldenCase[] = [];
  for await (const golden of suite.run(folder)) cases.push(golden);
  return cases;
}

describe('requests of the Azure driver', () => {
  it('agree with the recorded ones', async () => {
    const cases = await casesOf(dir);
    expect(cases.length).toBeGreaterThanOrEqual(25);
    expect(cases.filter(({ agreed }) => !agreed)).toEqual([]);
  });

  it('are compared: a changed path, query, result or order is noticed', async () => {
    const text = await readFile(join(here, 'azure/requests.json'), 'utf8');
    const spoilt = [
      text.replaceAll('/poweroff"', '/turnoff"'),
      text.replaceAll('[["skipShutdown", "false"]]', '[["skipShutdown", "true"]]'),
      text.replaceAll('"latest_model_applied": true', '"latest_model_applied": false'),
      text.replaceAll('"duration", "value": "1"', '"duration", "value": "2"'),
      text.replaceAll('No VMSS instances found', 'Nothing there'),
    ];
    const folder = await mkdtemp(join(tmpdir(), 'evenkeel-golden-'));
    try {
      for (const change of spoilt) {
        expect(change).not.toBe(text);
        await writeFile(join(folder, 'requests.json'), change);
        expect((await casesOf(folder)).some(({ agreed }) => !agreed)).toBe(true);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('come from activities whose names and Python names are all different', () => {
    const names = azureActivities.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
  });
});
