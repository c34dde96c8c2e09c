/** Paths of files in volumes and images. Source: validateLocalDescendingPath and its kin, pkg/apis/core/validation, 1.36. */
import type { Problems } from '../problems.ts';

const MODE_PROBLEM = 'must be a number between 0 and 0777 (octal), both inclusive';

export const hasBackstep = (path: string): boolean => path.split('/').includes('..');

export function validateNoBacksteps(path: string, field: string, problems: Problems): void {
  if (hasBackstep(path)) problems.invalid(field, path, "must not contain '..'");
}

/** Relative, and never upwards. */
export function validateDescendingPath(path: string, field: string, problems: Problems): void {
  if (path.startsWith('/')) problems.invalid(field, path, 'must be a relative path');
  validateNoBacksteps(path, field, problems);
}

/** As above, and its name is not one that the kubelet keeps for itself (`..data`). */
export function validateUnreservedPath(path: string, field: string, problems: Problems): void {
  validateDescendingPath(path, field, problems);
  if (path.startsWith('..') && !path.startsWith('../')) problems.invalid(field, path, "must not start with '..'");
}

/** Permissions of a file. */
export function validateMode(mode: number | undefined, field: string, problems: Problems): void {
  if (mode !== undefined && (mode > 0o777 || mode < 0)) problems.invalid(field, mode, MODE_PROBLEM);
}
