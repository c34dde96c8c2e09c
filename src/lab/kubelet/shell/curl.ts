/** curl over plain HTTP, with the options that people check services with. */
import { addressOf, ask, withScheme } from './ask.ts';
import type { CommandCall } from './types.ts';

const WITH_VALUE = [
  '-o',
  '--output',
  '-w',
  '--write-out',
  '-m',
  '--max-time',
  '--connect-timeout',
  '-X',
  '--request',
  '-d',
  '--data',
  '-H',
  '--header',
  '-u',
  '-A',
  '--retry',
];
const DEFAULT_LIMIT_MS = 120_000;
const EXIT = { name: 6, refused: 7, timeout: 28, other: 56 } as const;

interface Options {
  readonly values: Readonly<Record<string, readonly string[]>>;
  readonly flags: string;
  readonly urls: readonly string[];
}

function parse(args: readonly string[]): Options {
  const values: Record<string, string[]> = {};
  const urls: string[] = [];
  let flags = '';
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? '';
    const short = /^-[a-zA-Z]{2,}$/.test(arg) ? `-${arg.at(-1)}` : arg;
    if (short !== arg) flags += arg.slice(1, -1);
    if (WITH_VALUE.includes(short)) (values[short] ??= []).push(args[++index] ?? '');
    else if (arg.startsWith('--'))
      flags += { '--silent': 's', '--fail': 'f', '--include': 'i', '--head': 'I', '--show-error': 'S' }[arg] ?? '';
    else if (arg.startsWith('-')) flags += arg.slice(-1);
    else urls.push(arg);
  }
  return { values, flags, urls };
}

export async function curl(call: CommandCall): Promise<number> {
  const { values, flags, urls } = parse(call.args);
  const [given] = urls;
  const first = (...names: string[]): string | undefined => names.flatMap((name) => values[name] ?? []).at(-1);
  if (given === undefined) {
    call.err("curl: try 'curl --help' or 'curl --manual' for more information\n");
    return 2;
  }
  const url = withScheme(given);
  const body = first('-d', '--data');
  const method = first('-X', '--request') ?? (flags.includes('I') ? 'HEAD' : body === undefined ? 'GET' : 'POST');
  const limit = first('-m', '--max-time', '--connect-timeout');
  const timeoutMs = limit === undefined ? DEFAULT_LIMIT_MS : Number(limit) * 1000;
  const headers = Object.fromEntries([...(values['-H'] ?? []), ...(values['--header'] ?? [])].map((line) => line.split(/:\s*/, 2)));
  const start = call.clock.now();
  const answered = await ask(call, url, { method, timeoutMs, headers, ...(body === undefined ? {} : { body }) });
  const { host, port } = addressOf(url);
  const say = (status: string): void => {
    const took = ((call.clock.now() - start) / 1000).toFixed(6);
    const format = first('-w', '--write-out')
      ?.replaceAll('%{http_code}', status)
      .replaceAll('%{time_total}', took)
      .replaceAll(String.raw`\n`, '\n');
    call.out(format ?? '');
  };
  const fail = (code: number, message: string): number => {
    if (!flags.includes('s') || flags.includes('S')) call.err(`curl: (${code}) ${message}\n`);
    return code;
  };
  if (answered.kind === 'failed') {
    say('000');
    const after = Math.round(call.clock.now() - start);
    const message = {
      name: `Could not resolve host: ${host}`,
      refused: `Failed to connect to ${host} port ${port} after ${after} ms: Could not connect to server`,
      timeout: `Connection timed out after ${after} milliseconds`,
      other: answered.message,
    }[answered.why];
    return fail(EXIT[answered.why], message);
  }
  const { status, headers: received, body: text } = answered.response;
  if (flags.includes('f') && status >= 400) {
    say(String(status));
    return fail(22, `The requested URL returned error: ${status}`);
  }
  const head = `HTTP/1.1 ${status}\r\n${Object.entries(received)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;
  const output = first('-o', '--output');
  if (output === undefined || output === '-') call.out(`${/[iI]/.test(flags) ? head : ''}${flags.includes('I') ? '' : text}`);
  say(String(status));
  return 0;
}
