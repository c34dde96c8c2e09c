import { describe, expect, it } from 'vitest';
import { createRealClock, EvenkeelError } from '../../../base/index.ts';
import type { PodResponse } from '../types.ts';
import { runCommand } from './run-command.ts';
import type { Inside } from './types.ts';

const inside: Inside = {
  hostname: 'web-1',
  env: { MODE: 'fast', EMPTY: '', LIST: 'a b' },
  files: new Map([
    ['/etc/hostname', 'web-1\n'],
    ['/config/app.yaml', 'x: 1\n'],
  ]),
  clock: createRealClock(),
  address: '10.244.0.7',
  dnsServer: '10.0.0.10',
  lookUp: (host) => (host === 'up' ? { name: 'up.default.svc.cluster.local', addresses: ['10.0.3.4'] } : undefined),
  connect: () => Promise.reject(new EvenkeelError('UNREACHABLE', 'connection refused', { blame: 'target' })),
  fetch(url): Promise<PodResponse> {
    if (url.startsWith('http://up/')) return Promise.resolve({ status: 200, headers: { 'content-type': 'text/plain' }, body: 'fine' });
    if (url.startsWith('http://ill/')) return Promise.resolve({ status: 503, headers: {}, body: 'no' });
    const [code, message] = url.startsWith('http://slow/')
      ? (['TIMED_OUT', 'no answer'] as const)
      : (['UNREACHABLE', 'no such host: x'] as const);
    return Promise.reject(new EvenkeelError(code, message, { blame: 'target' }));
  },
};

async function* typed(text: string): AsyncGenerator<Buffer> {
  await Promise.resolve();
  yield Buffer.from(text);
}

async function run(command: readonly string[], stdin?: string, tty = false): Promise<{ code: number; out: string; err: string }> {
  const said = { stdout: '', stderr: '' };
  const code = await runCommand(inside, command, {
    stdin: stdin === undefined ? undefined : typed(stdin),
    tty,
    write: (stream, data) => void (said[stream] += data.toString()),
    signal: new AbortController().signal,
  });
  return { code, out: said.stdout, err: said.stderr };
}

describe('a command in a container', () => {
  it.each([
    [['hostname'], 'web-1\n', 0],
    [['env'], 'MODE=fast\nEMPTY=\nLIST=a b\n', 0],
    [['/usr/bin/printenv', 'MODE'], 'fast\n', 0],
    [['printenv', 'NOPE'], '', 1],
    [['cat', '/etc/hostname'], 'web-1\n', 0],
    [['ls', '/'], 'config\netc\n', 0],
    [['ls', '/config'], 'app.yaml\n', 0],
    [['echo', '-n', 'a', 'b'], 'a b', 0],
    [['wget', '-qO-', 'http://up/'], 'fine', 0],
    [['wget', '-q', '-O', '-', '-T', '2', 'up/'], 'fine', 0],
    [['curl', '-s', 'http://up/'], 'fine', 0],
    [['curl', '-sS', '-o', '/dev/null', '-w', String.raw`%{http_code}\n`, 'http://ill/'], '503\n', 0],
    [['curl', '-sf', 'http://ill/'], '', 22],
    [['curl', '-s', 'http://nowhere/'], '', 6],
    [['sh', '-c', 'env | grep -c =; cat /etc/hostname | wc -c'], '3\n6\n', 0],
    [['sh', '-c', 'echo b; env | sort -r | head -n 1 | grep -i MODE && echo yes || echo no'], 'b\nMODE=fast\nyes\n', 0],
    [['sh', '-c', 'ls / | tail -1 && false | true; echo $?'], 'etc\n0\n', 0],
    [['nslookup', 'up'], 'Server:\t\t10.0.0.10\nAddress:\t10.0.0.10:53\n\nName:\tup.default.svc.cluster.local\nAddress: 10.0.3.4\n\n', 0],
    [['getent', 'hosts', 'down'], '', 2],
    [['nc', '-z', 'up', '80'], '', 1],
    [['curl', '-s', '-m', '1', 'http://slow/'], '', 28],
  ])('%j', async (command, out, code) => {
    expect(await run(command)).toMatchObject({ out, code });
  });

  it.each([
    ['cat /nope', "cat: can't open '/nope': No such file or directory\n", 1],
    ['wget http://nowhere/', "Connecting to nowhere:80\nwget: bad address 'nowhere'\n", 1],
    ['wget -q http://ill/', 'wget: server returned error: HTTP/1.1 503\n', 1],
    ['curl http://nowhere/', 'curl: (6) Could not resolve host: nowhere\n', 6],
  ])('%s tells why it failed', async (command, err, code) => {
    expect(await run(command.split(' '))).toMatchObject({ err, code });
  });

  it('that its image would not have is refused as a container runtime does', async () => {
    await expect(run(['node', '-v'])).rejects.toThrow('exec: "node": executable file not found in $PATH: unknown');
    await expect(run(['/app/run'])).rejects.toThrow('exec: "/app/run": stat /app/run: no such file or directory: unknown');
  });
});

describe('a script', () => {
  it.each([
    ['echo one; echo two', 'one\ntwo\n', 0],
    ['false || echo saved && echo on', 'saved\non\n', 0],
    ['true && exit 3; echo never', '', 3],
    ['echo "$MODE and $NOPE" \'$MODE\' ${NOPE:-else} $EMPTY end', 'fast and  $MODE else end\n', 0],
    ['X=1; export Y=2; printenv Y; echo $X$Y', '2\n12\n', 0],
    ['nope; echo $?', '127\n', 0],
    ['nope 2>/dev/null || echo caught', 'caught\n', 0],
    ['echo lost >/dev/null; echo kept', 'kept\n', 0],
    ['test -f /etc/hostname && [ "$MODE" = fast ] && echo yes', 'yes\n', 0],
    ['sh -c "echo inner; exit 4"; echo $?', 'inner\n4\n', 0],
    ['# a remark\necho $LIST', 'a b\n', 0],
  ])('%s', async (script, out, code) => {
    expect(await run(['sh', '-c', script])).toMatchObject({ out, code });
  });

  it.each([
    ['ls & wc', 'sh: syntax that this shell does not have: & wc\n'],
    ['for i in 1 2; do echo $i; done', 'sh: syntax that this shell does not have: for\n'],
    ['echo "open', 'sh: unterminated quoted string\n'],
  ])('%s is refused by what is lacking', async (script, err) => {
    expect(await run(['sh', '-c', script])).toMatchObject({ err, code: 2 });
  });

  it('comes from the input too, and a terminal echoes it', async () => {
    expect(await run(['sh'], 'echo a\nexit 5\necho b\n')).toEqual({ code: 5, out: 'a\n', err: '' });
    const { out, code } = await run(['sh'], 'echp\u007fo a\r\u0004', true);
    expect([out, code]).toEqual(['/ # echp\b \bo a\r\na\r\n/ # ', 0]);
  });
});
