import { describe, expect, it } from 'vitest';
import { type Clock, EvenkeelError, createVirtualClock, silentLogger } from '../../base/index.ts';
import { patiently } from './patiently.ts';

/** A stepped clock that says it is so fast: an hour of it may be a moment of the wall's. */
function fastClock(speed: number) {
  const virtual = createVirtualClock(0);
  const clock: Clock = { ...virtual, speed };
  return { clock, advance: (ms: number) => virtual.advance(ms) };
}

const lostFor =
  (clock: Clock, ms: number, seen: number[] = []) =>
  () => {
    seen.push(clock.now());
    return clock.now() < ms
      ? Promise.reject(new EvenkeelError('UNREACHABLE', 'no connection', { blame: 'environment' }))
      : Promise.resolve('there');
  };

async function outcome(speed: number, lostMs: number): Promise<{ result: string; atMs: number; attempts: number }> {
  const { clock, advance } = fastClock(speed);
  const seen: number[] = [];
  const ended = patiently(lostFor(clock, lostMs, seen), { clock, signal: new AbortController().signal, log: silentLogger }).then(
    (word) => ({ result: word, atMs: clock.now() }),
    (thrown: unknown) => ({ result: String(thrown), atMs: clock.now() }),
  );
  await advance(3_600_000);
  return { ...(await ended), attempts: seen.length };
}

describe('patiently', () => {
  it.each([
    [1, 36_000],
    // Nine seconds of the wall: a busy machine, a lab that stalls.
    [20, 9_000 * 20],
    // A clock too fast for that has ten minutes of its own.
    [1000, 590_000],
  ])('at speed %i bears a loss of %i ms of the clock', async (speed, lostMs) => {
    expect((await outcome(speed, lostMs)).result).toBe('there');
  });

  it.each([
    [1, 37_000, 37_000],
    [20, 200_000, 220_000],
    [1000, 600_000, 700_000],
  ])('at speed %i gives up after some time, by %i to %i ms of the clock, and after several attempts', async (speed, fromMs, toMs) => {
    const { result, atMs, attempts } = await outcome(speed, Infinity);
    expect(result).toContain('no connection');
    expect(atMs).toBeGreaterThanOrEqual(fromMs);
    expect(atMs).toBeLessThanOrEqual(toMs);
    expect(attempts).toBeGreaterThanOrEqual(3);
  });

  it('throws at once what is no loss of the connection', async () => {
    const clock = createVirtualClock(0);
    const denied = (): Promise<never> => Promise.reject(new EvenkeelError('DENIED', 'no', { blame: 'input' }));
    const trying = patiently(denied, { clock, signal: new AbortController().signal, log: silentLogger });
    await expect(trying).rejects.toMatchObject({ code: 'DENIED' });
    expect(clock.now()).toBe(0);
  });
});
