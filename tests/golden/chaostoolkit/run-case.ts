import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { Observation, RecordedCase, RecordedSignal } from './recorded-case.ts';
import { startTestServer } from './test-server.ts';

const LONGEST_MS = 60_000;
const LINE = /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (INFO|WARNING|ERROR|CRITICAL)\] (.*)$/;

/** Runs a case with a program in a folder of its own, as it was recorded. */
export async function runCase(recorded: RecordedCase, program: readonly string[]): Promise<Observation> {
  const root = await mkdtemp(join(tmpdir(), 'chaos-case-'));
  const cwd = join(root, 'cwd');
  const home = join(root, 'home');
  await mkdir(cwd);
  await mkdir(home);
  const closedPort = await freePort();
  const files: Record<string, string> = {};
  const server = await startTestServer(() => files);
  const fill = (text: string): string =>
    text.replaceAll('<port>', String(server.port)).replaceAll('<closed-port>', String(closedPort)).replaceAll('<cwd>', cwd).replaceAll('<home>', home);
  const turnBack = (text: string): string =>
    text.replaceAll(`127.0.0.1:${server.port}`, '127.0.0.1:<port>').replaceAll(`127.0.0.1:${closedPort}`, '127.0.0.1:<closed-port>').replaceAll(cwd, '<cwd>').replaceAll(home, '<home>');
  try {
    for (const [name, text] of Object.entries(recorded.files)) {
      files[name] = fill(text);
      await mkdir(dirname(join(cwd, name)), { recursive: true });
      await writeFile(join(cwd, name), fill(text));
      if (name.endsWith('.sh')) await chmod(join(cwd, name), 0o755);
    }
    const args = ['--no-version-check', '--no-log-file', ...recorded.globals, recorded.command, ...recorded.argv].map(fill);
    const env = Object.fromEntries(Object.entries(recorded.env).map(([key, value]) => [key, fill(value)]));
    const ended = await execute([...program, ...args], { cwd, env: { ...baseEnv(cwd, home), ...env }, signals: signalsOf(recorded) });
    const at = recorded.argv.indexOf('--journal-path');
    const journalName = at >= 0 ? (recorded.argv[at + 1] ?? '') : 'journal.json';
    const journalText = existsSync(join(cwd, journalName)) ? await readFile(join(cwd, journalName), 'utf8') : undefined;
    return {
      exit: ended.exit,
      seconds: ended.seconds,
      stderr: ended.stderr,
      journal: journalText === undefined ? null : parse(turnBack(journalText)),
      logs: logLines(turnBack(ended.stderr)),
      requests: JSON.parse(turnBack(JSON.stringify(server.requests))) as unknown[],
      filesAfter: await filesAfter(cwd, recorded, { fill, turnBack, journalName }),
    };
  } finally {
    await server.stop();
    await rm(root, { recursive: true, force: true });
  }
}

function baseEnv(cwd: string, home: string): Record<string, string> {
  return { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: home, LANG: 'C.UTF-8', TZ: 'UTC', PYTHONPATH: cwd };
}

function signalsOf({ signal }: RecordedCase): readonly RecordedSignal[] {
  if (signal === undefined) return [];
  // A type guard that TypeScript has none for: readonly arrays.
  return Array.isArray(signal) ? (signal as readonly RecordedSignal[]) : [signal as RecordedSignal];
}

function parse(text: string): unknown {
  const known = text.replace(/(^|[\s:[,])(NaN|-?Infinity)(?=[\s,\]}]|$)/g, '$1"<$2>"');
  try {
    return JSON.parse(known);
  } catch {
    return { unreadable: text };
  }
}

function logLines(stderr: string): string[] {
  const logs: string[] = [];
  for (const line of stderr.replace(/\n$/, '').split('\n')) {
    const match = LINE.exec(line);
    if (match !== null) logs.push(`${match[1]} ${match[2]}`);
    else if (logs.length > 0) logs[logs.length - 1] += `\n${line}`;
  }
  return logs;
}

interface FileNames {
  readonly fill: (text: string) => string;
  readonly turnBack: (text: string) => string;
  readonly journalName: string;
}

async function filesAfter(cwd: string, recorded: RecordedCase, { fill, turnBack, journalName }: FileNames): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(cwd, { recursive: true, withFileTypes: true })) {
    const name = relative(cwd, join(entry.parentPath, entry.name));
    if (!entry.isFile() || name === journalName || name.includes('__pycache__')) continue;
    const text = await readFile(join(cwd, name), 'utf8');
    const given = recorded.files[name];
    if (given === undefined || fill(given) !== text) found[name] = turnBack(text);
  }
  return found;
}

interface Execution {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signals: readonly RecordedSignal[];
}

function execute([program = '', ...args]: readonly string[], { cwd, env, signals }: Execution): Promise<{ exit: number; stderr: string; seconds: number }> {
  return new Promise((resolve, reject) => {
    const startedMs = performance.now();
    const child = spawn(program, args, { cwd, env: { ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
    const limit = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS);
    let stderr = '';
    const left = [...signals];
    let waits = false;
    let seen = 0;
    const look = (): void => {
      const next = left[0];
      if (next === undefined || waits) return;
      const at = stderr.indexOf(next.after_log, seen);
      if (at < 0) return;
      seen = at;
      waits = true;
      setTimeout(() => {
        left.shift();
        waits = false;
        child.kill(next.signal);
        look();
      }, next.after_ms);
    };
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (chunk: string) => {
      stderr += chunk;
      look();
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearTimeout(limit);
      const exit = code ?? -(signal === 'SIGKILL' ? 9 : signal === 'SIGTERM' ? 15 : signal === 'SIGINT' ? 2 : 1);
      // Children that outlive it may hold the pipe.
      setTimeout(() => {
        child.stderr.destroy();
        resolve({ exit, stderr, seconds: (performance.now() - startedMs) / 1000 });
      }, 20);
    });
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
