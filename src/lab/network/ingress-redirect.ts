/** Requests that the Ingress answers itself. */
import { NGINX } from './ingress-rules.ts';
import type { IngressRoute } from './ingress-rules.ts';

export interface Redirect {
  readonly status: number;
  readonly location: string;
}

export interface RedirectRequest {
  /** The Host header. */
  readonly host: string;
  /** With the query, as it was asked for. */
  readonly url: string;
  readonly isTls: boolean;
  /** The port that TLS is served on. */
  readonly tlsPort: number | undefined;
}

/**
 * Redirects to TLS where the host has it (308, unless `ssl-redirect` is false), to another address, or from `/` to the application's root.
 *
 * Source: ingress-nginx documentation, "Annotations" (ssl-redirect, force-ssl-redirect, permanent-redirect, temporal-redirect, app-root).
 */
export function redirectOf({ annotations, hasTls }: IngressRoute, { host, url, isTls, tlsPort }: RedirectRequest): Redirect | undefined {
  const setting = (name: string): string | undefined => annotations[`${NGINX}${name}`];
  const wantsTls = setting('force-ssl-redirect') === 'true' || (hasTls && setting('ssl-redirect') !== 'false');
  if (!isTls && wantsTls && tlsPort !== undefined) {
    return { status: 308, location: `https://${host.replace(/:\d+$/, '')}:${tlsPort}${url}` };
  }
  const permanent = setting('permanent-redirect');
  if (permanent !== undefined) return { status: codeOf(setting('permanent-redirect-code'), 301), location: permanent };
  const temporal = setting('temporal-redirect');
  if (temporal !== undefined) return { status: codeOf(setting('temporal-redirect-code'), 302), location: temporal };
  const root = setting('app-root');
  if (root !== undefined && url.replace(/\?.*$/s, '') === '/') {
    return { status: 302, location: `${isTls ? 'https' : 'http'}://${host}${root}` };
  }
  return undefined;
}

function codeOf(text: string | undefined, otherwise: number): number {
  const code = Number(text);
  return code >= 300 && code <= 308 ? code : otherwise;
}
