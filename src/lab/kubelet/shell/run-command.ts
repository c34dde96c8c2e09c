/** Runs a command in a container of the lab. */
import { messageOf } from '../../../base/index.ts';
import type { CommandIo } from '../../kube-api/index.ts';
import { COMMANDS } from './commands.ts';
import { linesOf } from './lines-of.ts';
import { parseScript, type Simple, type Word } from './parse-script.ts';
import type { CommandCall, Inside } from './types.ts';

const FOLDERS = /^\/(?:usr\/)?(?:local\/)?s?bin\//;
const SHELLS = ['sh', 'ash', 'bash'];
const PROMPT = '/ # ';

interface Session {
  env: Record<string, string>;
  code: number;
  isOver: boolean;
}

/**
 * Result: the exit code. Errors: when there is no such program, in the container runtime's words.
 *
 * There are the commands of `COMMANDS`, and `sh` (with `-c`, or with what comes on its input) for scripts of them.
 */
export async function runCommand(inside: Inside, command: readonly string[], io: CommandIo): Promise<number> {
  const [program = '', ...args] = command;
  const name = program.replace(FOLDERS, '');
  const output = io.tty ? onTerminal(io) : io;
  if (SHELLS.includes(name)) return runShell(inside, args, output);
  if (!Object.hasOwn(COMMANDS, name)) throw notFound(program);
  return runOne({ inside, io: output, env: inside.env }, name, args);
}

/** Whether the first word is a program that every container of the lab has. */
export function knowsCommand([program = '']: readonly string[]): boolean {
  const name = program.replace(FOLDERS, '');
  return SHELLS.includes(name) || Object.hasOwn(COMMANDS, name);
}

function notFound(program: string): Error {
  const why = program.includes('/') ? `stat ${program}: no such file or directory` : 'executable file not found in $PATH';
  return new Error(
    `failed to exec in container: OCI runtime exec failed: exec failed: unable to start container process: exec: "${program}": ${why}: unknown`,
  );
}

/** A terminal starts a new line with a carriage return. */
const onTerminal = (io: CommandIo): CommandIo => ({
  ...io,
  write: (stream, data) => io.write(stream, data.toString().replaceAll(/\r?\n/g, '\r\n')),
});

interface Surroundings {
  readonly inside: Inside;
  readonly io: CommandIo;
  readonly env: Readonly<Record<string, string>>;
}

async function runOne(
  { inside, io, env }: Surroundings,
  name: string,
  args: readonly string[],
  redirects: Simple['redirects'] = {},
): Promise<number> {
  const to = (stream: 'stdout' | 'stderr', target: 'null' | 'err' | 'out' | undefined) => (text: string) => {
    if (target !== 'null') io.write(target === 'err' ? 'stderr' : target === 'out' ? 'stdout' : stream, text);
  };
  const call: CommandCall = { ...inside, env, args, io, cwd: '/', out: to('stdout', redirects.out), err: to('stderr', redirects.err) };
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command !== undefined) return command(call);
  call.err(`sh: ${name}: not found\n`);
  return 127;
}

async function runShell(inside: Inside, args: readonly string[], io: CommandIo): Promise<number> {
  const session: Session = { env: { ...inside.env }, code: 0, isOver: false };
  const at = args.findIndex((arg) => /^-[a-z]*c$/.test(arg));
  if (at >= 0) {
    await runScript(inside, session, args[at + 1] ?? '', io);
    return session.code;
  }
  const isInteractive = io.tty;
  if (isInteractive) io.write('stdout', PROMPT);
  for await (const line of linesOf(io)) {
    await runScript(inside, session, line, io);
    if (session.isOver) break;
    if (isInteractive) io.write('stdout', PROMPT);
  }
  return session.code;
}

async function runScript(inside: Inside, session: Session, script: string, io: CommandIo): Promise<void> {
  try {
    for (const pipeline of pipelinesOf(parseScript(script))) {
      const joiner = pipeline[0]?.joiner;
      const runs = joiner === ';' || joiner === '|' || (joiner === '&&') === (session.code === 0);
      if (runs) await runPipeline(inside, session, pipeline, io);
      if (session.isOver || io.signal.aborted) return;
    }
  } catch (error) {
    io.write('stderr', `sh: ${messageOf(error)}\n`);
    session.code = 2;
  }
}

/** Commands that hang together by `|`. */
function pipelinesOf(commands: readonly Simple[]): readonly (readonly Simple[])[] {
  const lines: Simple[][] = [];
  for (const command of commands) {
    const last = lines.at(-1);
    if (command.joiner === '|' && last) last.push(command);
    else lines.push([command]);
  }
  return lines;
}

/** One after the other: each gets all that the one before wrote. The last one's exit code counts. */
async function runPipeline(inside: Inside, session: Session, pipeline: readonly Simple[], io: CommandIo): Promise<void> {
  let stdin = io.stdin;
  for (const [index, simple] of pipeline.entries()) {
    if (index === pipeline.length - 1) return runSimple(inside, session, simple, { ...io, stdin });
    const written: Buffer[] = [];
    const write: CommandIo['write'] = (stream, data) => {
      if (stream === 'stdout') written.push(Buffer.from(data));
      else io.write(stream, data);
    };
    await runSimple(inside, session, simple, { ...io, tty: false, stdin, write });
    stdin = inputOf(written);
  }
}

async function* inputOf(parts: readonly Buffer[]): AsyncGenerator<Buffer> {
  await Promise.resolve();
  yield* parts;
}

async function runSimple(inside: Inside, session: Session, { words, redirects }: Simple, io: CommandIo): Promise<void> {
  const texts = words.flatMap((word) => expanded(word, session));
  const settings = texts.findIndex((text) => !/^[A-Za-z_]\w*=/.test(text));
  const assigned = settings === -1 ? texts : texts.slice(0, settings);
  const [program, ...args] = settings === -1 ? [] : texts.slice(settings);
  const added = Object.fromEntries(assigned.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]));
  if (program === undefined) {
    Object.assign(session.env, added);
    session.code = 0;
    return;
  }
  if (program === 'exit') {
    session.code = Number(args[0] ?? session.code) & 255;
    session.isOver = true;
  } else if (program === 'export') {
    for (const text of args) if (text.includes('=')) session.env[text.slice(0, text.indexOf('='))] = text.slice(text.indexOf('=') + 1);
    session.code = 0;
  } else if (program === ':' || program === 'set') session.code = 0;
  else {
    const name = program.replace(FOLDERS, '');
    const env = { ...session.env, ...added };
    session.code = SHELLS.includes(name)
      ? await runShell({ ...inside, env }, args, io)
      : await runOne({ inside, io, env }, name, args, redirects);
  }
}

/** A variable outside quotes falls apart at its blanks, and is nothing when it is empty. */
function expanded(word: Word, { env, code }: Session): string[] {
  let result = [''];
  let isText = false;
  for (const part of word) {
    const isVariable = 'variable' in part;
    const value = isVariable ? (part.variable === '?' ? String(code) : env[part.variable]) : part.text;
    const text = isVariable && (value === undefined || value === '') ? part.otherwise : (value ?? '');
    isText ||= !isVariable || part.quoted;
    const pieces = isVariable && !part.quoted ? text.split(/\s+/) : [text];
    result = [...result.slice(0, -1), `${result.at(-1) ?? ''}${pieces[0] ?? ''}`, ...pieces.slice(1)];
  }
  return isText ? result : result.filter((text) => text !== '');
}
