/** Runs one command of a session and compares what it printed with what it should. */
import { spawn } from 'node:child_process';
import type { Step } from './steps.ts';

interface Place {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Flags before the words of every command. */
  readonly before?: readonly string[];
}

interface Ran {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const LIMIT_MS = 60_000;

/** What is wrong, on one line; undefined when nothing is. */
export async function tryStep(path: string, step: Step, place: Place): Promise<string | undefined> {
  const limit = Date.now() + LIMIT_MS;
  const ask = async (): Promise<string | undefined> => problemOf(step, await run(path, step, place));
  let problem = await ask();
  while (problem !== undefined && step.again === true && Date.now() < limit) problem = await ask();
  return problem;
}

/** The words of a line; single quotes keep a word together. */
const wordsOf = (line: string): string[] => [...line.matchAll(/(?:[^\s']|'[^']*')+/g)].map(([word]) => word.replaceAll("'", ''));

function run(path: string, step: Step, options: Place): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, [...(options.before ?? []), ...wordsOf(step.command)], {
      cwd: options.cwd,
      env: options.env,
      timeout: LIMIT_MS,
    });
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
