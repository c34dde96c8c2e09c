/** Damages undo logs in every way that a disk or a power cut can; what is sound of them is used, and the rest is told. */
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Random, createLogger, createRandom, createVirtualClock, messageOf } from '../../src/base/index.ts';
import { type RunSummary, type UndoDescriptor, listRuns, openRunStore, recoverRun } from '../../src/experiment/index.ts';
import { encodeRecord } from '../../src/experiment/undo/undo-log.ts';
import type { Campaign } from './campaign.ts';

const AT = '2026-01-31T10:00:00.000000+00:00';
const LONGEST_LOG = 12;

export const undoLog: Campaign = {
  name: 'undo-log',
  summary: 'undo logs are torn, cut, flipped, zeroed and shuffled; what is sound is used, loudly',
  runs: 5000,
  briefRuns: 300,
  async *play({ seed, from, runs }) {
    for (let index = from; index < from + runs; index++) {
      const random = createRandom(`${seed}/${index}`);
      const harm = random.pick(HARMS);
      const stateFolder = await mkdtemp(join(tmpdir(), 'evenkeel-undo-log-'));
      try {
        const problems = await damageOnce(stateFolder, harm, random);
        yield problems.length === 0 ? { index, kind: harm.name } : { index, kind: harm.name, failure: problems.slice(0, 3).join('; ') };
      } catch (thrown) {
        yield { index, kind: harm.name, failure: `threw ${messageOf(thrown)}` };
      } finally {
        await rm(stateFolder, { recursive: true, force: true });
      }
    }
  },
};

interface Harm {
  readonly name: string;
  inflict(bytes: Buffer, random: Random): Buffer;
}

/** A place in the bytes, and what follows it up to some length. */
const span = (bytes: Buffer, random: Random): { at: number; length: number } => {
  const at = random.integer(bytes.length);
  return { at, length: 1 + random.integer(Math.min(200, bytes.length - at)) };
};
const cutOut = (bytes: Buffer, at: number, length: number): Buffer => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
const linesOf = (bytes: Buffer): string[] => bytes.toString('latin1').split(/(?<=\n)/);
const ofLines = (lines: readonly string[]): Buffer => Buffer.from(lines.join(''), 'latin1');

const HARMS: readonly Harm[] = [
  { name: 'whole', inflict: (bytes) => bytes },
  { name: 'torn at the end', inflict: (bytes, random) => bytes.subarray(0, random.integer(bytes.length + 1)) },
  { name: 'bits flipped', inflict: flipBits },
  {
    name: 'zeroed',
    inflict: (bytes, random) => {
      const { at, length } = span(bytes, random);
      return Buffer.from(bytes).fill(0, at, at + length);
    },
  },
  {
    name: 'a piece lost',
    inflict: (bytes, random) => {
      const { at, length } = span(bytes, random);
      return cutOut(bytes, at, length);
    },
  },
  {
    name: 'a piece twice',
    inflict: (bytes, random) => {
      const { at, length } = span(bytes, random);
      return Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
    },
  },
  {
    name: 'foreign bytes',
    inflict: (bytes, random) => {
      const at = random.integer(bytes.length + 1);
      const foreign = Buffer.from(Array.from({ length: 1 + random.integer(300) }, () => random.integer(256)));
      return Buffer.concat([bytes.subarray(0, at), foreign, bytes.subarray(at)]);
    },
  },
  {
    name: 'a line lost',
    inflict: (bytes, random) => {
      const lines = linesOf(bytes);
      lines.splice(random.integer(lines.length), 1);
      return ofLines(lines);
    },
  },
  { name: 'lines shuffled', inflict: (bytes, random) => ofLines(random.sample(linesOf(bytes), Infinity)) },
  { name: 'line ends of Windows', inflict: (bytes) => Buffer.from(bytes.toString('latin1').replaceAll('\n', '\r\n'), 'latin1') },
];

function flipBits(bytes: Buffer, random: Random): Buffer {
  const flipped = Buffer.from(bytes);
  for (let flips = 1 + random.integer(4); flips > 0; flips--) {
    const at = random.integer(flipped.length);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << random.integer(8));
  }
  return flipped;
}

async function damageOnce(stateFolder: string, harm: Harm, random: Random): Promise<string[]> {
  const path = await writeLog(stateFolder, random);
  const original = await readFile(path);
  const damaged = harm.inflict(original, random);
  await writeFile(path, damaged);
  const [run, ...more] = await listRuns(stateFolder);
  // A log without a byte is one of a run that has not begun: nothing can have been broken yet.
  if (damaged.length === 0) return run === undefined ? [] : ['a run is listed that has no log'];
  if (run === undefined || more.length > 0) return [`${more.length + (run ? 1 : 0)} runs are listed`];
  return [...compare(run, original, damaged), ...(await mend(stateFolder, run, random))];
}

/** A run that broke some things and mended some of them; its process is dead. Result: the path of its log. */
async function writeLog(stateFolder: string, random: Random): Promise<string> {
  const folder = await openRunStore(stateFolder).create({ runId: 'r1', title: 'Tïtle \u{1f6a2}', seed: 's', at: AT });
  const planned: string[] = [];
  for (let count = random.integer(LONGEST_LOG); count > 0; count--) {
    if (planned.length > 0 && random.integer(3) === 0) {
      const status = random.pick(['mended', 'already-mended', 'still-broken'] as const);
      await folder.record({ type: 'result', id: random.pick(planned), status, detail: ['dëtail\n'], by: 'runner', at: AT });
      continue;
    }
    const id = `${planned.length + 1}`;
    planned.push(id);
    const state = { instance: id, text: 'x'.repeat(random.integer(300)) };
    await folder.record({ type: 'plan', id, undo: 'u', state, summary: `start ${id}`, targets: [`t${id}`], activity: 'a', at: AT });
  }
  await folder.close([]);
  const path = join(folder.path, 'undo.jsonl');
  // As if another process, long gone, had written it: the first record is replaced by one with its number.
  const text = await readFile(path, 'utf8');
  const begin = encodeRecord({
    type: 'begin',
    seq: 0,
    runId: 'r1',
    title: 'T',
    seed: 's',
    pid: 2 ** 22 + 1,
    process: 'start:1',
    at: AT,
  });
  await writeFile(path, begin + text.slice(text.indexOf('\n') + 1));
  return path;
}

/** Every line that stands whole is read, nothing else is, and what is lost is told (but for lines lost from the very end: nothing shows that). */
function compare({ records, damage }: RunSummary, original: Buffer, damaged: Buffer): string[] {
  const written = new Map(linesOf(original).map((line) => [withoutEnd(line), keyOf(parseLine(line))]));
  const lines = linesOf(damaged).map(withoutEnd);
  const standing = new Set(lines.flatMap((line) => written.get(line) ?? []));
  const known = [...written.values()];
  const read = records.map(keyOf);
  const lastStanding = known.findLastIndex((key) => standing.has(key));
  const loss = known.slice(0, lastStanding).some((key) => !standing.has(key)) || lines.some((line) => line !== '' && !written.has(line));
  return [
    ...[...standing].filter((key) => !read.includes(key)).map((key) => `a sound record is not used: ${key}`),
    ...read.filter((key) => !known.includes(key)).map((key) => `a record is read that nobody wrote: ${key}`),
    ...(loss && damage.length === 0 ? ['nothing is said of the damage'] : []),
    ...(damaged.equals(original) && damage.length > 0 ? [`a whole log is called damaged: ${damage.join(', ')}`] : []),
  ];
}

const withoutEnd = (line: string): string => line.replace(/\n$/, '');
/** The record after its checksum: bytes of UTF-8. */
const parseLine = (line: string): object => JSON.parse(Buffer.from(line.slice(9), 'latin1').toString('utf8')) as object; // as written
/** The same for the same record, whatever the order of its fields. */
const keyOf = (record: object): string => JSON.stringify(Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1))));

/** Recovers with an undo that fails now and then, then once more with one that does not. */
async function mend(stateFolder: string, run: RunSummary, random: Random): Promise<string[]> {
  let fails = true;
  const undo: UndoDescriptor = {
    name: 'u',
    summary: 'starts it',
    // Never parsed by the engine.
    state: undefined as never,
    run: () => {
      if (fails && random.integer(3) === 0) return Promise.reject(new Error('not now'));
      return Promise.resolve({ mended: true, alreadyDone: false, detail: [] });
    },
  };
  const warnings: string[] = [];
  const log = createLogger((_, message) => void warnings.push(message), 'warning');
  const signal = new AbortController().signal;
  const context = { clock: createVirtualClock(), random, log, signal, env: {}, configuration: {}, secrets: {} };
  const problems: string[] = [];
  for (const attempt of [1, 2]) {
    fails = attempt === 1;
    const before = (await listRuns(stateFolder))[0];
    if (before === undefined || before.records.length === 0) return problems;
    const records = await recoverRun(before, { stateFolder, undos: [undo], context });
    if (records.length !== before.pending.length) problems.push(`${records.length} of ${before.pending.length} plans were undone`);
    if (before.damage.length > 0 && warnings.length === 0) problems.push('recover says nothing of the damage');
    if (random.integer(2) === 0) await appendFile(join(run.path, 'undo.jsonl'), '00000000 {"type":"res');
  }
  const after = (await listRuns(stateFolder))[0];
  if (after === undefined || after.pending.length > 0) problems.push(`${after?.pending.length ?? 'no'} plans are pending after recover`);
  return problems;
}
