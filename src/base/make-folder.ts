import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { EvenkeelError } from './evenkeel-error.ts';

/**
 * Makes a folder and those above it that are missing, for this user alone; one that is there is left as it is.
 *
 * Node 20's own recursive mkdir never returns where a folder can be looked into but not be made in (`/proc`).
 * Errors: `ENVIRONMENT`.
 */
export async function makeFolder(path: string): Promise<void> {
  const full = resolve(path);
  if (await isFolder(full)) return;
  if (dirname(full) !== full) await makeFolder(dirname(full));
  try {
    await mkdir(full, { mode: 0o700 });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST' && (await isFolder(full))) return;
    const why = error instanceof Error ? error.message : String(error);
    throw new EvenkeelError('ENVIRONMENT', `the folder ${full} can not be made: ${why}`, {
      blame: 'environment',
      hint: 'Name a folder that can be written, for example: EVENKEEL_HOME=~/.evenkeel',
      cause: error,
    });
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}
