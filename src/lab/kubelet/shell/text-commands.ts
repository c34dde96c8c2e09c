/** Commands over lines of text, from files or from what comes down a pipe. Options as busybox has them. */
import { resolve } from 'node:path/posix';
import type { CommandCall, ShellCommand } from './types.ts';

interface Read {
  readonly text: string;
  readonly code: number;
}

/** All of the files, or of the input when none is named. */
async function read({ cwd, files, io, err }: CommandCall, command: string, names: readonly string[]): Promise<Read> {
  if (names.length === 0 || (names.length === 1 && names[0] === '-')) {
    const parts: Buffer[] = [];
    for await (const chunk of io.stdin ?? []) parts.push(chunk);
    return { text: Buffer.concat(parts).toString('utf8'), code: 0 };
  }
  const found = names.map((name) => ({ name, content: files.get(resolve(cwd, name)) }));
  for (const { name, content } of found) if (content === undefined) err(`${command}: ${name}: No such file or directory\n`);
  return { text: found.map(({ content }) => content ?? '').join(''), code: found.some(({ content }) => content === undefined) ? 1 : 0 };
}

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));
const flagsOf = (args: readonly string[]): string =>
  args
    .filter((arg) => /^-[a-zA-Z]+$/.test(arg))
    .join('')
    .replaceAll('-', '');
const namesOf = (args: readonly string[]): string[] => args.filter((arg) => arg === '-' || !arg.startsWith('-'));

async function grep(call: CommandCall): Promise<number> {
  const flags = flagsOf(call.args.slice(0, call.args[0] === '-e' ? 0 : undefined));
  const plain = call.args.filter((arg) => !/^-[a-zA-Z]+$/.test(arg));
  const [pattern, ...names] = plain;
  if (pattern === undefined) {
    call.err('Usage: grep [-ivcnqoEFw] PATTERN [FILE]...\n');
    return 2;
  }
  const source = flags.includes('F') ? pattern.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`) : pattern;
  const whole = flags.includes('w') ? `\\b(?:${source})\\b` : source;
  let matcher: RegExp;
  try {
    matcher = new RegExp(whole, flags.includes('i') ? 'i' : '');
  } catch {
    call.err(`grep: bad regex '${pattern}'\n`);
    return 2;
  }
  const { text, code } = await read(call, 'grep', names);
  const hits = linesOf(text).flatMap((line, index) => (matcher.test(line) === flags.includes('v') ? [] : [{ line, index }]));
  if (!flags.includes('q')) {
    if (flags.includes('c')) call.out(`${hits.length}\n`);
    else
      for (const { line, index } of hits)
        call.out(`${flags.includes('n') ? `${index + 1}:` : ''}${flags.includes('o') ? (matcher.exec(line)?.[0] ?? line) : line}\n`);
  }
  return code === 0 ? (hits.length > 0 ? 0 : 1) : 2;
}

/** `-n 5`, `-n5` and `-5`. */
function countOf(args: readonly string[]): { readonly count: number; readonly names: readonly string[] } {
  const at = args.findIndex((arg) => /^-(n|c)?\+?\d*$/.test(arg));
  const option = args[at];
  if (option === undefined) return { count: 10, names: namesOf(args) };
  const inline = /\d+$/.exec(option)?.[0];
  const rest = args.filter((_, index) => index !== at && (inline !== undefined || index !== at + 1));
  return { count: Number(inline ?? args[at + 1]?.replace(/^-/, '') ?? 10), names: namesOf(rest) };
}

const part =
  (command: string, pick: (lines: readonly string[], count: number) => readonly string[]): ShellCommand =>
  async (call) => {
    const { count, names } = countOf(call.args);
    const { text, code } = await read(call, command, names);
    for (const line of pick(linesOf(text), count)) call.out(`${line}\n`);
    return code;
  };

async function wc(call: CommandCall): Promise<number> {
  const flags = flagsOf(call.args);
  const names = namesOf(call.args);
  const { text, code } = await read(call, 'wc', names);
  const counts = {
    l: text.split('\n').length - 1,
    w: text.split(/\s+/).filter((word) => word !== '').length,
    c: Buffer.byteLength(text),
  };
  const shown = (['l', 'w', 'c'] as const).filter((letter) => flags === '' || flags.includes(letter));
  call.out(
    `${shown.map((letter) => (shown.length === 1 ? String(counts[letter]) : String(counts[letter]).padStart(9))).join(' ')}${names.length > 0 ? ` ${names.join(' ')}` : ''}\n`,
  );
  return code;
}

async function sort(call: CommandCall): Promise<number> {
  const flags = flagsOf(call.args);
  const { text, code } = await read(call, 'sort', namesOf(call.args));
  const order = flags.includes('n')
    ? (a: string, b: string) => Number.parseFloat(a) - Number.parseFloat(b)
    : (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  const sorted = linesOf(text).sort(order);
  const lines = flags.includes('u') ? [...new Set(sorted)] : sorted;
  for (const line of flags.includes('r') ? lines.toReversed() : lines) call.out(`${line}\n`);
  return code;
}

async function uniq(call: CommandCall): Promise<number> {
  const { text, code } = await read(call, 'uniq', namesOf(call.args));
  const runs: { line: string; count: number }[] = [];
  for (const line of linesOf(text)) {
    const last = runs.at(-1);
    if (last?.line === line) last.count += 1;
    else runs.push({ line, count: 1 });
  }
  const counted = flagsOf(call.args).includes('c');
  for (const { line, count } of runs) call.out(`${counted ? `${String(count).padStart(7)} ` : ''}${line}\n`);
  return code;
}

export const TEXT_COMMANDS: Readonly<Record<string, ShellCommand>> = {
  grep,
  head: part('head', (lines, count) => lines.slice(0, count)),
  sort,
  tail: part('tail', (lines, count) => lines.slice(Math.max(0, lines.length - count))),
  uniq,
  wc,
};
