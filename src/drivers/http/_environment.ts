/** What the environment says about calls: proxies, trusted authorities, passwords. As Python's `requests` reads it (its `trust_env`). */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { join } from 'node:path';
import { EvenkeelError, messageOf } from '../../base/index.ts';
import { readUrl } from './_encode.ts';
import type { RequestUrl } from './_encode.ts';
import { findLogin } from './_netrc.ts';

export type Env = Readonly<Record<string, string | undefined>>;

const DEFAULT_PORTS = { 'http:': '80', 'https:': '443' } as const;

/** The proxy for a URL; undefined: none. Lower-case names win. Errors: `INVALID_INPUT` for a proxy that is no HTTP one. */
export function proxyFor(url: RequestUrl, env: Env): RequestUrl | undefined {
  const variable = (name: string): string | undefined => env[name] || env[name.toUpperCase()] || undefined;
  const scheme = url.protocol.slice(0, -1);
  const named = variable(`${scheme}_proxy`) ?? variable('all_proxy');
  if (named === undefined || isBypassed(url, variable('no_proxy') ?? '')) return undefined;
  const text = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(named) ? named : `http://${named}`;
  if (!/^https?:/i.test(text)) {
    throw new EvenkeelError('INVALID_INPUT', `the proxy of the environment for ${scheme} is no HTTP proxy`, {
      blame: 'environment',
      hint: `Unset ${scheme}_proxy, or name an http:// address there.`,
    });
  }
  const proxy = readUrl(text);
  return proxy.port === '' ? { ...proxy, port: DEFAULT_PORTS[proxy.protocol] } : proxy;
}

/** `no_proxy`: ends of host names (with a port or without), addresses, networks, `*`. */
function isBypassed({ hostname, port, protocol }: RequestUrl, list: string): boolean {
  const hosts = [hostname, `${hostname}:${port === '' ? DEFAULT_PORTS[protocol] : port}`];
  return list
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      const network = /^([\d.]+)\/(\d{1,2})$/.exec(entry);
      if (network !== null) return isIP(hostname) === 4 && isWithin(hostname, network[1] ?? '', Number(network[2]));
      return hosts.some((host) => host.endsWith(entry) || host === entry.replace(/^\.+/, ''));
    });
}

function isWithin(address: string, network: string, bits: number): boolean {
  if (isIP(network) !== 4 || bits > 32) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, 'ipv4');
  return list.check(address);
}

/** User and password of `.netrc` for the host, as `user:password`; undefined when there are none. */
export function loginFor({ hostname }: RequestUrl, env: Env): string | undefined {
  const home = env['HOME'] ?? '';
  const files = env['NETRC'] ? [env['NETRC']] : home === '' ? [] : [join(home, '.netrc'), join(home, '_netrc')];
  for (const file of files) {
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch {
      continue;
    }
    return findLogin(text, hostname);
  }
  return undefined;
}

/** How the other side shows who it is, and we who we are. */
export interface Trust {
  readonly rejectUnauthorized: boolean;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/**
 * `verify`: false for no check, a file or folder of authorities, else those of `REQUESTS_CA_BUNDLE` or `CURL_CA_BUNDLE`, or the usual ones.
 * `certificate`: our own: a file with certificate and key, or one file for each.
 *
 * Errors: `INVALID_INPUT` when a file can not be read.
 */
export function trustOf(verify: unknown, certificate: unknown, env: Env): Trust {
  const isChecked = verify === undefined || verify === null || (verify !== 0 && verify !== '' && verify !== false);
  const bundle = typeof verify === 'string' && verify !== '' ? verify : env['REQUESTS_CA_BUNDLE'] || env['CURL_CA_BUNDLE'];
  const files: unknown[] = Array.isArray(certificate) ? certificate : [certificate];
  const [cert, key = cert] = files.filter((file) => typeof file === 'string');
  return {
    rejectUnauthorized: isChecked,
    ...(isChecked && bundle ? { ca: readBundle(bundle) } : {}),
    ...(cert === undefined || key === undefined ? {} : { cert: readPem(cert), key: readPem(key) }),
  };
}

function readBundle(path: string): string {
  try {
    if (!statSync(path).isDirectory()) return readFileSync(path, 'utf8');
  } catch (thrown) {
    throw unreadable(path, thrown);
  }
  return readdirSync(path)
    .filter((name) => /\.(pem|crt|cer)$/.test(name))
    .map((name) => readPem(join(path, name)))
    .join('\n');
}

function readPem(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    throw unreadable(path, thrown);
  }
}

function unreadable(path: string, cause: unknown): EvenkeelError {
  return new EvenkeelError('INVALID_INPUT', `the certificates in ${path} can not be read: ${messageOf(cause)}`, { blame: 'input', cause });
}
