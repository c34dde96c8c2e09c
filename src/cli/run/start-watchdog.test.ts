import { expect, it } from 'vitest';
import { silentLogger } from '../../base/index.ts';
import { readGlobalOptions } from '../global-options.ts';
import { createStyle } from '../output/style.ts';
import { startWatchdog } from './start-watchdog.ts';

it('a watchdog that would not understand its limits is not started, and that is said at once', () => {
  const said: string[] = [];
  startWatchdog(
    'r1',
    { configuration: {}, secrets: {} },
    {
      cwd: '/',
      env: { EVENKEEL_WATCHDOG_LIMIT: 'soon' },
      globals: readGlobalOptions({}),
      log: silentLogger,
      program: 'evenkeel',
      say: (line) => void said.push(line),
      stateFolder: '/nonexistent',
      style: createStyle(false),
    },
  );
  expect(said.join()).toMatch(/the watchdog did not start \(EVENKEEL_WATCHDOG_LIMIT: 'soon' .*\).*evenkeel recover/);
});
