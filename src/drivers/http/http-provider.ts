/** The format's `http` provider. Source: chaostoolkit-compat.md a.5; recorded cases http-* of golden/chaostoolkit. */
import { EvenkeelError, createRealClock, networkLimitMs } from '../../base/index.ts';
import { isObject, notedNumber, pythonText, readJson, writeJson } from '../../experiment/index.ts';
import type { ActivityContext, ActivityProvider, Provider } from '../../experiment/index.ts';
import { createCookieJar } from './_cookies.ts';
import type { CookieJar } from './_cookies.ts';
import { encodeArguments, hostOf, readUrl } from './_encode.ts';
import { loginFor, proxyFor, trustOf } from './_environment.ts';
import type { Env } from './_environment.ts';
import { ExchangeFailed, send } from './_send.ts';
import type { Answer, Exchange } from './_send.ts';

const MOST_REDIRECTS = 30;
const WARNING =
  'This HTTP call returned a response with a HTTP status code above 400. This may indicate some error and not what you expected. ' +
  'Please have a look at the logs.';

/** Calls a URL; the output is `{status, headers, body}`. Every status is a success: what it means is the tolerance's to say. */
export function httpProvider(): ActivityProvider {
  return { type: 'http', validate, run };
}

function validate(provider: Provider): { message: string; path: (string | number)[] }[] {
  const problems: { message: string; path: (string | number)[] }[] = [];
  const { url, headers } = provider;
  if (typeof url !== 'string' || url === '') problems.push({ message: 'a HTTP activity must have a URL', path: ['url'] });
  if (headers !== undefined && headers !== null && !isObject(headers)) {
    problems.push({ message: 'a HTTP activities expect headers as a mapping', path: ['headers'] });
  }
  return problems;
}

async function run(provider: Provider, context: ActivityContext): Promise<unknown> {
  const url = pythonText(provider['url']);
  let exchange = firstExchange(provider, context, url);
  const retries = typeof provider['max_retries'] === 'number' ? provider['max_retries'] : 0;
  const jar = createCookieJar();
  const wallClock = createRealClock();
  for (let redirects = 0; ; redirects++) {
    const answer = await sendWithRetries(exchange, retries, url);
    jar.keep(exchange.url, answer.cookies, wallClock.now());
    const next = redirectOf(exchange, answer, { env: context.env, jar });
    if (next === undefined) return outputOf(answer, exchange.method, context);
    if (redirects === MOST_REDIRECTS) {
      throw new EvenkeelError('TARGET_FAILED', `${url} redirects more than ${MOST_REDIRECTS} times`, { blame: 'target' });
    }
    exchange = next;
  }
}

function firstExchange(provider: Provider, context: ActivityContext, url: string): Exchange {
  const method = pythonText(provider['method'] ?? 'GET').toUpperCase();
  const headers: Record<string, string> = { Accept: '*/*', 'Accept-Encoding': 'gzip, deflate', 'User-Agent': 'evenkeel' };
  const given = isObject(provider['headers']) ? provider['headers'] : {};
  for (const [name, value] of Object.entries(given)) {
    if (value !== null && value !== undefined) setHeader(headers, name, pythonText(value, notedNumber(given, name)));
  }
  const args = provider['arguments'];
  const query = method === 'GET' ? queryOf(args) : '';
  const body = method === 'GET' ? undefined : bodyOf(args, headers);
  if (body !== undefined) setHeader(headers, 'Content-Length', String(Buffer.byteLength(body)));
  else if (method === 'POST' || method === 'PUT' || method === 'PATCH') setHeader(headers, 'Content-Length', '0');
  const [connectMs, readMs] = limitsOf(provider['timeout'], context);
  const trust = trustOf(provider['verify_tls'], provider['cert'], context.env);
  const exchange = { url: readUrl(url, query), method, headers, body, trust, connectMs, readMs, signal: context.signal };
  return inEnvironment(exchange, context.env);
}

/** With the proxy for its address, and the login of `.netrc`, which wins over the address's, as that does over the header's; as with `requests`. */
function inEnvironment(exchange: Omit<Exchange, 'proxy'>, env: Env): Exchange {
  const { url } = exchange;
  const login = loginFor(url, env) ?? url.auth;
  const headers = { ...exchange.headers };
  if (login !== undefined) setHeader(headers, 'Authorization', `Basic ${Buffer.from(login).toString('base64')}`);
  return { ...exchange, headers, proxy: proxyFor(url, env), url: { ...url, auth: undefined } };
}

function setHeader(headers: Record<string, string>, name: string, value: string): void {
  const known = headerName(headers, name);
  if (known !== undefined) delete headers[known];
  headers[name] = value;
}

function headerName(headers: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.keys(headers).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
}

function queryOf(args: unknown): string {
  if (typeof args === 'string') return args;
  return isObject(args) ? encodeArguments(args) : '';
}

function bodyOf(args: unknown, headers: Record<string, string>): string | undefined {
  if (args === undefined || args === null) return undefined;
  const type = headers[headerName(headers, 'Content-Type') ?? ''];
  if (type === 'application/json') return writeJson(args, 0);
  if (typeof args === 'string') return args === '' ? undefined : args;
  if (!isObject(args) || Object.keys(args).length === 0) return undefined;
  if (type === undefined) headers['Content-Type'] = 'application/x-www-form-urlencoded';
  return encodeArguments(args);
}

/** One number holds for both, `[connect, read]` for each; none: no limit. Result in wall milliseconds. */
function limitsOf(timeout: unknown, context: ActivityContext): [number | undefined, number | undefined] {
  const limit = (value: unknown): number | undefined => {
    const seconds = typeof value === 'string' ? Number(value) : value;
    return typeof seconds === 'number' && seconds > 0 ? networkLimitMs(context.clock, seconds * 1000) : undefined;
  };
  return Array.isArray(timeout) ? [limit(timeout[0]), limit(timeout[1])] : [limit(timeout), limit(timeout)];
}

async function sendWithRetries(exchange: Exchange, retries: number, url: string): Promise<Answer> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await send(exchange);
    } catch (thrown) {
      if (!(thrown instanceof ExchangeFailed)) throw thrown;
      if (thrown.why === 'slow') {
        throw new EvenkeelError('TIMED_OUT', 'activity took too long to complete', { blame: 'target', cause: thrown });
      }
      if (attempt >= retries) {
        throw new EvenkeelError('UNREACHABLE', `failed to connect to ${url}: ${thrown.message}`, { blame: 'target', cause: thrown });
      }
    }
  }
}

function redirectOf(
  exchange: Exchange,
  answer: Answer,
  { env, jar }: { readonly env: Env; readonly jar: CookieJar },
): Exchange | undefined {
  const location = answer.headers[headerName(answer.headers, 'Location') ?? ''];
  if (location === undefined || ![301, 302, 303, 307, 308].includes(answer.status)) return undefined;
  const from = exchange.url;
  // A login that the answer names is none of ours.
  const url = { ...readUrl(resolveLocation(location, from)), auth: undefined };
  const isRepeated = answer.status === 307 || answer.status === 308;
  const toGet = answer.status === 301 ? exchange.method === 'POST' : !isRepeated && exchange.method !== 'HEAD';
  const headers: Record<string, string> = { ...exchange.headers };
  const dropped = [
    ...(isRepeated ? [] : ['Content-Length', 'Content-Type', 'Transfer-Encoding']),
    ...(mayKnowLogin(from, url) ? [] : ['Authorization']),
    'Cookie',
  ];
  for (const name of dropped) {
    const known = headerName(headers, name);
    if (known !== undefined) delete headers[known];
  }
  const cookies = jar.headerFor(url);
  if (cookies !== undefined) headers['Cookie'] = cookies;
  return inEnvironment(
    { ...exchange, url, headers, method: toGet ? 'GET' : exchange.method, body: isRepeated ? exchange.body : undefined },
    env,
  );
}

/** The same server, or the secured one of the same host where both are at their usual ports. Source: requests 2.34, `should_strip_auth`. */
function mayKnowLogin(from: Exchange['url'], to: Exchange['url']): boolean {
  if (from.hostname !== to.hostname || from.port !== to.port) return false;
  return from.protocol === to.protocol || (to.protocol === 'https:' && to.port === '');
}

function resolveLocation(location: string, from: Exchange['url']): string {
  try {
    return new URL(location, `${from.protocol}//${hostOf(from)}${from.target}`).href;
  } catch (thrown) {
    throw new EvenkeelError('TARGET_FAILED', `${hostOf(from)} redirects to '${location}', which is no address`, {
      blame: 'target',
      cause: thrown,
    });
  }
}

function outputOf(answer: Answer, method: string, context: ActivityContext): unknown {
  if (answer.status > 399 && context.tolerated !== true) context.log.warning(WARNING);
  const type = answer.headers[headerName(answer.headers, 'Content-Type') ?? ''] ?? '';
  const text = method === 'HEAD' ? '' : textOf(answer.body, type);
  const output: Record<string, unknown> = { status: answer.status, headers: { ...answer.headers }, body: text };
  if (type === 'application/json' && text !== '') {
    try {
      output['body'] = readJson(text);
    } catch {
      context.log.warning(`the answer says it is JSON but is none; its text is kept as it is`);
    }
  }
  return output;
}

/** The charset that the answer names; without one, texts are ISO-8859-1 (as HTTP once had it), all else UTF-8. */
function textOf(body: Buffer, type: string): string {
  const named = /charset\s*=\s*["']?([\w-]+)/i.exec(type)?.[1];
  const charset = named ?? (type.includes('text') ? 'iso-8859-1' : 'utf-8');
  if (/^(?:iso-8859-1|latin-?1)$/i.test(charset)) return body.toString('latin1');
  try {
    return new TextDecoder(charset, { ignoreBOM: true }).decode(body);
  } catch {
    return body.toString('utf8');
  }
}
