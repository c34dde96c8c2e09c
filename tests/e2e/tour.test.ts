/** The whole story, as `npm start` plays it, once and for one seed: what it tells must be the same each time. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliResult, runCli, temporaryFolder } from '../cli/_run-cli.ts';

interface JournalView {
  readonly status: string;
  readonly deviated: boolean;
  readonly run: readonly {
    readonly status: string;
    readonly output: { readonly resources: readonly { readonly virtualMachines: readonly { readonly instance_id: string }[] }[] };
  }[];
  readonly evenkeel: {
    readonly outcome: string;
    readonly undo: readonly { readonly status: string }[];
    readonly sections: {
      readonly spread: { readonly workloads: readonly { readonly name: string; readonly perNode: readonly number[] }[] };
      readonly prediction: readonly { readonly failure: { readonly nodes: readonly string[] }; readonly verdict: string }[];
      readonly journeys: readonly {
        readonly longestGapMs: number;
        readonly phases: readonly { readonly phase: string; readonly attempts: number; readonly failed: number }[];
      }[];
    };
  };
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let result: CliResult;
let before: JournalView;
let after: JournalView;

const journal = async (name: string): Promise<JournalView> =>
  JSON.parse(await readFile(join(folder.path, 'kept', name), 'utf8')) as JournalView; // written by the tour; a missing field fails the test

beforeAll(async () => {
  folder = await temporaryFolder();
  result = await runCli(['tour', '--seed', '7', '--keep', join(folder.path, 'kept')], {
    cwd: folder.path,
    env: { EVENKEEL_HOME: join(folder.path, 'state') },
  });
  before = await journal('before.json');
  after = await journal('after.json');
}, 120_000);

afterAll(() => folder.remove());

describe('evenkeel tour --seed 7', () => {
  it('ends well and prints the path of the report last', async () => {
    expect(result.code, result.stderr).toBe(0);
    const path = result.stdout.trim();
    expect(path).toBe(join(folder.path, 'evenkeel-report.html'));
    expect((await stat(path)).size).toBeGreaterThan(50_000);
  });

  it("starts from the workshop's placement", () => {
    const placed = Object.fromEntries(before.evenkeel.sections.spread.workloads.map(({ name, perNode }) => [name, perNode.join('')]));
    expect(placed).toEqual({
      'ca-deploy': '001',
      'frontend-deploy': '010',
      'mssql-deployment': '010',
      'resources-deploy': '001',
      'resources-function-deploy': '001',
      'search-deploy': '200',
      'search-function-deploy': '001',
      'textanalytics-function-deploy': '001',
      'visitreports-deploy': '010',
    });
  });

  it('predicts that each node takes something down, and afterwards that none does', () => {
    expect(before.evenkeel.sections.prediction.map(({ verdict }) => verdict)).toEqual(['down', 'down', 'down']);
    expect(after.evenkeel.sections.prediction.map(({ verdict }) => verdict)).toEqual(['degraded', 'degraded', 'degraded']);
  });

  it('stops the same instances each time with this seed, and brings them back', () => {
    const stopped = [before, after].map(({ run }) => run[0]?.output.resources[0]?.virtualMachines.map(({ instance_id }) => instance_id));
    expect(stopped).toEqual([['0'], ['0']]);
    expect([before, after].map(({ evenkeel }) => evenkeel.undo.map(({ status }) => status))).toEqual([['mended'], ['mended']]);
  });

  it('deviates before the hardening and holds after it', () => {
    expect([before.deviated, before.evenkeel.outcome]).toEqual([true, 'deviated']);
    expect([after.deviated, after.evenkeel.outcome]).toEqual([false, 'as-hoped']);
  });

  it('spreads every hardened deployment over two nodes', () => {
    const { workloads } = after.evenkeel.sections.spread;
    const hardened = workloads.filter(({ name }) => name !== 'mssql-deployment');
    expect(hardened.map(({ perNode }) => [...perNode].sort((a, b) => a - b).join(''))).toEqual(hardened.map(() => '011'));
  });

  it('tells what remains: a shorter outage until endpoints leave, not none', () => {
    const [longBefore, longAfter] = [before, after].map(({ evenkeel }) => evenkeel.sections.journeys[0]?.longestGapMs ?? 0);
    expect(longAfter).toBeGreaterThan(0);
    expect(longAfter).toBeLessThan((longBefore ?? 0) / 2);
  });
});
