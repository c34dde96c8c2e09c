import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

type Env = Readonly<Record<string, string | undefined>>;

/** Where a program is, as the shell's `which` finds it; undefined when there is none that can be executed. */
export function findProgram(name: string, env: Env): string | undefined {
  const path = expandHome(name, env);
  if (path.includes('/')) return isExecutable(path) ? path : undefined;
  const folders = (env['PATH'] ?? '/bin:/usr/bin').split(delimiter);
  return folders.map((folder) => join(folder === '' ? '.' : folder, path)).find(isExecutable);
}

/** `~/x` in the home folder. */
function expandHome(path: string, env: Env): string {
  return path === '~' || path.startsWith('~/') ? `${env['HOME'] ?? '~'}${path.slice(1)}` : path;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
