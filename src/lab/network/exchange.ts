import { request } from 'node:http';
import type { Agent } from 'node:http';
import type { PodFetchOptions, PodResponse } from '../kubelet/index.ts';
import type { ConnectionTarget } from './connecting-agent.ts';

export interface Exchange {
  readonly agent: Agent;
  readonly target: ConnectionTarget;
  readonly url: URL;
  readonly options: PodFetchOptions;
  readonly signal: AbortSignal;
  /** True while nobody hears of the caller: then giving up does not close the connection. */
  readonly isSilenced: () => boolean;
}

export type Outcome =
  | { readonly kind: 'answered'; readonly response: PodResponse }
  /** `stale`: a pooled connection turned out to be closed. */
  | { readonly kind: 'failed'; readonly error: unknown; readonly stale: boolean };

/** One HTTP request and its whole answer. Never rejects. */
export function exchange({ agent, target, url, options, signal, isSilenced }: Exchange): Promise<Outcome> {
  return new Promise((resolve) => {
    const waiting = new AbortController();
    const sent = request({
      agent,
      host: target.host,
      port: target.port,
      method: options.method ?? 'GET',
      path: `${url.pathname}${url.search}`,
      headers: { host: url.host, ...options.headers, ...lengthOf(options.body) },
      signal: waiting.signal,
    });
    const end = (outcome: Outcome): void => {
      signal.removeEventListener('abort', abort);
      resolve(outcome);
    };
    const fail = (error: unknown): void => {
      const stale = sent.reusedSocket && error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
      end({ kind: 'failed', error, stale });
    };
    const abort = (): void => {
      fail(signal.reason);
      if (!isSilenced()) waiting.abort(signal.reason);
    };
    sent.on('error', fail);
    sent.on('response', (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', fail);
      answer.on('end', () => {
        const headers = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]));
        end({ kind: 'answered', response: { status: answer.statusCode ?? 0, headers, body: Buffer.concat(chunks).toString('utf8') } });
      });
    });
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    sent.end(options.body);
  });
}

function lengthOf(body: string | undefined): Record<string, string> {
  return body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
}
