/** Requests of pods and nodes: a connection, new or kept alive, and the answer. */
import type { Agent } from 'node:http';
import { EvenkeelError, afterNetworkLimit } from '../../base/index.ts';
import type { Clock } from '../../base/index.ts';
import type { PodFetchOptions, PodResponse } from '../kubelet/index.ts';
import { exchange } from './exchange.ts';
import type { Reachability } from './reachability.ts';
import type { Origin } from './types.ts';

const DEFAULT_LIMIT_MS = 30_000;

export interface Fetching {
  readonly clock: Clock;
  readonly reachability: Reachability;
  /** The connections of an origin; where they lead is decided as each is opened. */
  agentOf(origin: Origin, isTls: boolean): Agent;
}

/** Errors: `UNREACHABLE`, `TIMED_OUT`, `CANCELLED`; `INVALID_INPUT` for what is no http or https address. Certificates are not looked at. */
export async function fetchFrom(fetching: Fetching, origin: Origin, text: string, options: PodFetchOptions): Promise<PodResponse> {
  const url = parseUrl(text);
  const limitMs = options.timeoutMs ?? DEFAULT_LIMIT_MS;
  const what = `${options.method ?? 'GET'} ${text}`;
  const limit = startLimit(fetching.clock, limitMs, what, options.signal);
  try {
    return await attempt(fetching, origin, url, options, limit.signal);
  } catch (error) {
    throw asNetworkError(error, text);
  } finally {
    limit.release();
  }
}

async function attempt(fetching: Fetching, origin: Origin, url: URL, options: PodFetchOptions, signal: AbortSignal): Promise<PodResponse> {
  const { reachability } = fetching;
  const node = origin.kind === 'outside' ? undefined : origin.node;
  const deaths = reachability.deathsOf(node);
  await reachability.untilAlive([node], signal);
  const isTls = url.protocol === 'https:';
  const target = { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || (isTls ? 443 : 80)) };
  const one = { agent: fetching.agentOf(origin, isTls), target, url, options, signal, isSilenced: () => reachability.isDead(node) };
  let outcome = await exchange(one);
  // A pool can not know that its connection was closed just now; what changes nothing may be asked again.
  if (outcome.kind === 'failed' && outcome.stale && (options.method ?? 'GET') === 'GET') outcome = await exchange(one);
  if (reachability.deathsOf(node) > deaths) {
    // Whatever came of it while the caller's node was dead never reached the caller.
    await reachability.untilAlive([node], signal);
    throw new EvenkeelError('UNREACHABLE', 'connection reset: the node went down meanwhile', { blame: 'target' });
  }
  if (outcome.kind === 'answered') return outcome.response;
  throw outcome.error;
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new EvenkeelError('INVALID_INPUT', `'${text}' is not an http address`, { blame: 'input' });
}

interface Limit {
  readonly signal: AbortSignal;
  readonly release: () => void;
}

/** A signal that aborts with `TIMED_OUT` at the limit (lab milliseconds), or with `CANCELLED` when the caller gives up. */
function startLimit(clock: Clock, limitMs: number, what: string, given: AbortSignal | undefined): Limit {
  const controller = new AbortController();
  const cancel = afterNetworkLimit(clock, limitMs, () =>
    controller.abort(new EvenkeelError('TIMED_OUT', `${what}: no answer within ${limitMs / 1000} s`, { blame: 'target' })),
  );
  const giveUp = (): void => controller.abort(new EvenkeelError('CANCELLED', `${what}: given up`, { blame: 'input' }));
  if (given?.aborted) giveUp();
  given?.addEventListener('abort', giveUp, { once: true });
  return {
    signal: controller.signal,
    release() {
      cancel();
      given?.removeEventListener('abort', giveUp);
    },
  };
}

function asNetworkError(error: unknown, url: string): EvenkeelError {
  if (error instanceof EvenkeelError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'failed';
  return new EvenkeelError('UNREACHABLE', `${url}: connection ${code === 'ECONNRESET' ? 'reset' : code}`, {
    blame: 'target',
    cause: error,
  });
}
