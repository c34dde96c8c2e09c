/** What went wrong, as a closed set, so that callers and tests can tell errors apart without reading their texts. */
export type ErrorCode =
  | 'USAGE' // the command line makes no sense
  | 'INVALID_INPUT' // a file or value that the user gave is not well-formed
  | 'NOT_FOUND' // a named target does not exist
  | 'CONFLICT' // the target changed meanwhile, or is in use by another run
  | 'DENIED' // authentication or authorisation failed
  | 'REFUSED' // our own guard says no
  | 'UNREACHABLE' // no connection to the target
  | 'TIMED_OUT' // a wait reached its limit
  | 'CANCELLED' // the caller aborted
  | 'TARGET_FAILED' // the target answered that it failed
  | 'UNSUPPORTED' // a thing that this version (or the lab) does not do
  | 'ENVIRONMENT'; // the machine that we run on lacks something (port taken, no python3, disk full)

/** Who has to act: the author of the input, the owner of the target, or whoever runs the machine. */
export type Blame = 'input' | 'target' | 'environment';

export interface ErrorDetails {
  readonly blame: Blame;
  /** What to do next, as an imperative sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/**
 * An error of the world around us: the message says who failed, at what, with which values (never a secret).
 *
 * Expected answers ("does not fit", "tolerance not met") are values, not errors; our own mistakes are `BugError`s.
 */
export class EvenkeelError extends Error {
  override readonly name = 'EvenkeelError';
  readonly code: ErrorCode;
  readonly blame: Blame;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.blame = details.blame;
    this.hint = details.hint;
  }
}

/** A mistake of ours. Nobody catches it but the program's entry, which still undoes what was done. */
export class BugError extends Error {
  override readonly name = 'BugError';
}

/** Throws a `BugError` unless the condition holds. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new BugError(message);
}

/** Marks a branch that the type system knows to be impossible. */
export function unreachable(value: never): never {
  throw new BugError(`unexpected value: ${JSON.stringify(value)}`);
}

/** The text of anything thrown, without a stack. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
