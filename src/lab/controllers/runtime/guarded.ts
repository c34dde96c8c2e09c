/** Work that comes back by itself, kept from ending the lab. */
import { messageOf, type Logger } from '../../../base/index.ts';

/** An error is told, and the next round comes as if there had been none: as a controller that is restarted, or tries again, in a cluster. */
export function guarded<A extends readonly unknown[]>(log: Logger, name: string, work: (...args: A) => void): (...args: A) => void {
  return (...args) => {
    try {
      work(...args);
    } catch (error) {
      log.error(`${name} failed and goes on`, { why: error instanceof Error ? error.stack : messageOf(error) });
    }
  };
}
