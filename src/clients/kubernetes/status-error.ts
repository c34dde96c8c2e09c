import { EvenkeelError } from '../../base/index.ts';
import type { Blame, ErrorCode } from '../../base/index.ts';

/** An answer that is no success, as an error whose text holds the server's own words. */
export interface RefusedRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** The parsed body: a Status object, or whatever a proxy in between sent. */
  readonly body: unknown;
}

/**
 * Turns a refusal of the API server into an error.
 *
 * Source: Kubernetes API conventions, "Response Status Kind" (the reason decides where the code alone does not).
 */
export function statusError({ method, path, status, body }: RefusedRequest): EvenkeelError {
  const { message, reason } = Object(body) as { message?: unknown; reason?: unknown }; // any value has fields that may be undefined
  const plain = typeof body === 'string' ? body.trim().slice(0, 300) : '';
  const said = typeof message === 'string' && message !== '' ? message : plain === '' ? 'no reason was given' : plain;
  const [code, blame] = codeOf(status, typeof reason === 'string' ? reason : undefined);
  return new EvenkeelError(code, `${said} (${status} for ${method} ${path})`, { blame, ...hintFor(status), cause: { status, body } });
}

/** The HTTP status behind an error of this client; undefined when there was no answer. */
export function httpStatusOf(thrown: unknown): number | undefined {
  if (!(thrown instanceof EvenkeelError)) return undefined;
  const { status } = Object(thrown.cause) as { status?: unknown }; // any value has fields that may be undefined
  return typeof status === 'number' ? status : undefined;
}

function codeOf(status: number, reason: string | undefined): readonly [ErrorCode, Blame] {
  switch (status) {
    case 400:
    case 413:
    case 415:
    case 422:
      return ['INVALID_INPUT', 'input'];
    case 401:
    case 403:
      return ['DENIED', 'environment'];
    case 404:
      return ['NOT_FOUND', 'input'];
    case 405:
    case 501:
      return ['UNSUPPORTED', 'target'];
    case 408:
    case 504:
      return ['TIMED_OUT', 'target'];
    case 409:
      return ['CONFLICT', 'target'];
    default:
      return reason === 'Timeout' ? ['TIMED_OUT', 'target'] : ['TARGET_FAILED', 'target'];
  }
}

function hintFor(status: number): { hint?: string } {
  if (status === 401) return { hint: 'The login is not (or no longer) valid: fetch it anew, e.g. with `az aks get-credentials`.' };
  if (status === 403) return { hint: 'Ask for the permission named in the message; `kubectl auth can-i` shows what you may do.' };
  return {};
}
