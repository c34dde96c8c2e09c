import { expect, it } from 'vitest';
import type { CommandIo } from '../kube-api/index.ts';
import { Console } from './console.ts';

function client(stdin: readonly string[] = []): { io: CommandIo; said: () => string; leave: () => void } {
  let said = '';
  const gone = new AbortController();
  async function* typed(): AsyncGenerator<Buffer> {
    await Promise.resolve();
    for (const text of stdin) yield Buffer.from(text);
  }
  const io = {
    stdin: typed(),
    tty: false,
    write: (_: unknown, data: string | Buffer) => void (said += data.toString()),
    signal: gone.signal,
  };
  return { io, said: () => said, leave: () => gone.abort() };
}

const started = (more: Partial<ConstructorParameters<typeof Console>[0]> = {}): { process: Console; lines: string[] } => {
  const lines: string[] = [];
  return { process: new Console({ stdin: true, stdinOnce: true, tty: false, onLine: (line) => lines.push(line), ...more }), lines };
};

it('gives the first who attaches what was written before, and the second what comes after', async () => {
  const { process, lines } = started();
  process.io.write('stdout', 'early\npro');
  const [first, second] = [client(), client()];
  const attached = [process.attach(first.io), process.attach(second.io)];
  process.io.write('stdout', 'mpt\nlast');
  process.end();
  await Promise.all(attached);
  expect([first.said(), second.said()]).toEqual(['early\nprompt\nlast', 'mpt\nlast']);
  expect(lines).toEqual(['early', 'prompt', 'last']);
});

it("passes a client's input on, and its end", async () => {
  const { process } = started();
  void process.attach(client(['one\n', 'two\n']).io);
  const got: string[] = [];
  for await (const chunk of process.io.stdin ?? []) got.push(chunk.toString());
  expect(got.join('')).toBe('one\ntwo\n');
});

it('gives what was written also to the one who comes too late', async () => {
  const { process } = started();
  process.io.write('stdout', 'all of it\n');
  process.end();
  const late = client();
  await process.attach(late.io);
  expect(late.said()).toBe('all of it\n');
});

it('lets a client go without ending the process', async () => {
  const { process } = started();
  const { io, leave } = client();
  const attached = process.attach(io);
  leave();
  await attached;
  expect(process.io.signal.aborted).toBe(false);
});
