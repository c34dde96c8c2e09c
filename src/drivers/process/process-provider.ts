/** The format's `process` provider. Source: chaostoolkit-compat.md a.5; recorded cases process-* of golden/chaostoolkit. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { EvenkeelError, messageOf } from '../../base/index.ts';
import { isObject, notedNumber, pythonText } from '../../experiment/index.ts';
import type { ActivityContext, ActivityProvider, Provider, ProviderProblem } from '../../experiment/index.ts';
import { findProgram } from './_find-program.ts';

const WARNING =
  'This process returned a non-zero exit code. This may indicate some error and not what you expected. Please have a look at the logs.';
const DEPRECATED =
  'Process arguments should now be a list to keep the ordering of the arguments. Dictionary arguments are deprecated for process activities.';
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;

/** Runs a program; the output is `{status, stdout, stderr}`. `env`: where programs are looked for while validating. */
export function processProvider(env: Readonly<Record<string, string | undefined>> = {}): ActivityProvider {
  // The same few programs stand in thousands of activities, and looking through PATH is slow. Only while validating: a run looks anew.
  const known = new Map<string, boolean>();
  const isThere = (path: string): boolean => {
    const found = known.get(path) ?? findProgram(path, env) !== undefined;
    known.set(path, found);
    return found;
  };
  return { type: 'process', validate: (provider, where) => validate(provider, where, isThere), run };
}

function validate(provider: Provider, where: string, isThere: (path: string) => boolean): readonly ProviderProblem[] {
  const { path } = provider;
  if (typeof path !== 'string' || path === '') return [{ message: 'a process activity must have a path', path: ['path'] }];
  if (!isThere(path)) return [{ message: `path '${path}' cannot be found, in activity '${where}'`, path: ['path'] }];
  const { arguments: args } = provider;
  return isObject(args) ? [{ message: DEPRECATED, path: ['arguments'], announced: true }] : [];
}

async function run(provider: Provider, context: ActivityContext): Promise<unknown> {
  const name = pythonText(provider['path']);
  const program = findProgram(name, context.env);
  if (program === undefined) {
    throw new EvenkeelError('INVALID_INPUT', `the program '${name}' can not be found`, {
      blame: 'input',
      hint: 'Look at its path and at PATH.',
    });
  }
  const command = commandOf(program, provider['arguments']);
  const limitSeconds = provider['timeout'];
  // A program runs in real time, so its limit is the wall's even where the lab's clock is faster.
  const limitMs = typeof limitSeconds === 'number' && limitSeconds > 0 ? limitSeconds * 1000 : undefined;
  const { status, stdout, stderr } = await execute(command, context, limitMs);
  if (status > 0 && context.tolerated !== true) context.log.warning(WARNING);
  return { status, stdout: textOf(stdout), stderr: textOf(stderr) };
}

/** A text goes through the shell, a list is the program's arguments, an object is flattened into one. */
function commandOf(program: string, args: unknown): readonly string[] {
  if (typeof args === 'string') return args === '' ? [program] : ['/bin/sh', '-c', `${program} ${args}`];
  if (Array.isArray(args)) return [program, ...args.flatMap((item: unknown, index) => argument(item, notedNumber(args, index)))];
  if (!isObject(args)) return [program];
  return [program, ...Object.entries(args).flatMap(([key, value]) => [...argument(key), ...argument(value, notedNumber(args, key))])];
}

function argument(value: unknown, note?: string): string[] {
  return value === null || value === undefined || value === '' ? [] : [pythonText(value, note)];
}

interface Ended {
  readonly status: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

function execute([program = '', ...args]: readonly string[], context: ActivityContext, limitMs: number | undefined): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...context.env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    let bytes = 0;
    let timer: NodeJS.Timeout | undefined;
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      context.signal.removeEventListener('abort', cancel);
      finish();
    };
    const giveUp = (error: EvenkeelError): void => {
      child.kill('SIGKILL');
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
      settle(() => reject(error));
    };
    const cancel = (): void => giveUp(new EvenkeelError('CANCELLED', 'the process was cancelled', { blame: 'input' }));
    if (limitMs !== undefined) {
      timer = setTimeout(
        () => giveUp(new EvenkeelError('TIMED_OUT', 'process activity took too long to complete', { blame: 'target' })),
        limitMs,
      );
    }
    context.signal.addEventListener('abort', cancel, { once: true });
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MOST_OUTPUT_BYTES)
          giveUp(new EvenkeelError('TARGET_FAILED', 'the process wrote more than 64 MiB', { blame: 'target' }));
        else output[stream].push(chunk);
      });
    }
    child.on('error', (error) => {
      settle(() =>
        reject(new EvenkeelError('TARGET_FAILED', `failed to run '${program}': ${messageOf(error)}`, { blame: 'target', cause: error })),
      );
    });
    child.on('close', (code, signal) => {
      const status = code ?? -(signal === null ? 0 : constants.signals[signal]);
      settle(() => resolve({ status, stdout: Buffer.concat(output.stdout), stderr: Buffer.concat(output.stderr) }));
    });
  });
}

/** UTF-8 where it is; else ISO-8859-1, which every byte has a letter in. */
function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}
