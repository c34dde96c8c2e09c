import { EvenkeelError } from '../base/index.ts';

/** The exit codes of `evenkeel` (docs/exit-codes.md). */
export const EXIT = {
  asHoped: 0,
  deviated: 1,
  usage: 2,
  failed: 3,
  refused: 4,
  undoIncomplete: 5,
  interrupted: 130,
  terminated: 143,
} as const;

/** The exit code for an error that ended a command. */
export function exitCodeOfError(error: unknown): number {
  if (!(error instanceof EvenkeelError)) return EXIT.failed;
  switch (error.code) {
    case 'USAGE':
    case 'INVALID_INPUT':
      return EXIT.usage;
    case 'REFUSED':
      return EXIT.refused;
    case 'CANCELLED':
      return EXIT.interrupted;
    case 'NOT_FOUND':
      return error.blame === 'input' ? EXIT.usage : EXIT.failed;
    default:
      return EXIT.failed;
  }
}
