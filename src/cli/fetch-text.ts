import { type Clock, EvenkeelError, createRandom, silentLogger } from '../base/index.ts';

const LIMITS_SECONDS = [10, 60];

export interface FetchOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Used where the environment has no token. */
  readonly authorization?: string;
}

/** Whether a file is named by an address instead of a path. */
export const isAddress = (name: string): boolean => /^https?:\/\//i.test(name);

/**
 * Reads a file over HTTP: past proxies, with the login of `.netrc`, or with the bearer token that the Chaos Toolkit takes too.
 *
 * Errors: `INVALID_INPUT` for every answer but 200; `UNREACHABLE`, `TIMED_OUT`.
 */
export async function fetchText(url: string, { env, clock, signal, authorization }: FetchOptions): Promise<string> {
  const { httpProvider } = await import('../drivers/http/index.ts');
  const token = env['CHAOSTOOLKIT_LOADER_AUTH_BEARER_TOKEN']?.trim();
  const login = token ? `Bearer ${token}` : authorization;
  const headers = { Accept: 'application/json, application/x-yaml', ...(login === undefined ? {} : { Authorization: login }) };
  const answer = await httpProvider().run(
    { type: 'http', url, headers, timeout: LIMITS_SECONDS },
    {
      env,
      clock,
      signal,
      log: silentLogger,
      random: createRandom(url),
      configuration: {},
      secrets: {},
      activityName: '',
      tolerated: true,
      undo: { plan: () => Promise.reject(new Error('nothing is undone here')) },
    },
  );
  const { status, body } = Object(answer) as { status?: unknown; body?: unknown }; // any value has members that may be undefined
  if (status !== 200) throw new EvenkeelError('INVALID_INPUT', `${url} answered with HTTP ${String(status)}`, { blame: 'input' });
  return typeof body === 'string' ? body : JSON.stringify(body);
}
