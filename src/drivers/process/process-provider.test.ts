import { describe, expect, it } from 'vitest';
import { createLogger, createRandom, createRealClock, silentLogger } from '../../base/index.ts';
import type { ActivityContext } from '../../experiment/index.ts';
import { processProvider } from './process-provider.ts';

const env = { PATH: process.env['PATH'], GREETING: 'hello' };
const context = (extra: Partial<ActivityContext> = {}): ActivityContext => ({
  clock: createRealClock(),
  random: createRandom('x'),
  log: silentLogger,
  signal: new AbortController().signal,
  env,
  configuration: {},
  secrets: {},
  activityName: 'a',
  undo: { plan: () => Promise.resolve() },
  ...extra,
});
const run = (provider: Record<string, unknown>, world = context()) => processProvider(env).run({ type: 'process', ...provider }, world);

describe('the process provider', () => {
  it('gives a list to the program as it is, and a text to the shell', async () => {
    expect(await run({ path: 'echo', arguments: ['$GREETING', 1, false, null, ''] })).toMatchObject({ stdout: '$GREETING 1 False\n' });
    expect(await run({ path: 'echo', arguments: '$GREETING' })).toEqual({ status: 0, stdout: 'hello\n', stderr: '' });
  });

  it('calls an exit code other than 0 a success, with a warning where no tolerance judges it', async () => {
    const warnings: string[] = [];
    const log = createLogger((level, message) => void (level === 'warning' && warnings.push(message)));
    expect(await run({ path: 'false' }, context({ log }))).toMatchObject({ status: 1 });
    expect(await run({ path: 'false' }, context({ log, tolerated: true }))).toMatchObject({ status: 1 });
    expect(warnings).toHaveLength(1);
  });

  it('kills the program when its time is over', async () => {
    await expect(run({ path: 'sleep', arguments: ['30'], timeout: 0.05 })).rejects.toMatchObject({
      code: 'TIMED_OUT',
      message: 'process activity took too long to complete',
    });
  });

  it('kills the program when the run is interrupted', async () => {
    const controller = new AbortController();
    const running = run({ path: 'sleep', arguments: ['30'] }, context({ signal: controller.signal }));
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('says before the run that a program can not be found', async () => {
    expect(await processProvider(env).validate({ type: 'process', path: 'no-such-tool' }, 'act')).toMatchObject([
      { message: "path 'no-such-tool' cannot be found, in activity 'act'" },
    ]);
  });
});
