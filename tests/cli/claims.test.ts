/** Real processes that want the same target at the same time, where a dead run's lock still lies about. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from './_run-cli.ts';

const CONTENDERS = 5;
const TARGETS = 60;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
  // Bundled once for all of them.
  const bundle = await rolldown({ input: resolve('tests/campaigns/claim-contender.ts'), platform: 'node' });
  await bundle.write({ file: contender(), format: 'esm', codeSplitting: false });
});
afterEach(() => folder.remove());

const contender = (): string => join(folder.path, 'claim-contender.mjs');

/** As a run left it that died: with the name that older versions gave it, and with that of ours. */
async function leaveStaleLocks(): Promise<void> {
  const locks = join(folder.path, 'locks');
  await mkdir(locks, { recursive: true });
  for (let target = 0; target < TARGETS; target++) {
    const key = createHash('sha256').update(`vm/${target}`).digest('hex').slice(0, 32);
    const lock = { target: `vm/${target}`, runId: 'dead', pid: 2 ** 22 + 1, process: 'start:1', at: '2026-01-31T10:00:00.000Z' };
    await writeFile(join(locks, `${key}.json`), JSON.stringify(lock));
    await writeFile(join(locks, `${key}.dead.json`), JSON.stringify({ ...lock, held: true }));
  }
}

interface Contender {
  readonly ready: Promise<void>;
  readonly answer: Promise<{ readonly taken: number; readonly refused: number; readonly together: number }>;
  go(): void;
}

function startContender(): Contender {
  const child = spawn(process.execPath, [contender(), folder.path, String(TARGETS)], { stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  const ready = new Promise<void>((resolve) => {
    child.stdout.on('data', (part: Buffer) => {
      output += part.toString();
      if (output.includes('ready\n')) resolve();
    });
  });
  const answer = new Promise<Awaited<Contender['answer']>>((resolve, reject) => {
    child.once('close', (code) => {
      if (code !== 0) reject(new Error(`a contender ended with ${code}: ${output}`));
      else resolve(JSON.parse(output.slice(output.indexOf('{'))) as Awaited<Contender['answer']>); // as it prints it
    });
  });
  return { ready, answer, go: () => void child.stdin.write('go\n') };
}

describe('a target that a dead run held', () => {
  it('is held by one of many processes at a time, and nothing is left of the claims', async () => {
    await leaveStaleLocks();
    const contenders = Array.from({ length: CONTENDERS }, startContender);
    await Promise.all(contenders.map(({ ready }) => ready));
    for (const contender of contenders) contender.go();
    const answers = await Promise.all(contenders.map(({ answer }) => answer));
    const sum = (key: 'taken' | 'refused' | 'together'): number => answers.reduce((total, answer) => total + answer[key], 0);
    expect(sum('together')).toBe(0);
    expect(sum('taken') + sum('refused')).toBe(CONTENDERS * TARGETS);
    expect(sum('taken')).toBeGreaterThanOrEqual(TARGETS);
    expect((await readdir(join(folder.path, 'locks'))).filter((name) => name.endsWith('.json'))).toEqual([]);
  }, 60_000);
});
