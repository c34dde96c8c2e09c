import { constants } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EvenkeelError, messageOf } from '../../base/index.ts';
import type { JournalSink } from '../engine/run-options.ts';
import { codeOf } from './error-code.ts';
import type { DurableLog } from '../ports.ts';

/**
 * Opens a log file for appending, creating it (0600). `append` resolves when the line is on the disk.
 *
 * A torn last line is closed first, so that it spoils nothing but itself. Errors: `ENVIRONMENT`.
 */
export async function openDurableLog(path: string): Promise<DurableLog> {
  const handle = await open(path, constants.O_APPEND | constants.O_CREAT | constants.O_RDWR, 0o600).catch((thrown: unknown) => {
    throw notWritten(path, thrown);
  });
  const { size } = await handle.stat();
  if (size > 0) {
    const last = Buffer.alloc(1);
    await handle.read(last, 0, 1, size - 1);
    if (last[0] !== 10) await handle.write('\n');
  } else await syncFolder(dirname(path));
  let queue: Promise<void> = Promise.resolve();
  const write = async (line: string): Promise<void> => {
    try {
      await handle.appendFile(line.endsWith('\n') ? line : `${line}\n`);
      await handle.datasync();
    } catch (thrown) {
      throw notWritten(path, thrown);
    }
  };
  return {
    append(line) {
      const done = queue.then(() => write(line));
      queue = done.catch(() => {});
      return done;
    },
    async close() {
      await queue;
      await handle.close();
    },
  };
}

/** A file that is replaced as a whole: a reader sees the old text or the new one, never a part. Errors of `write`: `ENVIRONMENT`. */
export function createJournalFile(path: string): JournalSink {
  return {
    write: (text) => replaceFile(path, text, { part: `${path}.part`, mode: 0o644, hint: 'Free some space, or name another file.' }),
  };
}

export interface Replacing {
  /** Where the text is written first; of whoever may write at the same time each has its own. */
  readonly part: string;
  readonly mode: number;
  /** What to do when it can not be written. */
  readonly hint?: string;
}

/** Puts a text in the place of a file, on the disk once this resolves; after a power cut the old text is there or the new one. Errors: `ENVIRONMENT`. */
export async function replaceFile(path: string, text: string, { part, mode, hint }: Replacing): Promise<void> {
  try {
    const handle = await open(part, 'w', mode);
    try {
      await handle.writeFile(text);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(part, path);
  } catch (thrown) {
    await rm(part, { force: true });
    throw notWritten(path, thrown, hint);
  }
}

/** The text of a log; empty when there is no such file. */
export async function readLogText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR')) return '';
    throw new EvenkeelError('ENVIRONMENT', `${path} can not be read: ${messageOf(thrown)}`, { blame: 'environment', cause: thrown });
  }
}

/** A new file is safe only once its folder is. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const WHY: Readonly<Record<string, string>> = {
  EISDIR: 'it is a folder',
  ENOENT: 'there is no such folder',
  ENOTDIR: 'its folder is a file',
  EACCES: 'no permission',
};

function notWritten(path: string, thrown: unknown, hint = 'Free some space, or name another folder with EVENKEEL_HOME.'): EvenkeelError {
  const known = WHY[String(codeOf(thrown))];
  return new EvenkeelError('ENVIRONMENT', `${path} can not be written: ${known ?? messageOf(thrown)}`, {
    blame: 'environment',
    hint: known === undefined ? hint : 'Name another file or folder.',
    cause: thrown,
  });
}
