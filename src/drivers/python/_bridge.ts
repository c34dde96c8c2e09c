/** A long-lived python3 beside the run, spoken to in JSON lines; it dies with the run, and with a call that is cancelled. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { EvenkeelError } from '../../base/index.ts';
import { isObject, readJson, writeJson } from '../../experiment/index.ts';
import { findProgram } from '../process/index.ts';
import { BRIDGE_SCRIPT } from './_bridge-script.ts';

export type Env = Readonly<Record<string, string | undefined>>;

export interface Bridge {
  /** Errors: `CANCELLED`; `ENVIRONMENT` without python3 or when it dies. */
  ask(request: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
}

interface Process {
  readonly child: ChildProcess;
  readonly input: Writable;
  readonly waiting: Map<number, { readonly resolve: (reply: Record<string, unknown>) => void; readonly reject: (error: Error) => void }>;
}

/** Makes a bridge; python3 is started with the first request. */
export function createBridge(env: Env): Bridge {
  let current: Process | undefined;
  let nextId = 1;
  const end = (process: Process, error: Error): void => {
    if (current === process) current = undefined;
    for (const { reject } of process.waiting.values()) reject(error);
    process.waiting.clear();
    killGroup(process.child);
  };
  return {
    ask(request, signal) {
      return new Promise((resolve, reject) => {
        let process: Process;
        try {
          process = current ??= start(env, end);
        } catch (thrown) {
          reject(thrown);
          return;
        }
        const id = nextId++;
        const cancel = (): void => end(process, new EvenkeelError('CANCELLED', 'the Python function was cancelled', { blame: 'input' }));
        const settle = (): void => {
          process.waiting.delete(id);
          signal.removeEventListener('abort', cancel);
        };
        process.waiting.set(id, {
          resolve: (reply) => (settle(), resolve(reply)),
          reject: (error) => (settle(), reject(error)),
        });
        if (signal.aborted) return cancel();
        signal.addEventListener('abort', cancel, { once: true });
        process.input.write(`${writeJson({ ...request, id }, 0)}\n`);
      });
    },
    async stop() {
      if (current !== undefined) end(current, new EvenkeelError('CANCELLED', 'the run has ended', { blame: 'input' }));
    },
  };
}

/** The error for a machine without python3. */
export function noPython(): EvenkeelError {
  return new EvenkeelError('ENVIRONMENT', 'there is no python3 on this machine, and this module is not one that evenkeel has itself', {
    blame: 'environment',
    hint: 'Install python3 with the module, or use another provider.',
  });
}

function start(env: Env, end: (process: Process, error: Error) => void): Process {
  const program = findProgram('python3', env);
  if (program === undefined) throw noPython();
  // A process group of its own, so that what the function started can be ended with it.
  const child = spawn(program, ['-c', BRIDGE_SCRIPT], {
    env: { ...env },
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  // Descriptors 3 and 4 are pipes as asked for above.
  const input = child.stdio[3] as Writable;
  const output = child.stdio[4] as Readable;
  const process: Process = { child, input, waiting: new Map() };
  let rest = '';
  output.setEncoding('utf8');
  output.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const reply = readJson(line);
      if (isObject(reply)) process.waiting.get(Number(reply['id']))?.resolve(reply);
    }
  });
  const died = (): void =>
    end(process, new EvenkeelError('ENVIRONMENT', 'python3 ended before the function did', { blame: 'environment' }));
  input.on('error', died);
  child.on('error', died);
  child.on('exit', died);
  return process;
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
