import type { GetTokenOptions, TokenCredential } from '@azure/identity';
import { EvenkeelError, formatDuration, messageOf } from '../../base/index.ts';
import { connectionError } from './arm-errors.ts';

export interface SignInPlace {
  readonly authorityHost: string;
  readonly ca: readonly string[] | undefined;
  /** Texts that no error may show. */
  readonly secrets: readonly string[];
}

/** Wall time. The sign-in library waits without end for an authority that takes a connection and says nothing. */
const SIGN_IN_LIMIT_MS = 30_000;

/** Wraps a credential so that a sign-in that is refused or not answered is an error in our words, with no secret in it. */
export function explainSignIn(credential: TokenCredential, place: SignInPlace, limitMs = SIGN_IN_LIMIT_MS): TokenCredential {
  return {
    getToken: async (scopes, options) => {
      const limit = AbortSignal.timeout(limitMs);
      const abortSignal = options?.abortSignal;
      const over = new Promise<never>((_, reject) => {
        limit.addEventListener('abort', () => reject(notAnswered(place.authorityHost, limitMs)), { once: true });
      });
      over.catch(() => {});
      try {
        return await Promise.race([credential.getToken(scopes, { ...options, abortSignal: either(limit, abortSignal) }), over]);
      } catch (thrown) {
        if (limit.aborted && abortSignal?.aborted !== true) throw notAnswered(place.authorityHost, limitMs);
        throw await signInError(thrown, place);
      }
    },
  };
}

function either(limit: AbortSignal, caller: GetTokenOptions['abortSignal']): AbortSignal {
  return caller instanceof AbortSignal ? AbortSignal.any([limit, caller]) : limit;
}

function notAnswered(authorityHost: string, limitMs: number): EvenkeelError {
  return new EvenkeelError('TIMED_OUT', `no answer within ${formatDuration(limitMs)}: signing in to Azure at ${authorityHost}`, {
    blame: 'environment',
  });
}

async function signInError(thrown: unknown, { authorityHost, ca, secrets }: SignInPlace): Promise<unknown> {
  if (thrown instanceof Error && thrown.name === 'AbortError') return thrown;
  const hidden = /endpoints_resolution_error|network_error/.test(messageOf(thrown));
  const unreachable = connectionError(thrown, authorityHost) ?? (hidden ? await connectionProblem(authorityHost, ca) : undefined);
  if (unreachable !== undefined) return unreachable;
  const text = secrets.reduce((clean, secret) => clean.replaceAll(secret, '***'), messageOf(thrown));
  // The first line says it; what follows are trace ids and advice per credential kind. No `cause`: it may carry the request.
  const [first = ''] = text.split('\n');
  const reason = /AADSTS\d+: .*?(?= Trace ID:|$)/.exec(text)?.[0] ?? first;
  return new EvenkeelError('DENIED', `signing in to Azure at ${authorityHost} failed: ${reason}`, {
    blame: 'input',
    hint: hintFor(reason),
  });
}

const PROBE_LIMIT_MS = 10_000;

/** The sign-in library hides why it found no authority; a plain request tells whether the connection is to blame. */
async function connectionProblem(authorityHost: string, ca: readonly string[] | undefined): Promise<EvenkeelError | undefined> {
  const { createDefaultHttpClient, createPipelineRequest } = await import('@azure/core-rest-pipeline');
  const request = createPipelineRequest({ url: authorityHost, timeout: PROBE_LIMIT_MS });
  if (ca !== undefined) request.tlsSettings = { ca: [...ca] };
  try {
    await createDefaultHttpClient().sendRequest(request);
    return undefined;
  } catch (thrown) {
    return connectionError(thrown, authorityHost);
  }
}

function hintFor(reason: string): string {
  if (reason.includes('AADSTS7000215')) return 'The client secret is wrong or expired: create a new one with az ad sp credential reset.';
  if (reason.includes('AADSTS700016')) return 'The client id is not known in this tenant: check client id and tenant id.';
  if (reason.includes('AADSTS90002')) return 'The tenant id is wrong.';
  if (reason.includes('endpoints_resolution_error')) return 'The tenant id may be wrong, or the address of the authority.';
  return 'Set AZURE_AUTH_LOCATION to a credentials file, give the experiment secrets, or run az login.';
}
