/** Cookies that answers set on the way of redirects: for one call, never longer. Source: RFC 6265, 5.3 and 5.4, as Python's `requests` keeps them. */
import type { RequestUrl } from './_encode.ts';

export interface CookieJar {
  /** Keeps what an answer of this address sets: its `Set-Cookie` lines. `nowMs`: of the wall's clock. */
  keep(url: RequestUrl, lines: readonly string[], nowMs: number): void;
  /** The header `Cookie` for an address; undefined when there are none. */
  headerFor(url: RequestUrl): string | undefined;
}

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly domain: string;
  /** Whether hosts below the domain are meant too. */
  readonly isWide: boolean;
  readonly path: string;
  readonly isSecure: boolean;
  readonly isOver: boolean;
}

export function createCookieJar(): CookieJar {
  const cookies = new Map<string, Cookie>();
  return {
    keep(url, lines, nowMs) {
      for (const cookie of lines.map((line) => readCookie(line, url, nowMs))) {
        if (cookie === undefined) continue;
        const key = [cookie.name, cookie.domain, cookie.path].join('\n');
        if (cookie.isOver) cookies.delete(key);
        else cookies.set(key, cookie);
      }
    },
    headerFor(url) {
      const sent = [...cookies.values()].filter((cookie) => isFor(cookie, url)).toSorted((a, b) => b.path.length - a.path.length);
      return sent.length === 0 ? undefined : sent.map(({ name, value }) => `${name}=${value}`).join('; ');
    },
  };
}

/** Undefined for what is no cookie, or for another domain than that of its sender. */
function readCookie(line: string, { hostname, target }: RequestUrl, nowMs: number): Cookie | undefined {
  const [pair = '', ...parts] = line.split(';');
  const [name, value] = halves(pair);
  if (name === '' || !pair.includes('=')) return undefined;
  const attributes = new Map(parts.map(halves).map(([key, text]) => [key.toLowerCase(), text]));
  const domain = attributes.get('domain')?.replace(/^\./, '').toLowerCase();
  // A domain of one word is that of a whole country.
  if (domain && domain !== hostname && !(domain.includes('.') && hostname.endsWith(`.${domain}`))) return undefined;
  const path = attributes.get('path');
  return {
    name,
    value,
    domain: domain || hostname,
    isWide: Boolean(domain),
    path: path?.startsWith('/') === true ? path : folderOf(target),
    isSecure: attributes.has('secure'),
    isOver: isOver(attributes, nowMs),
  };
}

function halves(text: string): [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text.trim(), ''] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

/** `/a/b?c` -> `/a`. */
function folderOf(target: string): string {
  const path = target.replace(/[?#][^]*$/, '');
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}

function isOver(attributes: ReadonlyMap<string, string>, nowMs: number): boolean {
  const age = attributes.get('max-age');
  if (age !== undefined && /^-?\d+$/.test(age)) return Number(age) <= 0;
  return Date.parse(attributes.get('expires') ?? '') <= nowMs;
}

function isFor({ domain, isWide, path, isSecure }: Cookie, { protocol, hostname, target }: RequestUrl): boolean {
  if (isSecure && protocol !== 'https:') return false;
  if (hostname !== domain && !(isWide && hostname.endsWith(`.${domain}`))) return false;
  if (!target.startsWith(path)) return false;
  return path.endsWith('/') || target.length === path.length || '/?'.includes(target[path.length] ?? '');
}
