/** Secrets from HashiCorp Vault over HTTP. Source: chaostoolkit-compat.md a.3; Vault's HTTP API (auth/approle, auth/kubernetes, secret/kv). */
import { readFileSync } from 'node:fs';
import { EvenkeelError, messageOf, networkLimitMs } from '../../base/index.ts';
import type { Clock } from '../../base/index.ts';
import { isObject, pythonText, readJson } from '../../experiment/index.ts';
import { hostOf, readUrl } from './_encode.ts';
import { proxyFor, trustOf } from './_environment.ts';
import type { Env } from './_environment.ts';
import { ExchangeFailed, send } from './_send.ts';
import type { Answer } from './_send.ts';

const ADDRESS = 'http://localhost:8200';
const TOKEN_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/token';
const CONNECT_SECONDS = 10;
const READ_SECONDS = 30;

export interface VaultOptions {
  readonly env: Env;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The experiment's, resolved: `vault_addr`, `vault_token`, … */
  readonly configuration: Readonly<Record<string, unknown>>;
}

/** Reads one entry: of its payload `key`, or all of it. */
export type ReadVault = (path: string, key: string | undefined) => Promise<unknown>;

/**
 * Opens a vault; signs in at the first read, once.
 *
 * Address: `vault_addr`, else `VAULT_ADDR`. Sign-in, the first that is set: `vault_token`; `vault_role_id` with `vault_role_secret`;
 * `vault_sa_role` with the token of the service account; `VAULT_TOKEN`. `VAULT_NAMESPACE`, `VAULT_CACERT`, `VAULT_CLIENT_CERT`,
 * `VAULT_CLIENT_KEY` and `VAULT_SKIP_VERIFY` hold as they do for Vault's own tool.
 *
 * Errors: `INVALID_INPUT` without a way to sign in; `DENIED`, `NOT_FOUND`, `UNREACHABLE`, `TIMED_OUT`, `TARGET_FAILED`. None names a secret.
 */
export function openVault(options: VaultOptions): ReadVault {
  let token: Promise<string> | undefined;
  return async (path, key) => {
    token ??= signIn(options);
    const payload = await readEntry(path, await token, options);
    if (key === undefined) return payload;
    if (isObject(payload) && Object.hasOwn(payload, key)) return payload[key];
    throw new EvenkeelError('NOT_FOUND', `the vault's entry '${path}' has no key '${key}'`, { blame: 'input' });
  };
}

async function signIn(options: VaultOptions): Promise<string> {
  const { env } = options;
  const setting = settingsOf(options);
  const given = setting('vault_token');
  if (given !== undefined) return given;
  const [role, secret] = [setting('vault_role_id'), setting('vault_role_secret')];
  if (role !== undefined && secret !== undefined) return logIn('approle', { role_id: role, secret_id: secret }, options);
  const account = setting('vault_sa_role');
  if (account !== undefined) {
    const jwt = readToken(setting('vault_sa_token_path') ?? TOKEN_FILE);
    return logIn(setting('vault_k8s_mount_point') ?? 'kubernetes', { role: account, jwt }, options);
  }
  if (env['VAULT_TOKEN']) return env['VAULT_TOKEN'];
  throw new EvenkeelError('INVALID_INPUT', 'the configuration has no way to sign in to the vault', {
    blame: 'input',
    hint: 'Set vault_token, or vault_role_id and vault_role_secret, or vault_sa_role, in the configuration; or VAULT_TOKEN.',
  });
}

/** A setting as text; undefined when it is not there or empty. */
function settingsOf({ configuration }: VaultOptions): (name: string) => string | undefined {
  return (name) => {
    const value = configuration[name];
    return value === undefined || value === null || value === '' ? undefined : pythonText(value);
  };
}

function readToken(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (thrown) {
    throw new EvenkeelError('ENVIRONMENT', `the token of the service account can not be read: ${messageOf(thrown)}`, {
      blame: 'environment',
      hint: 'Set vault_sa_token_path in the configuration.',
      cause: thrown,
    });
  }
}

async function logIn(mount: string, credentials: Readonly<Record<string, string>>, options: VaultOptions): Promise<string> {
  const answer = await ask(`auth/${mount}/login`, { body: JSON.stringify(credentials) }, options);
  const auth = isObject(answer) ? answer['auth'] : undefined;
  const token = isObject(auth) ? auth['client_token'] : undefined;
  if (typeof token === 'string') return token;
  throw new EvenkeelError('TARGET_FAILED', `the vault's sign-in auth/${mount} answered without a token`, { blame: 'target' });
}

async function readEntry(path: string, token: string, options: VaultOptions): Promise<unknown> {
  const setting = settingsOf(options);
  const mount = setting('vault_secrets_mount_point') ?? 'secret';
  const isFirst = setting('vault_kv_version') === '1';
  const answer = await ask(`${mount}/${isFirst ? '' : 'data/'}${path}`, { token }, options);
  const data = isObject(answer) ? answer['data'] : undefined;
  const payload = isFirst ? data : isObject(data) ? data['data'] : undefined;
  if (isObject(payload)) return payload;
  throw new EvenkeelError('TARGET_FAILED', `the vault's answer for '${path}' holds no payload`, {
    blame: 'input',
    hint: `Is vault_kv_version right? It is ${isFirst ? '1' : '2'}.`,
  });
}

/** One call of the API; what is sent is never told. */
async function ask(where: string, { token, body }: { token?: string; body?: string }, options: VaultOptions): Promise<unknown> {
  const { env, clock, signal } = options;
  const base = settingsOf(options)('vault_addr') ?? env['VAULT_ADDR'] ?? ADDRESS;
  const url = readUrl(`${base.replace(/\/+$/, '')}/v1/${where.split('/').map(encodeURIComponent).join('/')}`);
  // Without a login that may stand in it.
  const address = `${url.protocol}//${hostOf(url)}`;
  const skipsCheck = /^(1|t|true)$/i.test(env['VAULT_SKIP_VERIFY'] ?? '');
  const certificate = env['VAULT_CLIENT_CERT'] === undefined ? undefined : [env['VAULT_CLIENT_CERT'], env['VAULT_CLIENT_KEY']];
  try {
    const answer = await send({
      url,
      proxy: proxyFor(url, env),
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        Accept: 'application/json',
        'X-Vault-Request': 'true',
        ...(token === undefined ? {} : { 'X-Vault-Token': token }),
        ...(env['VAULT_NAMESPACE'] ? { 'X-Vault-Namespace': env['VAULT_NAMESPACE'] } : {}),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(body)) }),
      },
      body,
      trust: trustOf(skipsCheck ? false : env['VAULT_CACERT'], certificate, env),
      connectMs: networkLimitMs(clock, CONNECT_SECONDS * 1000),
      readMs: networkLimitMs(clock, READ_SECONDS * 1000),
      signal,
    });
    return payloadOf(answer, where, address);
  } catch (thrown) {
    if (!(thrown instanceof ExchangeFailed)) throw thrown;
    const text =
      thrown.why === 'slow'
        ? `the vault at ${address} did not answer within ${READ_SECONDS} s`
        : `no connection to the vault at ${address}: ${thrown.message}`;
    throw new EvenkeelError(thrown.why === 'slow' ? 'TIMED_OUT' : 'UNREACHABLE', text, { blame: 'target', cause: thrown });
  }
}

function payloadOf({ status, body }: Answer, where: string, address: string): unknown {
  if (status === 200) {
    try {
      return readJson(body.toString('utf8'));
    } catch {
      throw new EvenkeelError('TARGET_FAILED', `${address} answered with something that is no JSON: is it a vault?`, { blame: 'target' });
    }
  }
  // The answer's own words may hold what was sent.
  if (status === 403 || status === 400) {
    const hint = status === 403 ? 'Is the token still valid, and may its policy read this path?' : 'Are role and secret right?';
    throw new EvenkeelError('DENIED', `the vault at ${address} refused ${where} (HTTP ${status})`, { blame: 'environment', hint });
  }
  if (status === 404) {
    throw new EvenkeelError('NOT_FOUND', `the vault at ${address} has nothing at ${where}`, {
      blame: 'input',
      hint: 'Look at path, vault_secrets_mount_point (secret) and vault_kv_version (2).',
    });
  }
  const sealed = status === 503 ? ': it is sealed, or in maintenance' : '';
  throw new EvenkeelError('TARGET_FAILED', `the vault at ${address} answered ${where} with HTTP ${status}${sealed}`, { blame: 'target' });
}
