import { describe, expect, it } from 'vitest';
import { preStopMs } from './pre-stop.ts';

const exec = (...command: string[]) => ({ name: 'web', lifecycle: { preStop: { exec: { command } } } });

describe('a preStop hook', () => {
  it.each([
    [exec('sh', '-c', 'sleep 15'), 15_000],
    [exec('/bin/sleep', '5'), 5_000],
    [exec('sh', '-c', 'nginx -s quit; sleep 2.5 && sleep 1'), 3_500],
    [exec('sh', '-c', 'sleep 1m'), 60_000],
    [exec('/app/asleep', '9'), 0],
    [{ name: 'web', lifecycle: { preStop: { sleep: { seconds: 7 } } } }, 7_000],
    [{ name: 'web' }, 0],
  ])('%j holds up the end for %d ms', (container, wanted) => {
    expect(preStopMs(container)).toBe(wanted);
  });
});
