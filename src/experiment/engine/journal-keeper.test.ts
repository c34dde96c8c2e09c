import { expect, it } from 'vitest';
import { createLogger, silentLogger } from '../../base/index.ts';
import { createJournalKeeper } from './journal-keeper.ts';
import { createSecretMask } from './secret-mask.ts';

/** A sink whose writes take as long as this test lets them. */
function slowSink() {
  const texts: string[] = [];
  let release = (): void => {};
  const write = (text: string): Promise<void> => {
    texts.push(text);
    return new Promise((resolve) => (release = resolve));
  };
  return { texts, write, release: () => release() };
}

const keeperOf = (sink: { write(text: string): Promise<void> }) =>
  createJournalKeeper({ journal: sink, log: silentLogger, manner: 'chaos' }, createSecretMask());

it('turns wishes that come while a write is under way into one write, and leaves no last one out', async () => {
  const sink = slowSink();
  const keeper = keeperOf(sink);
  let state = 0;
  for (; state < 50; state++) keeper.touch(() => ({ state }));
  const ended = keeper.end({ state: 'end' });
  sink.release();
  await Promise.resolve();
  while (sink.texts.length < 2) await new Promise((resolve) => setImmediate(resolve));
  sink.release();
  await ended;
  expect(sink.texts.map((text) => JSON.parse(text) as unknown)).toEqual([{ state: 0 }, { state: 'end' }]);
});

it('writes the state as it is when it is flushed', async () => {
  const texts: string[] = [];
  const keeper = keeperOf({ write: (text) => Promise.resolve(void texts.push(text)) });
  await keeper.flush(() => keeper.touch(() => ({ state: 1 })));
  expect(texts).toHaveLength(1);
});

it('leaves the last state alone, whatever ends after it', async () => {
  const texts: string[] = [];
  const keeper = keeperOf({ write: (text) => Promise.resolve(void texts.push(text)) });
  await keeper.end({ state: 'end' });
  await keeper.flush(() => keeper.touch(() => ({ state: 'late' })));
  expect(texts.map((text) => JSON.parse(text) as unknown)).toEqual([{ state: 'end' }]);
});

it('leaves what can not be written to whoever waits for it: told once', async () => {
  const said: string[] = [];
  const log = createLogger((_, message) => void said.push(message));
  const journal = { write: () => Promise.reject(new Error('no room')) };
  const keeper = createJournalKeeper({ journal, log, manner: 'evenkeel' }, createSecretMask());
  await expect(keeper.flush(() => keeper.touch(() => ({})))).rejects.toThrow('no room');
  expect(said).toEqual([]);
});
