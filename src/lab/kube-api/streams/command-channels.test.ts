import { expect, it } from 'vitest';
import { collectStreams } from './command-channels.ts';
import { SpdyStream } from './spdy-connection.ts';

const streamOf = (type: string): SpdyStream => new SpdyStream(1, new Map([['streamtype', type]]), (_bytes, done) => done?.());

it('a client has to open the streams that it announced, within a limit', async () => {
  const { signal } = new AbortController();
  const slow = collectStreams(['error', 'stdout'], signal, 1);
  slow.onStream(streamOf('error'));
  await expect(slow.all).resolves.toBeUndefined();
  const quick = collectStreams(['error', 'stdout'], signal);
  for (const type of ['stdout', 'error']) quick.onStream(streamOf(type));
  expect([...((await quick.all)?.keys() ?? [])]).toEqual(['stdout', 'error']);
});
