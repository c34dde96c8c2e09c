/** Operations that were begun, awaited together. */
import type { ArmOperationInProgress } from '../../clients/index.ts';

export interface Begun {
  add(operation: ArmOperationInProgress): void;
  /** Waits for all of them, also when one fails; throws the first failure. */
  allFinished(): Promise<void>;
}

/**
 * Runs `work`, which begins operations one after the other, then waits for all of them. When `work` fails halfway, what was
 * begun is awaited all the same before its error is thrown, so that nothing goes on unseen.
 */
export async function withOperations<T>(work: (begun: Begun) => Promise<T>): Promise<T> {
  const operations: Promise<unknown>[] = [];
  const begun: Begun = {
    add: (operation) => {
      const finished = operation.finished();
      // Awaited below; a failure before that is no unhandled one.
      finished.catch(() => {});
      operations.push(finished);
    },
    allFinished: async () => {
      const results = await Promise.allSettled(operations);
      const failed = results.find((result) => result.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    },
  };
  try {
    const result = await work(begun);
    await begun.allFinished();
    return result;
  } catch (thrown) {
    await Promise.allSettled(operations);
    throw thrown;
  }
}
