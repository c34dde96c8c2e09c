import { readFile, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { stripVTControlCharacters } from 'node:util';
import { textOf } from './text-of.ts';
import { resolve } from 'node:path';
import { EvenkeelError, createLogger, createRandom, messageOf } from '../base/index.ts';
import type { KubernetesClient } from '../clients/index.ts';
import type { CommandContext, GlobalOptions } from './context.ts';
import { fetchText, isAddress } from './fetch-text.ts';
import { clockFor, requireLabSession } from './lab-session.ts';
import { createStyle } from './output/style.ts';
import { stateFolder } from './state-folder.ts';

export interface ContextOptions {
  readonly program: string;
  readonly globals: GlobalOptions;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly colour: boolean;
  readonly signal: AbortSignal;
  readonly onInterruptedAgain?: CommandContext['onInterruptedAgain'];
}

/** The context of a real run: this process's terminal, files and environment (with the lab's laid over it for `--lab`). */
export async function createContext({
  program,
  globals,
  env: given,
  colour,
  signal,
  onInterruptedAgain,
}: ContextOptions): Promise<CommandContext> {
  const folder = stateFolder(given);
  const env = globals.lab ? { ...given, ...(await requireLabSession(folder)).env } : given;
  const style = createStyle(colour);
  // The two streams may lead to different places: a file gets no colour because the other one is a terminal.
  const plain = !process.stderr.isTTY && !given['FORCE_COLOR'];
  const say = (text: string): void => void process.stderr.write(`${plain ? stripVTControlCharacters(text) : text}\n`);
  const clock = clockFor(env);
  const log = createLogger((level, message) => say(style.dim(`${level}: ${message}`)), globals.verbose ? 'debug' : 'warning');
  const cwd = process.cwd();
  let client: Promise<KubernetesClient> | undefined;
  return {
    program,
    globals,
    env,
    cwd,
    clock,
    log,
    signal,
    ...(onInterruptedAgain === undefined ? {} : { onInterruptedAgain }),
    style,
    random: createRandom(globals.seed ?? freshSeed()),
    columns: process.stdout.columns ?? 120,
    interactive: process.stdin.isTTY && process.stderr.isTTY,
    stateFolder: folder,
    print: (text) => void process.stdout.write(`${text}\n`),
    say,
    confirm: (question) => confirm(question, signal),
    readFile: (path) => (isAddress(path) ? fetchText(path, { env, clock, signal }) : readUserFile(resolve(cwd, path))),
    writeFile: (path, text) => writeUserFile(resolve(cwd, path), text),
    kubernetes: () => (client ??= connect(globals, env, clock, log)),
  };
}

/** The same world with more in its environment (lines of `.env` files): clusters are looked for there, too. The lab that was asked for stays. */
export async function withEnvironment(context: CommandContext, more: Readonly<Record<string, string>>): Promise<CommandContext> {
  if (Object.keys(more).length === 0) return context;
  const { globals, stateFolder: folder, clock, log } = context;
  const env = { ...context.env, ...more, ...(globals.lab ? (await requireLabSession(folder)).env : {}) };
  let client: Promise<KubernetesClient> | undefined;
  return { ...context, env, addedEnv: more, kubernetes: () => (client ??= connect(globals, env, clock, log)) };
}

/** A seed short enough to type. */
export function freshSeed(): string {
  return Math.random().toString(36).slice(2, 8);
}

async function connect(
  globals: GlobalOptions,
  env: Readonly<Record<string, string | undefined>>,
  clock: CommandContext['clock'],
  log: CommandContext['log'],
): Promise<KubernetesClient> {
  const { createKubernetesClient, loadKubeconfig } = await import('../clients/index.ts');
  const login = await loadKubeconfig({ env, path: globals.kubeconfig, context: globals.context });
  return createKubernetesClient(login, { clock, log });
}

/** False, too, when the question is answered with Ctrl-C or Ctrl-D: a question that is never answered would end the process with code 0. */
async function confirm(question: string, signal: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new Promise<string>((done) => void terminal.once('close', () => done('')));
  try {
    const answer = await Promise.race([terminal.question(`${question} [y/N] `, { signal }).catch(() => ''), closed]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}

async function readUserFile(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new EvenkeelError('INVALID_INPUT', `cannot read ${path}: ${whyNot(error, 'there is no such file')}`, {
      blame: 'input',
      cause: error,
    });
  }
  return textOf(bytes, path);
}

async function writeUserFile(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    throw new EvenkeelError('ENVIRONMENT', `cannot write ${path}: ${whyNot(error, 'there is no such folder')}`, {
      blame: 'environment',
      cause: error,
    });
  }
}

function whyNot(error: unknown, missing: string): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const words: Readonly<Record<string, string>> = { ENOENT: missing, EISDIR: 'it is a folder', EACCES: 'no permission' };
  return words[code] ?? messageOf(error);
}
