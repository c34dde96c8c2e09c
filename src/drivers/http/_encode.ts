/** Arguments and URLs as Python's `requests` puts them on the wire. Source: golden/chaostoolkit/tables/http-encoding.json. */
import { EvenkeelError } from '../../base/index.ts';
import { entriesOf, isObject, keysOf, notedNumber, pythonText } from '../../experiment/index.ts';

/** A query string or a form: lists repeat their name, nulls are left out, `true` is `True`. */
export function encodeArguments(args: Readonly<Record<string, unknown>>): string {
  const pairs: string[] = [];
  const add = (name: string, value: unknown, note: string | undefined): void => {
    if (value === null || value === undefined) return;
    const text = Array.isArray(value)
      ? value.map((item: unknown, index) => pythonText(item, notedNumber(value, index))).join(',')
      : pythonText(value, note);
    pairs.push(`${quotePlus(name)}=${quotePlus(text)}`);
  };
  for (const [name, value] of entriesOf(args)) {
    if (Array.isArray(value)) for (const [index, item] of value.entries()) add(name, item, notedNumber(value, index));
    else if (isObject(value)) for (const key of keysOf(value)) add(name, key, undefined);
    else add(name, value, notedNumber(args, name));
  }
  return pairs.join('&');
}

/** Python's `quote_plus`: letters, digits and `_.-~` stay, a space is a plus. */
function quotePlus(text: string): string {
  return encodeURIComponent(wellFormed(text))
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}

export interface RequestUrl {
  readonly protocol: 'http:' | 'https:';
  readonly hostname: string;
  readonly port: string;
  /** User and password of the URL, decoded. */
  readonly auth: string | undefined;
  /** Path and query as they are sent. */
  readonly target: string;
}

/** Takes a URL apart. `query` is added to the one it has. Errors: `INVALID_INPUT` for what is no HTTP URL. */
export function readUrl(text: string, query = ''): RequestUrl {
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?/.exec(text.trim());
  const scheme = match?.[1]?.toLowerCase();
  if (match === null || match[2] === '' || (scheme !== 'http' && scheme !== 'https')) {
    throw new EvenkeelError('INVALID_INPUT', `'${text}' is no HTTP URL`, {
      blame: 'input',
      hint: 'It must begin with http:// or https://.',
    });
  }
  let authority: URL;
  try {
    authority = new URL(`${scheme}://${match[2]}`);
  } catch (thrown) {
    throw new EvenkeelError('INVALID_INPUT', `'${text}' has no valid host`, { blame: 'input', cause: thrown });
  }
  const queries = [match[4], query].filter((part) => part !== undefined && part !== '').join('&');
  const { username, password, hostname, port } = authority;
  return {
    protocol: scheme === 'http' ? 'http:' : 'https:',
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port,
    auth: username === '' ? undefined : `${decodeURIComponent(username)}:${decodeURIComponent(password)}`,
    target: requote(`${match[3] || '/'}${queries === '' ? '' : `?${queries}`}`),
  };
}

/** Escapes what must be escaped, once: sound escapes stay (in capitals), needless ones are taken back. */
function requote(text: string): string {
  return wellFormed(text).replace(/%([0-9A-Fa-f]{2})|%|[^A-Za-z0-9_.~!#$&'()*+,/:;=?@[\]-]/gu, (match: string, hex?: string) => {
    if (hex === undefined) return match === '%' ? '%25' : encodeURIComponent(match);
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return /[A-Za-z0-9_.~-]/.test(character) ? character : `%${hex.toUpperCase()}`;
  });
}

/** Half characters become the replacement character, which can be encoded. */
function wellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

/** Host, and port where it is not the usual one: the header `Host`. */
export function hostOf({ hostname, port }: RequestUrl): string {
  const host = hostname.includes(':') ? `[${hostname}]` : hostname;
  return port === '' ? host : `${host}:${port}`;
}

/** Path and query as a GET of this URL with these arguments sends them. */
export function encodeUrl(url: string, args?: unknown): string {
  return readUrl(url, typeof args === 'string' ? args : isObject(args) ? encodeArguments(args) : '').target;
}
