import type { TokenCredential } from '@azure/identity';
import { EvenkeelError, messageOf } from '../../base/index.ts';
import { connectionError } from './arm-errors.ts';

/** Wraps a credential so that a refused sign-in is an error in our words, with no secret in it. */
export function explainSignIn(credential: TokenCredential, authorityHost: string, secrets: readonly string[]): TokenCredential {
  return {
    getToken: async (scopes, options) => {
      try {
        return await credential.getToken(scopes, options);
      } catch (thrown) {
        throw signInError(thrown, authorityHost, secrets);
      }
    },
  };
}

function signInError(thrown: unknown, authorityHost: string, secrets: readonly string[]): unknown {
  if (thrown instanceof Error && thrown.name === 'AbortError') return thrown;
  const unreachable = connectionError(thrown, authorityHost);
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

function hintFor(reason: string): string {
  if (reason.includes('AADSTS7000215')) return 'The client secret is wrong or expired: create a new one with az ad sp credential reset.';
  if (reason.includes('AADSTS700016')) return 'The client id is not known in this tenant: check client id and tenant id.';
  if (reason.includes('AADSTS90002')) return 'The tenant id is wrong.';
  return 'Set AZURE_AUTH_LOCATION to a credentials file, give the experiment secrets, or run az login.';
}
