/** A command's channels over the two wires that clients speak: WebSocket messages (v4 and v5) and SPDY streams (v4). */
import { PassThrough } from 'node:stream';
import type { WebSocket } from 'ws';
import type { SpdyConnection, SpdyStream } from './spdy-connection.ts';

export type Output = 'stdout' | 'stderr' | 'error';

export interface CommandChannels {
  readonly stdin: AsyncIterable<Buffer>;
  write(channel: Output, data: string | Buffer): void;
  /** Ends the session once all that was written is out. */
  close(): void;
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal;
}

const NUMBERS = { stdout: 1, stderr: 2, error: 3 } as const;
const STDIN = 0;
const CLOSE = 255;

/** Each message starts with the number of its channel; `255 0` closes the input (v5). */
export function channelsOverWebSocket(socket: WebSocket, announced: readonly Output[]): CommandChannels {
  const gone = new AbortController();
  const stdin = new PassThrough();
  socket.on('message', (data: Buffer) => {
    const message = Buffer.from(data);
    if (message[0] === STDIN) stdin.write(message.subarray(1));
    if (message[0] === CLOSE && message[1] === STDIN) stdin.end();
  });
  socket.on('error', () => {}); // 'close' follows
  socket.once('close', () => {
    stdin.end();
    gone.abort();
  });
  const write = (channel: Output, data: string | Buffer): void => {
    if (socket.readyState === socket.OPEN) socket.send(Buffer.concat([Buffer.from([NUMBERS[channel]]), Buffer.from(data)]));
  };
  // An empty message on each channel says that it is there, as the real server's do.
  for (const channel of announced) write(channel, '');
  return { stdin, write, close: () => socket.close(1000), signal: gone.signal };
}

/** How long a client may take to open its streams. Source: kubelet cri/streaming/remotecommand, DefaultStreamCreationTimeout. */
const STREAMS_LIMIT_MS = 30_000;

/**
 * `all` resolves when the client has opened every stream that it announced; with undefined when it has gone before, or let the limit pass
 * (wall time, for it is the client's own).
 */
export function collectStreams(
  wanted: readonly string[],
  signal: AbortSignal,
  limitMs = STREAMS_LIMIT_MS,
): {
  readonly onStream: (stream: SpdyStream) => void;
  readonly all: Promise<ReadonlyMap<string, SpdyStream> | undefined>;
} {
  const streams = new Map<string, SpdyStream>();
  let complete = (_found: ReadonlyMap<string, SpdyStream> | undefined): void => {};
  const all = new Promise<ReadonlyMap<string, SpdyStream> | undefined>((resolve) => (complete = resolve));
  const settle = (found: ReadonlyMap<string, SpdyStream> | undefined): void => {
    clearTimeout(limit);
    signal.removeEventListener('abort', giveUp);
    complete(found);
  };
  const giveUp = (): void => settle(undefined);
  const limit = setTimeout(giveUp, limitMs);
  signal.addEventListener('abort', giveUp, { once: true });
  return {
    onStream: (stream) => {
      streams.set(stream.headers.get('streamtype') ?? '', stream);
      if (wanted.every((name) => streams.has(name))) settle(streams);
    },
    all,
  };
}

export function channelsOverSpdy(
  connection: SpdyConnection,
  streams: ReadonlyMap<string, SpdyStream>,
  signal: AbortSignal,
): CommandChannels {
  const nothing = new PassThrough();
  nothing.end();
  return {
    stdin: streams.get('stdin') ?? nothing,
    write: (channel, data) => void streams.get(channel)?.write(data),
    close: () => {
      const ended = [...streams.values()].map((stream) => new Promise<void>((resolve) => void stream.end(() => resolve())));
      void Promise.all(ended).then(() => connection.end());
    },
    signal,
  };
}
