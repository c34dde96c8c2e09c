import { describe, expect, it } from 'vitest';
import { createLogger, createVirtualClock, every } from '../../../base/index.ts';
import { guarded } from './guarded.ts';
import { createPace } from './pace.ts';

const tooSoon = (): never => {
  throw new TypeError('too soon');
};

function recordingLog() {
  const lines: string[] = [];
  return { lines, log: createLogger((level, text, { why }) => lines.push(`${level} ${text}: ${String(why).split('\n')[0]}`), 'error') };
}

describe('guarded work', () => {
  it('tells of an error, and its next round comes', async () => {
    const clock = createVirtualClock(0);
    const { lines, log } = recordingLog();
    const rounds: number[] = [];
    const round = guarded(log, 'test', () => {
      rounds.push(clock.now());
      if (clock.now() < 20) tooSoon();
    });
    const cancel = every(clock, 10, round);
    await clock.advance(35);
    cancel();
    expect(rounds).toEqual([10, 20, 30]);
    expect(lines).toEqual(['error test failed and goes on: TypeError: too soon']);
  });
});

describe('a pace', () => {
  it('goes on with what comes after an error, at once or later', async () => {
    const clock = createVirtualClock(0);
    const { lines, log } = recordingLog();
    const pace = createPace({ clock, log, name: 'test', stepMs: 10 });
    const done: number[] = [];
    for (const isBad of [true, true, false]) pace.run(() => (isBad ? tooSoon() : void done.push(clock.now())));
    await clock.advance(100);
    pace.stop();
    expect(done).toEqual([20]);
    expect(lines).toHaveLength(2);
  });
});
