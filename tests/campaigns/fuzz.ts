/** Spoilt experiment files: loading, validating and running each ends in an answer or an `EvenkeelError`, in time. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { resolve } from 'node:path';
import type { Campaign, CampaignRun } from './campaign.ts';

const WORKERS = 2;
/** No file may take longer, on a machine that is busy with other things too. */
const FILE_LIMIT_MS = 20_000;
/** A worker is bundled and loaded before its first file. */
const START_LIMIT_MS = 180_000;
const TICK_MS = 500;

export const fuzz: Campaign = {
  name: 'fuzz',
  summary: 'spoilt experiment files are loaded, validated and run; each ends in an answer, in time',
  runs: 20_000,
  briefRuns: 400,
  async *play({ seed, from, runs }) {
    const answers: CampaignRun[] = [];
    let wake = (): void => {};
    let working = Math.min(WORKERS, runs);
    for (let lane = 0; lane < WORKERS && lane < runs; lane++) {
      const share = Math.ceil((runs - lane) / WORKERS);
      const report = (run: CampaignRun): void => {
        answers.push(run);
        wake();
      };
      void workThrough({ seed, first: from + lane, count: share }, report).finally(() => {
        working--;
        wake();
      });
    }
    for (;;) {
      yield* answers.splice(0);
      if (working === 0 && answers.length === 0) return;
      if (answers.length === 0) await new Promise<void>((resolved) => (wake = resolved));
    }
  },
};

interface Lane {
  readonly seed: string;
  readonly first: number;
  readonly count: number;
}

/** Has a worker do its share; one that hangs or dies is replaced, and goes on behind the file that did it. */
async function workThrough({ seed, first, count }: Lane, report: (run: CampaignRun) => void): Promise<void> {
  let done = 0;
  while (done < count) {
    const begun = first + done * WORKERS;
    const { answered, failure } = await work({ seed, first: begun, count: count - done }, report);
    done += answered;
    if (failure === undefined) continue;
    report({ index: first + done * WORKERS, kind: failure.kind, failure: failure.why });
    done++;
  }
}

interface WorkerEnd {
  readonly answered: number;
  readonly failure?: { readonly kind: string; readonly why: string };
}

async function work({ seed, first, count }: Lane, report: (run: CampaignRun) => void): Promise<WorkerEnd> {
  const args = [resolve('scripts/run.js'), resolve('tests/campaigns/fuzz-worker.ts'), seed, String(first), String(count), String(WORKERS)];
  const worker = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let answered = 0;
  let deadline = Date.now() + START_LIMIT_MS;
  let hangs = false;
  let errors = '';
  worker.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2000)));
  const lines = createInterface({ input: worker.stdout });
  lines.on('line', (line) => {
    deadline = Date.now() + FILE_LIMIT_MS;
    const run = readAnswer(line);
    if (run === undefined) return;
    answered++;
    report(run);
  });
  const watch = setInterval(() => {
    if (Date.now() < deadline) return;
    hangs = true;
    worker.kill('SIGKILL');
  }, TICK_MS);
  const read = new Promise<void>((done) => lines.once('close', () => done()));
  const code = await exitOf(worker);
  await read;
  clearInterval(watch);
  if (answered >= count) return { answered };
  return {
    answered,
    failure: hangs
      ? { kind: 'hang', why: `no answer within ${FILE_LIMIT_MS} ms` }
      : { kind: 'died', why: `the process ended with ${code}: ${errors}` },
  };
}

function readAnswer(line: string): CampaignRun | undefined {
  const [, sign, number, kind = '', failure] = /^([>!]) (\d+) ([^\t]*)(?:\t(.*))?$/.exec(line) ?? [];
  if (sign === undefined) return undefined;
  return { index: Number(number), kind, ...(sign === '!' ? { failure: failure ?? '' } : {}) };
}

const exitOf = (child: ChildProcess): Promise<string> =>
  new Promise((done) => child.once('close', (code, signal) => done(String(code ?? signal))));
