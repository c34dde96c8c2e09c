import { describe, expect, it } from 'vitest';
import { createLogger, createVirtualClock, silentLogger } from '../../../base/index.ts';
import { createWorkQueue } from './work-queue.ts';

describe('a work queue', () => {
  it('tells of an error that is no refusal, works on, and tries the key again after growing pauses', async () => {
    const clock = createVirtualClock(0);
    const lines: string[] = [];
    const runs: string[] = [];
    const queue = createWorkQueue({
      clock,
      log: createLogger((level, _, { why }) => lines.push(`${level} ${String(why)}`), 'error'),
      name: 'test',
      delayMs: 10,
      run(key) {
        runs.push(`${key} ${clock.now()}`);
        if (key === 'bad' && clock.now() < 50) throw new TypeError('a mistake of ours');
      },
    });
    queue.add('bad');
    queue.add('good');
    await clock.advance(1_000);
    queue.stop();
    expect(runs).toEqual(['bad 10', 'good 10', 'bad 25', 'bad 45', 'bad 75']);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toContain('error TypeError: a mistake of ours');
  });

  it('runs a key once however often it is asked for', async () => {
    const clock = createVirtualClock(0);
    const runs: string[] = [];
    const queue = createWorkQueue({ clock, log: silentLogger, name: 'test', delayMs: 10, run: (key) => runs.push(key) });
    for (const key of ['a', 'b', 'a', 'a']) queue.add(key);
    await clock.advance(1_000);
    queue.stop();
    expect(runs).toEqual(['a', 'b']);
  });
});
