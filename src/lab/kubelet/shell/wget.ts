/** Busybox's wget over plain HTTP: `-q`, `-O -`, `-T seconds`, `-S`, `--spider`. */
import { addressOf, ask, withScheme } from './ask.ts';
import type { CommandCall } from './types.ts';

const DEFAULT_LIMIT_MS = 900_000;

export async function wget(call: CommandCall): Promise<number> {
  const { args, out, err } = call;
  const values = ['-O', '-T', '--header', '--post-data', '-t', '-Y', '-U'];
  const short = args.findIndex((arg) => /^-q?O-$|^-qO$/.test(arg));
  const isQuiet = args.some((arg) => arg.startsWith('-q'));
  const url = args.find((arg, index) => !arg.startsWith('-') && !values.includes(args[index - 1] ?? '') && args[index - 1] !== '-qO');
  if (url === undefined) {
    err('wget: missing URL\n');
    return 1;
  }
  const after = (name: string): string | undefined => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
  const limit = after('-T') ?? /^--timeout=(.+)$/.exec(args.find((arg) => arg.startsWith('--timeout=')) ?? '')?.[1];
  const file = short >= 0 ? (args[short] === '-qO' ? after('-qO') : '-') : after('-O');
  const body = after('--post-data');
  const full = withScheme(url);
  const { host, port } = addressOf(full);
  if (!isQuiet) err(`Connecting to ${host}:${port}\n`);
  const timeoutMs = limit === undefined ? DEFAULT_LIMIT_MS : Number(limit) * 1000;
  const answered = await ask(call, full, { timeoutMs, ...(body === undefined ? {} : { method: 'POST', body }) });
  if (answered.kind === 'failed') {
    const message = {
      name: `bad address '${host}'`,
      refused: `can't connect to remote host (${host}): Connection refused`,
      timeout: 'download timed out',
      other: answered.message,
    }[answered.why];
    err(`wget: ${message}\n`);
    return 1;
  }
  const { status, body: text } = answered.response;
  if (status >= 400) {
    err(`wget: server returned error: HTTP/1.1 ${status}\n`);
    return 1;
  }
  if (args.includes('--spider')) return 0;
  if (file === '-') out(text);
  else if (file !== '/dev/null') {
    err(`wget: can't open '${file ?? 'index.html'}': Read-only file system\n`);
    return 1;
  }
  return 0;
}
