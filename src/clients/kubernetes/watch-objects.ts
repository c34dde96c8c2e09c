/** List, then watch, for as long as the caller wants: resumes after a cut, begins anew after 410, notices silence. */
import { StringDecoder } from 'node:string_decoder';
import type { IncomingMessage } from 'node:http';
import { EvenkeelError, messageOf, networkLimitMs } from '../../base/index.ts';
import type { Clock, Logger } from '../../base/index.ts';
import type { KubeObject } from '../../kubernetes/index.ts';
import { httpStatusOf } from './status-error.ts';
import type { WatchEvent } from '../types.ts';

export interface WatchPorts<T> {
  list(): Promise<{ items: T[]; resourceVersion: string }>;
  /** Opens the stream of events after a version; errors as of any request. */
  open(resourceVersion: string, signal: AbortSignal): Promise<IncomingMessage>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** For the log: `pods in contactsapp`. */
  readonly what: string;
}

/** Silence after which a connection counts as dead. A server sends a bookmark about once a minute. */
const STALL_MS = 90_000;
const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 15_000;

/**
 * Yields a RESET with everything that is there, then each change. After a cut it resumes where it was; when the server no longer
 * knows that version, another RESET replaces everything. Ends without an error when the signal aborts.
 *
 * Errors: those of the first list, and `DENIED` or `NOT_FOUND` at any time; whatever else is tried again, with growing pauses.
 * Source: Kubernetes API concepts, "Efficient detection of changes".
 */
export async function* watchObjects<T extends KubeObject>(ports: WatchPorts<T>): AsyncGenerator<WatchEvent<T>, void, undefined> {
  const { clock, log, signal, what } = ports;
  let version: string | undefined;
  let listed = false;
  let backoffMs = FIRST_BACKOFF_MS;
  while (!signal.aborted) {
    try {
      if (version === undefined) {
        const list = await ports.list();
        version = list.resourceVersion;
        listed = true;
        yield { type: 'RESET', objects: list.items };
      }
      for await (const line of linesOf(ports, version)) {
        const event = parseEvent<T>(line);
        if (event.type === 'ERROR') throw new Gone(event.message);
        version = event.object.metadata.resourceVersion ?? version;
        backoffMs = FIRST_BACKOFF_MS;
        if (event.type !== 'BOOKMARK') yield { type: event.type, object: event.object };
      }
    } catch (thrown) {
      if (signal.aborted) return;
      if (!listed || isFinal(thrown)) throw thrown;
      if (thrown instanceof Gone || httpStatusOf(thrown) === 410) version = undefined;
      log.debug(`watch of ${what} begins anew: ${messageOf(thrown)}`);
      await clock.sleep(backoffMs, signal).catch(() => {}); // an abort ends the loop above
      backoffMs = Math.min(LONGEST_BACKOFF_MS, backoffMs * 2);
    }
  }
}

/** The server sent an ERROR event: what it knew of our version is gone. */
class Gone extends Error {}

function isFinal(thrown: unknown): boolean {
  return thrown instanceof EvenkeelError && (thrown.code === 'DENIED' || thrown.code === 'NOT_FOUND');
}

type RawEvent<T> = { type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; object: T } | { type: 'ERROR'; message: string };

function parseEvent<T extends KubeObject>(line: string): RawEvent<T> {
  const { type, object } = JSON.parse(line) as { type?: unknown; object?: unknown }; // throws below when it is not so
  if (type === 'ERROR') return { type, message: String((Object(object) as { message?: unknown }).message) };
  if (
    (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED' || type === 'BOOKMARK') &&
    typeof object === 'object' &&
    object !== null
  ) {
    return { type, object: object as T }; // the server's types are trusted
  }
  throw new EvenkeelError('TARGET_FAILED', `unknown watch event '${String(type)}'`, { blame: 'target' });
}

/** Whole lines of one watch; ends when the server closes it, fails when it is cut or silent for too long. */
async function* linesOf<T>(ports: WatchPorts<T>, version: string): AsyncGenerator<string, void, undefined> {
  const limitMs = networkLimitMs(ports.clock, STALL_MS);
  const stop = new AbortController();
  const response = await ports.open(version, AbortSignal.any([ports.signal, stop.signal]));
  let timer: NodeJS.Timeout | undefined;
  const watchForSilence = (): void => {
    clearTimeout(timer);
    timer = setTimeout(
      () => response.destroy(new EvenkeelError('TIMED_OUT', `nothing came for ${STALL_MS / 1000} s`, { blame: 'target' })),
      limitMs,
    );
  };
  const decoder = new StringDecoder('utf8');
  let rest = '';
  try {
    watchForSilence();
    for await (const part of response) {
      watchForSilence();
      const lines = (rest + decoder.write(part as Buffer)).split('\n'); // no encoding is set, so parts are buffers
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') yield line;
    }
  } finally {
    clearTimeout(timer);
    stop.abort();
    response.destroy();
  }
}
