/** A connection to an HTTPS server through a proxy (`CONNECT`), or past none: the socket is ready to be written to. */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import type { RequestUrl } from './_encode.ts';
import type { Trust } from './_environment.ts';

/** Errors: those of the sockets; one that names the proxy's answer when it is no. */
export async function openTunnel(proxy: RequestUrl, url: RequestUrl, trust: Trust, signal: AbortSignal): Promise<TLSSocket> {
  const socket = await connectThrough(proxy, authorityOf(url), trust, signal);
  return new Promise((resolve, reject) => {
    const servername = isIP(url.hostname) === 0 ? { servername: url.hostname } : {};
    const secured = connectTls({ socket, host: url.hostname, ...servername, ...trust });
    const cancel = (): void => void secured.destroy(new Error('the connection was given up'));
    signal.addEventListener('abort', cancel, { once: true });
    secured.once('secureConnect', () => {
      signal.removeEventListener('abort', cancel);
      secured.removeListener('error', reject);
      resolve(secured);
    });
    secured.once('error', reject);
  });
}

function connectThrough(proxy: RequestUrl, authority: string, { rejectUnauthorized }: Trust, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const options = {
      method: 'CONNECT',
      hostname: proxy.hostname,
      port: proxy.port,
      path: authority,
      headers: { Host: authority, ...proxyHeaders(proxy) },
      agent: false as const,
      signal,
    };
    const request = proxy.protocol === 'https:' ? requestHttps({ ...options, rejectUnauthorized }) : requestHttp(options);
    request.once('connect', (response, socket) => {
      if (response.statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(new Error(`the proxy refused: ${response.statusCode} ${response.statusMessage}`));
    });
    request.once('response', (response) => {
      request.destroy();
      reject(new Error(`the proxy refused: ${response.statusCode} ${response.statusMessage}`));
    });
    request.once('error', reject);
    request.end();
  });
}

/** What tells the proxy who we are. */
export function proxyHeaders({ auth }: RequestUrl): Record<string, string> {
  return auth === undefined ? {} : { 'Proxy-Authorization': `Basic ${Buffer.from(auth).toString('base64')}` };
}

/** Host and port, as `CONNECT` wants them. */
function authorityOf({ hostname, port, protocol }: RequestUrl): string {
  const host = hostname.includes(':') ? `[${hostname}]` : hostname;
  return `${host}:${port === '' ? (protocol === 'https:' ? '443' : '80') : port}`;
}
