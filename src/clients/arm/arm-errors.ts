import { type ArmError, armErrorOf } from '../../arm/index.ts';
import { type Blame, type ErrorCode, EvenkeelError, messageOf } from '../../base/index.ts';

/** What stands behind an error of a refused request. */
export interface ArmRefusalCause {
  readonly status: number;
  readonly armCode: string;
}

/** A refusal of Azure Resource Manager as an error of ours; the service's code and message stand in the text. */
export function armRefusal(request: string, status: number, body: unknown): EvenkeelError {
  const error = armErrorOf(body);
  const cause: ArmRefusalCause = { status, armCode: error?.code ?? '' };
  const [code, blame] = codeOf(status);
  const hint =
    status === 403 ? { hint: 'Give the account a role that allows it: evenkeel azure role FILE prints one for an experiment.' } : {};
  return new EvenkeelError(code, `${request}: ${status}${error === undefined ? '' : ` ${describe(error)}`}`, { blame, cause, ...hint });
}

/** A long-running operation that ended in failure. */
export function operationFailure(request: string, status: string, body: unknown): EvenkeelError {
  const error = armErrorOf(body);
  const cause: ArmRefusalCause = { status: 200, armCode: error?.code ?? status };
  const text = `${request}: the operation ended as ${status}${error === undefined ? '' : `: ${describe(error)}`}`;
  return new EvenkeelError('TARGET_FAILED', text, { blame: 'target', cause });
}

/** ARM's own error code behind an error of the client, such as `OperationNotAllowed`. */
export function armCodeOf(thrown: unknown): string | undefined {
  const cause = thrown instanceof EvenkeelError ? thrown.cause : undefined;
  return typeof cause === 'object' && cause !== null && 'armCode' in cause && typeof cause.armCode === 'string' ? cause.armCode : undefined;
}

function describe(error: ArmError): string {
  const details = (error.details ?? []).map((detail) => ` (${detail.code}: ${detail.message})`).join('');
  return `${error.code}: ${error.message}${details}`;
}

function codeOf(status: number): readonly [ErrorCode, Blame] {
  switch (status) {
    case 400:
    case 422:
      return ['INVALID_INPUT', 'input'];
    case 401:
    case 403:
      return ['DENIED', 'input'];
    case 404:
      return ['NOT_FOUND', 'input'];
    case 409:
    case 412:
      return ['CONFLICT', 'target'];
    case 408:
    case 504:
      return ['TIMED_OUT', 'target'];
    case 501:
      return ['UNSUPPORTED', 'target'];
    default:
      return ['TARGET_FAILED', 'target'];
  }
}

const UNTRUSTED = /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|CERT_|ERR_TLS/;
const NO_CONNECTION = /^(ECONN|ENOTFOUND|EAI_|EHOST|ENET|EPIPE|ETIMEDOUT|UND_|REQUEST_SEND_ERROR)/;

/** An error of the network as an error of ours; undefined when the thrown thing is none. */
export function connectionError(thrown: unknown, host: string): EvenkeelError | undefined {
  const code = networkCodeOf(thrown);
  if (code === undefined) return undefined;
  if (UNTRUSTED.test(code)) {
    return new EvenkeelError('UNREACHABLE', `the certificate of ${host} is not trusted (${code})`, {
      blame: 'environment',
      hint: 'Set EVENKEEL_CA_FILE (or NODE_EXTRA_CA_CERTS) to the certificate authority of that server.',
    });
  }
  const why = messageOf(thrown);
  return new EvenkeelError('UNREACHABLE', `no connection to ${host}: ${why.includes(code) ? why : `${why} (${code})`}`, {
    blame: 'environment',
    hint: 'Check the network, the proxy, and the endpoints in the credentials.',
  });
}

/** Looks through causes: sign-in libraries wrap the network's errors. */
function networkCodeOf(thrown: unknown): string | undefined {
  let current: unknown = thrown;
  for (let depth = 0; depth < 5 && current instanceof Error; depth++) {
    const code = 'code' in current && typeof current.code === 'string' ? current.code : undefined;
    const failed = code !== undefined && (UNTRUSTED.test(code) || NO_CONNECTION.test(code));
    // With a status it is an answer, not a fault of the network.
    if (failed && !('statusCode' in current && current.statusCode !== undefined)) return code;
    current = current.cause;
  }
  const inText =
    thrown instanceof Error
      ? /\b(ECONNREFUSED|ENOTFOUND|ECONNRESET|EAI_AGAIN|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_VERIFY_LEAF_SIGNATURE)\b/.exec(
          thrown.message,
        )
      : null;
  return inText?.[1];
}
