import { afterEach, describe, expect, it } from 'vitest';
import { createRandom, createRealClock, silentLogger } from '../../base/index.ts';
import type { ActivityContext } from '../../experiment/index.ts';
import { findProgram } from '../process/index.ts';
import { createPythonRoom } from './python-room.ts';

const env = { PATH: process.env['PATH'] };
const room = createPythonRoom({ env });
afterEach(() => room.stop());

const context = (signal = new AbortController().signal): ActivityContext => ({
  clock: createRealClock(),
  random: createRandom('x'),
  log: silentLogger,
  signal,
  env,
  configuration: { a: 1 },
  secrets: {},
  activityName: 'a',
  undo: { plan: () => Promise.resolve() },
});
const call = (module: string, func: string, args: Record<string, unknown> = {}) => ({ type: 'python', module, func, arguments: args });

describe.skipIf(findProgram('python3', env) === undefined)('the python provider', () => {
  it('calls a function with its arguments and gives its value', async () => {
    expect(await room.provider.run(call('json', 'loads', { s: '{"n": [1, 2.5, null]}' }), context())).toEqual({ n: [1, 2.5, null] });
  });

  it('says what the function raised', async () => {
    await expect(room.provider.run(call('json', 'loads', { s: '{' }), context())).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      message: expect.stringMatching(/^json\.decoder\.JSONDecodeError: /),
    });
  });

  it('writes values that JSON lacks as texts', async () => {
    expect(await room.provider.run(call('datetime', 'date', {}), context()).catch(String)).toContain('can not be called');
    expect(await room.provider.run(call('decimal', 'getcontext'), context())).toMatch(/^Context/);
  });

  it('finds out before the run what does not fit', async () => {
    const messages = async (provider: ReturnType<typeof call>): Promise<string[]> =>
      (await room.provider.validate(provider, 'act', 'action')).map((problem) => problem.message);
    expect(await messages(call('no_such_module', 'f'))).toEqual(["could not find Python module 'no_such_module' in activity 'act'"]);
    expect(await messages(call('json', 'nope'))).toEqual([
      "The python module 'json' does not expose a function called 'nope' in action 'act'",
    ]);
    expect(await messages(call('json', 'loads'))).toEqual(["required argument 's' is missing from activity 'loads'"]);
    expect(await messages(call('json', 'loads', { s: '1' }))).toEqual([]);
  });

  it('ends the function at once when the run is interrupted, and can be used again', async () => {
    const controller = new AbortController();
    const running = room.provider.run(call('subprocess', 'call', { args: ['sleep', '30'] }), context(controller.signal));
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await room.provider.run(call('json', 'loads', { s: '1' }), context())).toBe(1);
  });

  it('says clearly that there is no python3', async () => {
    const none = createPythonRoom({ env: { PATH: '/nowhere' } });
    const [problem] = await none.provider.validate(call('json', 'loads'), 'act');
    expect(problem?.message).toContain('no python3');
    await expect(none.provider.run(call('json', 'loads'), context())).rejects.toMatchObject({ code: 'ENVIRONMENT' });
  });
});
