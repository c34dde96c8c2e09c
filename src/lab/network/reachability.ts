import { EvenkeelError } from '../../base/index.ts';

/** Which nodes packets can not reach, and who waits for one of them. */
export interface Reachability {
  isDead(node: string | undefined): boolean;
  /** How often this node has died so far: a connection from before a death does not survive it. */
  deathsOf(node: string | undefined): number;
  set(node: string, reachable: boolean): void;
  /** Resolves as soon as none of the nodes is dead. Errors: the signal's reason. */
  untilAlive(nodes: readonly (string | undefined)[], signal: AbortSignal): Promise<void>;
}

export function createReachability(): Reachability {
  const dead = new Set<string>();
  const deaths = new Map<string, number>();
  const waiting = new Set<() => void>();
  const isDead = (node: string | undefined): boolean => node !== undefined && dead.has(node);
  return {
    isDead,
    deathsOf: (node) => (node === undefined ? 0 : (deaths.get(node) ?? 0)),
    set(node, reachable) {
      if (reachable) dead.delete(node);
      else if (!dead.has(node)) {
        dead.add(node);
        deaths.set(node, (deaths.get(node) ?? 0) + 1);
      }
      for (const check of waiting) check();
    },
    untilAlive(nodes, signal) {
      return new Promise((resolve, reject) => {
        const settle = (): void => {
          waiting.delete(check);
          signal.removeEventListener('abort', abort);
        };
        const abort = (): void => {
          settle();
          reject(reasonOf(signal));
        };
        const check = (): void => {
          if (nodes.some(isDead)) return;
          settle();
          resolve();
        };
        if (signal.aborted) return abort();
        waiting.add(check);
        signal.addEventListener('abort', abort, { once: true });
        check();
      });
    },
  };
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error
    ? signal.reason
    : new EvenkeelError('CANCELLED', 'the connection was given up', { blame: 'input', cause: signal.reason });
}
