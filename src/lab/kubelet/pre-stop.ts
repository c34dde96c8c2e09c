/** How long a container's preStop hook holds up its end. */
import type { Container } from '../../kubernetes/index.ts';

const SLEEP = /(?:^|[\s/;&"'])sleep\s+(\d+(?:\.\d+)?)(m?)(?![\d.])/g;

/** A `sleep` action, or the sleeps in a command: the lab runs no commands, and most hooks just wait for endpoints to leave. */
export function preStopMs({ lifecycle }: Container): number {
  const { sleep, exec } = lifecycle?.preStop ?? {};
  if (sleep) return (sleep.seconds ?? 0) * 1000;
  const command = (exec?.command ?? []).join(' ');
  return [...command.matchAll(SLEEP)].reduce((sum, [, count, minutes]) => sum + Number(count) * (minutes ? 60_000 : 1000), 0);
}
