/** `evenkeel runs`, `runs show` and `runs prune` on folders of runs, without a lab. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, readdir, utimes, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRunStore } from '../../src/experiment/index.ts';
import { type CliResult, runCli, temporaryFolder } from './_run-cli.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

const cli = (...args: readonly string[]): Promise<CliResult> => runCli(args, { env: { EVENKEEL_HOME: folder.path }, cwd: folder.path });
const at = (minute: number): string => `2026-01-31T10:${String(minute).padStart(2, '0')}:00.000000+00:00`;

interface PastRun {
  readonly minute: number;
  /** What it broke; `mended`: and mended. */
  readonly broke?: 'mended' | 'left';
  /** It has no end, as of a process that died. */
  readonly died?: boolean;
}

/** A run as another process, long gone, left it. Result: the path of its undo log. */
async function pastRun(runId: string, { minute, broke, died = false }: PastRun): Promise<string> {
  const run = await openRunStore(folder.path).create({ runId, title: `run ${runId}`, seed: 's', at: at(minute) });
  if (broke !== undefined) {
    const targets = ['azure:/9'];
    const parts = { id: '1', undo: 'azure/start-vmss-instances', state: {}, summary: 'start instance 9', targets, activity: 'stop' };
    await run.record({ type: 'plan', ...parts, at: at(minute) });
  }
  const detail = ['instance 9: running'];
  if (broke === 'mended') await run.record({ type: 'result', id: '1', status: 'mended', detail, by: 'runner', at: at(minute + 1) });
  if (!died) await run.record({ type: 'end', outcome: broke === 'left' ? 'undo-incomplete' : 'as-hoped', at: at(minute + 2) });
  await run.close([]);
  return join(run.path, 'undo.jsonl');
}

describe('evenkeel runs', () => {
  it('lists a run that broke nothing, with its outcome and how long it took', async () => {
    const experiment = {
      title: 'only looks',
      description: 'd',
      method: [{ type: 'probe', name: 'a look', provider: { type: 'process', path: 'true' } }],
    };
    await writeFile(join(folder.path, 'e.json'), JSON.stringify(experiment));
    expect((await cli('run', 'e.json', '--lead', '0s')).code).toBe(0);
    const { runs } = JSON.parse((await cli('runs', '-o', 'json')).stdout) as { runs: { durationSeconds: number }[] };
    expect(runs).toMatchObject([{ title: 'only looks', state: 'ended', outcome: 'as-hoped', undo: [], pending: [], watchdog: null }]);
    expect(runs[0]?.durationSeconds).toBeGreaterThan(0);
    expect((await cli('runs')).stdout).toMatch(/ended +as-hoped +- +only looks/);
  });

  it("counts ages and orders by the wall's clock: a lab's may have run years ahead", async () => {
    const store = openRunStore(folder.path);
    const create = (runId: string, ...[at, wallAt]: readonly string[]): Promise<unknown> =>
      store.create({ runId, title: runId, seed: 's', at: at ?? '', ...(wallAt === undefined ? {} : { wallAt }) });
    await create('earlier', '2031-05-01T10:00:00.000000+00:00', '2026-01-31T09:00:00.000000+00:00');
    await create('later', '2026-01-31T10:00:00.000000+00:00', '2026-01-31T10:00:00.000000+00:00');
    await create('now', '2031-05-01T10:00:00.000000+00:00');
    const { runs } = JSON.parse((await cli('runs', '-o', 'json')).stdout) as { runs: { runId: string }[] };
    expect(runs.map(({ runId }) => runId)).toEqual(['now', 'later', 'earlier']);
    expect((await cli('runs')).stdout).toMatch(/^now +\d+(\.\d+)? (ms|s) /m);
  });

  it('pages, newest first, and tells of what is broken although it is on no page', async () => {
    await pastRun('a1', { minute: 1, broke: 'left' });
    await pastRun('b2', { minute: 5, broke: 'mended' });
    await pastRun('c3', { minute: 9 });
    const { stdout, stderr } = await cli('runs', '--limit', '1', '--skip', '1');
    expect(stdout).toMatch(/b2 .* 2 min +ended +as-hoped +1 mended/);
    expect(stdout).not.toMatch(/a1|c3/);
    expect(stderr).toMatch(/1 of 3 runs\. More: evenkeel runs --skip 2/);
    expect(stderr).toMatch(/1 run left something broken/);
    const { runs, total } = JSON.parse((await cli('runs', '--state', 'left', '-o', 'json')).stdout) as { runs: object[]; total: number };
    expect([total, runs]).toMatchObject([1, [{ runId: 'a1', pending: ['start instance 9'], outcome: 'undo-incomplete' }]]);
    expect((await cli('runs', '--limit', 'many')).code).toBe(2);
  });

  it('reads more runs than files may be open', async () => {
    const log = await readFile(await pastRun('r0', { minute: 1, broke: 'left' }));
    for (let index = 1; index < 400; index++) {
      await mkdir(join(folder.path, 'runs', `r${index}`));
      await writeFile(join(folder.path, 'runs', `r${index}`, 'undo.jsonl'), log);
    }
    const few = ['-c', 'ulimit -n 120 && exec "$0" "$@"', process.execPath, resolve('dist/bin/evenkeel.js'), 'runs', '-o', 'json'];
    const { stdout } = await promisify(execFile)('sh', few, { env: { PATH: process.env['PATH'], EVENKEEL_HOME: folder.path } });
    expect((JSON.parse(stdout) as { total: number }).total).toBe(400);
  });

  it.each([
    [
      'a bit that is flipped in the middle',
      (text: string) => text.replace('start instance 9', 'start instance 8'),
      /line 2, by its looks record 1, a plan \("start instance 8"\): the checksum does not fit/,
      true,
    ],
    ['a torn last line', (text: string) => text.slice(0, -30), /line 4 is torn: the write did not end/, false],
    ['a lost line', (text: string) => text.split('\n').toSpliced(1, 1).join('\n'), /record 1 is missing/, true],
  ])('names the record that is unsound: %s', async (_, harm, words, isLost) => {
    const path = await pastRun('a1', { minute: 1, broke: 'mended' });
    await writeFile(path, harm(await readFile(path, 'utf8')));
    const shown = await cli('runs', 'show', 'a');
    expect(shown.stdout).toMatch(words);
    expect(shown.stderr).toMatch(/The undo log is damaged/);
    expect((await cli('runs')).stderr.includes('part of its undo log is lost')).toBe(isLost);
    const recovered = await cli('recover');
    expect(recovered.code).toBe(isLost ? 5 : 0);
    if (isLost) expect(recovered.stderr).toMatch(/what it broke besides is not known/);
  });

  it('shows a run by the beginning of its id, and says which one may be meant', async () => {
    await pastRun('20260131-100100-abcdefg', { minute: 1, broke: 'mended' });
    expect((await cli('runs', 'show', '20260131')).stdout).toMatch(/mended by the runner: instance 9: running/);
    const wrong = await cli('runs', 'show', '20260131-100100-abcdefh');
    expect(wrong.stderr).toMatch(/Did you mean 20260131-100100-abcdefg/);
    expect(wrong.code).toBe(2);
  });
});

describe('evenkeel runs prune', () => {
  it('removes old runs, but never one that is young, that left something broken, or of which that is not known', async () => {
    const old = new Date('2026-02-01T00:00:00Z');
    const mended = await pastRun('mended', { minute: 1, broke: 'mended' });
    const left = await pastRun('left', { minute: 1, broke: 'left' });
    const damaged = await pastRun('damaged', { minute: 1, broke: 'mended' });
    await pastRun('young', { minute: 1, broke: 'mended' });
    await writeFile(damaged, (await readFile(damaged, 'utf8')).replace('instance 9', 'instance 8'));
    for (const path of [mended, left, damaged]) await utimes(path, old, old);
    const dry = await cli('runs', 'prune', '--older-than', '30d', '--dry-run', '-o', 'json');
    expect(JSON.parse(dry.stdout)).toMatchObject({ dry: true, removed: ['mended'] });
    const there = async (): Promise<string[]> => (await readdir(join(folder.path, 'runs'))).toSorted((a, b) => a.localeCompare(b));
    expect(await there()).toEqual(['damaged', 'left', 'mended', 'young']);
    const { stdout, code } = await cli('runs', 'prune');
    expect(code).toBe(0);
    expect(stdout).toMatch(/Removed 1 run\./);
    expect(stdout).toMatch(/Kept left: it left something broken: start instance 9/);
    expect(stdout).toMatch(/Kept damaged: its undo log is damaged/);
    expect(await there()).toEqual(['damaged', 'left', 'young']);
  });
});
