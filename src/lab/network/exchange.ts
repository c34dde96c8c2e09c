import { request } from 'node:http';
import type { Socket } from 'node:net';
import type { PodFetchOptions, PodResponse } from '../kubelet/index.ts';

/** One HTTP request and its whole answer over a socket that is connected already. Errors: the socket's, or the signal's reason. */
export function exchange(socket: Socket, url: URL, options: PodFetchOptions, signal: AbortSignal): Promise<PodResponse> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    const sent = request(
      {
        method: options.method ?? 'GET',
        path: `${url.pathname}${url.search}`,
        host: url.hostname,
        headers: { host: url.host, ...options.headers, ...lengthOf(options.body) },
        createConnection: () => socket,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          signal.removeEventListener('abort', abort);
          const headers = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)]));
          resolve({ status: response.statusCode ?? 0, headers, body: Buffer.concat(chunks).toString('utf8') });
        });
      },
    );
    sent.on('error', reject);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    sent.end(options.body);
  });
}

function lengthOf(body: string | undefined): Record<string, string> {
  return body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
}
