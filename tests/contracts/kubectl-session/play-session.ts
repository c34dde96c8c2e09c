/** Plays the session with one kubectl against a lab of its own: the workshop's cluster with its application, twenty times as fast as the wall. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createRandom, createScaledClock, silentLogger } from '../../../src/base/index.ts';
import { startLab } from '../../../src/lab/index.ts';
import { kubectlPath } from '../_kubectl.ts';
import { MANIFESTS } from './manifests.ts';
import { STEPS, type Step } from './steps.ts';

export interface Played {
  readonly command: string;
  /** Undefined: as expected. */
  readonly problem: string | undefined;
}

interface Ran {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const SPEED = 20;
const LIMIT_MS = 60_000;

/** `whole`: with the rare commands. */
export async function* playSession(version: string, { whole }: { readonly whole: boolean }): AsyncIterable<Played> {
  const path = await kubectlPath(version);
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-session-'));
  const now = new Date().getTime();
  const clock = createScaledClock({ speed: SPEED, originMs: now, wallOriginMs: now });
  const lab = await startLab({ clock, random: createRandom('session'), log: silentLogger, folder: join(folder, 'lab') });
  try {
    for (const [name, text] of Object.entries(MANIFESTS)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    const env = { PATH: process.env['PATH'], KUBECONFIG: lab.env['KUBECONFIG'], HOME: folder };
    const minor = Number(version.split('.')[1]);
    const meant = STEPS.filter(({ from = 0, upTo = Infinity, rare = false }) => from <= minor && minor <= upTo && (whole || !rare));
    for (const step of meant) {
      const limit = Date.now() + LIMIT_MS;
      const ask = async (): Promise<string | undefined> =>
        problemOf(step, await run(path, step, { cwd: folder, env: { ...env, ...step.env } }));
      let problem = await ask();
      while (problem !== undefined && step.again === true && Date.now() < limit) problem = await ask();
      yield { command: step.command, problem };
    }
  } finally {
    await lab.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The words of a line; single quotes keep a word together. */
const wordsOf = (line: string): string[] => [...line.matchAll(/(?:[^\s']|'[^']*')+/g)].map(([word]) => word.replaceAll("'", ''));

function run(path: string, step: Step, options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, wordsOf(step.command), { ...options, timeout: LIMIT_MS });
    const said = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (part: string) => {
        said[stream] += part;
        if (step.endless === true && missing(step.out ?? [], said.stdout) === undefined) child.kill('SIGTERM');
      });
    }
    child.once('error', reject);
    child.once('close', (exit) => resolve({ exit, ...said }));
    child.stdin.on('error', () => {}); // it may have ended before
    child.stdin.end(step.input ?? '');
  });
}

function problemOf(step: Step, { exit, stdout, stderr }: Ran): string | undefined {
  const told = `; it printed ${JSON.stringify(stdout.slice(0, 1500))} and ${JSON.stringify(stderr.slice(0, 1500))}`;
  if (step.endless !== true && exit !== (step.exit ?? 0)) return `exit ${exit} instead of ${step.exit ?? 0}${told}`;
  const part = missing(step.out ?? [], stdout) ?? (step.err === undefined ? undefined : missing([step.err], stderr));
  return part === undefined ? undefined : `it lacks ${String(part)}${told}`;
}

/** The first part that a text does not have behind those before it. */
function missing(parts: readonly (string | RegExp)[], text: string): string | RegExp | undefined {
  let rest = text;
  for (const part of parts) {
    const found = typeof part === 'string' ? { index: rest.indexOf(part), length: part.length } : matchOf(part, rest);
    if (found.index < 0) return part;
    rest = rest.slice(found.index + found.length);
  }
  return undefined;
}

function matchOf(pattern: RegExp, text: string): { index: number; length: number } {
  const match = pattern.exec(text);
  return { index: match?.index ?? -1, length: match?.[0].length ?? 0 };
}
