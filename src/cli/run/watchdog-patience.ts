import { EvenkeelError, messageOf, parseDuration } from '../../base/index.ts';
import type { WatchdogPatience } from '../../experiment/index.ts';
import type { CommandContext } from '../context.ts';

interface GivenWaits {
  readonly firstWait?: string | undefined;
  readonly longestWait?: string | undefined;
  readonly limit?: string | undefined;
}

/** How patient a watchdog is: as given, else as the environment says, else as usual. Errors: `USAGE` that names the variable. */
export function watchdogPatience(env: CommandContext['env'], { firstWait, longestWait, limit }: GivenWaits = {}): WatchdogPatience {
  const duration = (given: string | undefined, variable: string, usual: string): number => {
    try {
      return parseDuration(given ?? (env[variable] || usual));
    } catch (cause) {
      throw new EvenkeelError('USAGE', `${variable}: ${messageOf(cause)}`, { blame: 'input', cause });
    }
  };
  return {
    firstWaitMs: duration(firstWait, 'EVENKEEL_WATCHDOG_FIRST_WAIT', '5s'),
    longestWaitMs: duration(longestWait, 'EVENKEEL_WATCHDOG_LONGEST_WAIT', '2m'),
    limitMs: duration(limit, 'EVENKEEL_WATCHDOG_LIMIT', '24h'),
  };
}
