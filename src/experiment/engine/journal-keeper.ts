import { createRealClock, messageOf } from '../../base/index.ts';
import { writeJson } from '../format/write-json.ts';
import type { RunOptions } from './run-options.ts';
import type { SecretMask } from './secret-mask.ts';

export interface JournalKeeper {
  /** Writes what `text` gives, soon; wishes that come while a write is under way become one. */
  touch(journal: () => object): void;
  /** Writes what `touch` asks for and waits for it. Errors: `ENVIRONMENT`. */
  flush(touch: () => void): Promise<void>;
  /** Writes the last state and waits for it. Errors: `ENVIRONMENT`. */
  end(journal: object): Promise<void>;
}

/** A write takes longer the longer the run; between two, this many times as long is left to the run itself. */
const REST = 9;

/** Writes the journal as the run goes on, each time as a whole. */
export function createJournalKeeper(options: Pick<RunOptions, 'journal' | 'log' | 'manner'>, mask: SecretMask): JournalKeeper {
  let waiting: (() => object) | undefined;
  let writing: Promise<void> | undefined;
  let failure: unknown;
  const wallClock = createRealClock();
  const ending = new AbortController();
  /** Somebody waits for the write. */
  let hurried = false;
  const textOf = (journal: object): string => {
    const text = writeJson(journal);
    return options.manner === 'chaos' ? text : mask.json(text);
  };
  const writeWaiting = async (): Promise<void> => {
    while (waiting !== undefined) {
      const journal = waiting;
      waiting = undefined;
      const startMs = performance.now();
      await options.journal?.write(textOf(journal()));
      if (!hurried) await wallClock.sleep((performance.now() - startMs) * REST, ending.signal).catch(() => {});
    }
  };
  return {
    touch(journal) {
      // What still ends after the run must not make an ended journal one that is unfinished.
      if (options.journal === undefined || ending.signal.aborted) return;
      waiting = journal;
      writing ??= writeWaiting()
        .catch((thrown: unknown) => {
          failure = thrown;
          // Who waits for it is told by what is thrown.
          if (!hurried) options.log.warning(`the journal can not be written while the run goes on: ${messageOf(thrown)}`);
        })
        .finally(() => {
          writing = undefined;
        });
    },
    async flush(touch) {
      hurried = true;
      touch();
      await writing;
      hurried = false;
      if (failure !== undefined) throw failure;
    },
    async end(journal) {
      waiting = undefined;
      ending.abort();
      await writing;
      await options.journal?.write(textOf(journal));
    },
  };
}
