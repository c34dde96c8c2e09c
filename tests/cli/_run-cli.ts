import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bin = (name: string): string => fileURLToPath(new URL(`../../dist/bin/${name}.js`, import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly child: ChildProcess;
  readonly ended: Promise<CliResult>;
  /** Resolves as soon as what was printed (both streams) matches. */
  seen(pattern: RegExp): Promise<void>;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly program?: 'evenkeel' | 'chaos' | 'kubectl-evenkeel';
}

/** Starts the built command line, as a user's shell would, with none of this machine's own settings. */
export function startCli(args: readonly string[], { env = {}, cwd, program = 'evenkeel' }: CliOptions = {}): RunningCli {
  const child = spawn(process.execPath, [bin(program), ...args], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const waiting = new Set<() => void>();
  const grow = (): void => waiting.forEach((look) => look());
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    grow();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    grow();
  });
  const ended = new Promise<CliResult>((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
  const seen = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!pattern.test(stdout + stderr)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
      void ended.then((result) =>
        reject(new Error(`it ended with ${result.code} before ${String(pattern)}:\n${result.stdout}${result.stderr}`)),
      );
    });
  return { child, ended, seen };
}

/** Runs the command line to its end. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return startCli(args, options).ended;
}

/** A folder that is gone when the test is. */
export async function temporaryFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'evenkeel-test-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
