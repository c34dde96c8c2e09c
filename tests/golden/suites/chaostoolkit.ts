/** Recorded runs of the Chaos Toolkit, played again with ours. Areas: what a case covers first, and one per table of single rules. */
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { differenceOf } from '../chaostoolkit/compare-case.ts';
import type { RecordedCase } from '../chaostoolkit/recorded-case.ts';
import { runCase } from '../chaostoolkit/run-case.ts';
import { tableCases } from '../chaostoolkit/tables.ts';
import type { GoldenCase, GoldenSuite } from '../golden-suite.ts';

const AT_ONCE = 3;

/** `--dir` names a folder like golden/chaostoolkit, or one around it. */
export const suite: GoldenSuite = { name: 'chaostoolkit', run };

async function* run(given: string): AsyncIterable<GoldenCase> {
  yield* tableCases(join(folderOf(given), 'tables'));
  const only = new RegExp(process.env['GOLDEN_ONLY'] ?? '');
  const cases = (await readCases(given)).filter(({ id }) => only.test(id));
  if (cases.length === 0) return;
  const { program, remove } = await buildProgram();
  try {
    yield* inParallel(cases, (recorded) => compare(recorded, program));
  } finally {
    await remove();
  }
}

function folderOf(given: string): string {
  return existsSync(join(given, 'chaostoolkit')) ? join(given, 'chaostoolkit') : given;
}

/** The recorded cases of a folder like golden/chaostoolkit, or one around it, by name. */
export async function readCases(given: string): Promise<RecordedCase[]> {
  const dir = folderOf(given);
  const names = (await readdir(dir)).filter((name) => name.endsWith('.json')).toSorted();
  // The folder's README says that each file is one case.
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(dir, name), 'utf8')) as RecordedCase));
}

async function compare(recorded: RecordedCase, program: readonly string[]): Promise<GoldenCase> {
  const area = recorded.defect === null ? recorded.id.replace(/-.*/, '') : 'wanted';
  try {
    const why = differenceOf(recorded, await runCase(recorded, program));
    return { area, id: recorded.id, agreed: why === undefined, ...(why === undefined ? {} : { why: why.replaceAll('\n', ' ') }) };
  } catch (thrown) {
    return { area, id: recorded.id, agreed: false, why: String(thrown) };
  }
}

async function* inParallel(cases: readonly RecordedCase[], act: (recorded: RecordedCase) => Promise<GoldenCase>): AsyncIterable<GoldenCase> {
  const left = [...cases];
  const running = new Map<RecordedCase, Promise<readonly [RecordedCase, GoldenCase]>>();
  while (left.length > 0 || running.size > 0) {
    while (running.size < AT_ONCE) {
      const next = left.shift();
      if (next === undefined) break;
      running.set(next, act(next).then((result) => [next, result] as const));
    }
    const [recorded, result] = await Promise.race(running.values());
    running.delete(recorded);
    yield result;
  }
}

/** Bundles the command line into a program of its own: cases need a process, a working folder and signals. */
async function buildProgram(): Promise<{ readonly program: readonly string[]; readonly remove: () => Promise<void> }> {
  const root = projectRoot();
  mkdirSync(join(root, '.cache'), { recursive: true });
  const folder = await mkdtemp(join(root, '.cache', 'chaos-'));
  const bundle = await rolldown({ input: join(root, 'tests/golden/chaostoolkit/chaos-entry.ts'), platform: 'node', logLevel: 'warn', transform: { define: { EVENKEEL_VERSION: '"0"' } } });
  await bundle.write({ dir: folder, format: 'esm', entryFileNames: 'chaos.mjs', chunkFileNames: '[name]-[hash].mjs' });
  return { program: [process.execPath, join(folder, 'chaos.mjs')], remove: () => rm(folder, { recursive: true, force: true }) };
}

/** This file may run from the sources or from a bundle in `.cache/`. */
function projectRoot(): string {
  const here = fileURLToPath(import.meta.url);
  return here.includes('/.cache/') ? resolve(here.slice(0, here.indexOf('/.cache/'))) : resolve(here, '../../../..');
}
