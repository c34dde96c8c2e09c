import { describe, expect, it } from 'vitest';
import { createRandom, createVirtualClock, silentLogger } from '../../base/index.ts';
import { sayHello } from './say-hello.ts';

describe('hello/say-hello', () => {
  const context = (signal = new AbortController().signal) => {
    const clock = createVirtualClock();
    return {
      clock,
      context: {
        clock,
        signal,
        random: createRandom('seed'),
        log: silentLogger,
        env: {},
        configuration: {},
        secrets: {},
        activityName: 'greet',
        undo: { plan: () => Promise.reject(new Error('nothing to undo')) },
      },
    };
  };

  it('greets after its moment, on the clock that it is given', async () => {
    const { clock, context: given } = context();
    const said = sayHello.run({ name: 'node 9' }, given);
    await clock.advance(100);
    expect(await said).toEqual({ greeting: 'hello, node 9' });
  });

  it('stops waiting when the run is interrupted', async () => {
    const controller = new AbortController();
    const said = sayHello.run({}, context(controller.signal).context);
    controller.abort();
    await expect(said).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
