/** The few commands that every container of the lab has. They do what they say, through the lab's network and clock; what is not here is not found. */
import { resolve } from 'node:path/posix';
import { entriesOf } from './container-files.ts';
import { curl } from './curl.ts';
import { NET_COMMANDS } from './net-commands.ts';
import { tar } from './tar.ts';
import { TEXT_COMMANDS } from './text-commands.ts';
import type { CommandCall, ShellCommand } from './types.ts';
import { wget } from './wget.ts';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const say =
  (text: (call: CommandCall) => string): ShellCommand =>
  (call) => {
    call.out(`${text(call)}\n`);
    return 0;
  };

const variables = ({ env }: CommandCall): string =>
  Object.entries(env)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');

function printenv(call: CommandCall): number {
  const { args, env, out } = call;
  if (args.length === 0) return say(variables)(call) as number; // `say` answers at once
  for (const name of args) if (env[name] !== undefined) out(`${env[name]}\n`);
  return args.every((name) => env[name] !== undefined) ? 0 : 1;
}

function echo({ args, out }: CommandCall): number {
  const withoutEnd = args[0] === '-n';
  out(`${args.slice(withoutEnd ? 1 : 0).join(' ')}${withoutEnd ? '' : '\n'}`);
  return 0;
}

function dateText({ clock, args }: CommandCall): string {
  const now = new Date(clock.now());
  if (args[0] === '+%s') return String(Math.floor(now.getTime() / 1000));
  const day = `${DAYS[now.getUTCDay()]} ${MONTHS[now.getUTCMonth()]} ${String(now.getUTCDate()).padStart(2)}`;
  return `${day} ${now.toISOString().slice(11, 19)} UTC ${now.getUTCFullYear()}`;
}

async function sleep({ args, clock, io, err }: CommandCall): Promise<number> {
  const seconds = Number(args[0]?.replace(/s$/, ''));
  if (!(seconds >= 0)) {
    err(`sleep: invalid number '${args[0] ?? ''}'\n`);
    return 1;
  }
  await clock.sleep(seconds * 1000, io.signal).catch(() => {});
  return 0;
}

async function cat({ args, cwd, files, io, out, err }: CommandCall): Promise<number> {
  if (args.length === 0) for await (const chunk of io.stdin ?? []) out(chunk.toString('utf8'));
  let code = 0;
  for (const name of args) {
    const path = resolve(cwd, name);
    const content = files.get(path);
    if (content !== undefined) out(content);
    else {
      code = 1;
      const why = entriesOf(files, path) === undefined ? `can't open '${name}': No such file or directory` : 'read error: Is a directory';
      err(`cat: ${why}\n`);
    }
  }
  return code;
}

function ls({ args, cwd, files, out, err }: CommandCall): number {
  const paths = args.filter((arg) => !arg.startsWith('-'));
  let code = 0;
  for (const name of paths.length > 0 ? paths : [cwd]) {
    const path = resolve(cwd, name);
    const entries = files.has(path) ? [name] : entriesOf(files, path);
    if (entries) out(entries.map((entry) => `${entry}\n`).join(''));
    else {
      code = 1;
      err(`ls: ${name}: No such file or directory\n`);
    }
  }
  return code;
}

/** `test -f`, `-d`, `-e`, `-n`, `-z`, `=`, `!=`. */
function test({ args, cwd, files }: CommandCall): number {
  const words = args.at(-1) === ']' ? args.slice(0, -1) : args;
  const [first = '', second = '', third = ''] = words;
  const path = resolve(cwd, second);
  const isFolder = entriesOf(files, path) !== undefined || path === '/';
  const holds = {
    '-f': () => files.has(path),
    '-d': () => isFolder,
    '-e': () => files.has(path) || isFolder,
    '-n': () => second !== '',
    '-z': () => second === '',
  }[first];
  if (holds && words.length === 2) return holds() ? 0 : 1;
  if (second === '=') return first === third ? 0 : 1;
  if (second === '!=') return first === third ? 1 : 0;
  return words.length === 1 && first !== '' ? 0 : 1;
}

export const COMMANDS: Readonly<Record<string, ShellCommand>> = {
  ...NET_COMMANDS,
  ...TEXT_COMMANDS,
  '[': test,
  cat,
  curl,
  date: say(dateText),
  echo,
  env: say(variables),
  false: () => 1,
  hostname: say(({ hostname }) => hostname),
  id: say(() => 'uid=0(root) gid=0(root) groups=0(root)'),
  ls,
  printenv,
  pwd: say(({ cwd }) => cwd),
  sleep,
  tar,
  test,
  true: () => 0,
  uname: say(({ args, hostname }) =>
    args.includes('-a') ? `Linux ${hostname} lab x86_64 GNU/Linux` : args.includes('-n') ? hostname : 'Linux',
  ),
  wget,
  whoami: say(() => 'root'),
};
