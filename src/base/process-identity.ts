import { readFileSync } from 'node:fs';

/**
 * Tells a process from a later one with the same number: its start time, where the system says it; '' where it does not.
 *
 * Undefined when no such process runs (a zombie does not).
 */
export function processIdentity(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Fields after the name in parentheses, which may itself hold spaces: state is the 3rd, start time the 22nd.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : `start:${fields[19] ?? ''}`;
  } catch {
    return aliveBySignal(pid) ? '' : undefined;
  }
}

/** Whether the process that wrote its number down still runs (numbers are used again). */
export function isSameProcess(pid: number, identity: string): boolean {
  const now = processIdentity(pid);
  return now !== undefined && (identity === '' || now === '' || now === identity);
}

function aliveBySignal(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}
