import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createScaledClock, createVirtualClock } from './clock.ts';
import { afterNetworkLimit } from './after-network-limit.ts';

describe('afterNetworkLimit', () => {
  it('comes at the limit and not before, and not at all once it is cancelled', async () => {
    const clock = createVirtualClock();
    const came: string[] = [];
    afterNetworkLimit(clock, 5000, () => came.push('kept'));
    const cancel = afterNetworkLimit(clock, 5000, () => came.push('cancelled'));
    await clock.advance(4999);
    expect(came).toEqual([]);
    cancel();
    await clock.advance(1);
    expect(came).toEqual(['kept']);
  });

  it('lets an answer win that arrived while this process stood still for longer than the limit', async () => {
    const clock = createScaledClock({ speed: 20, originMs: 0, wallOriginMs: Date.now() });
    const server = createServer((socket) => socket.end('answer')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const port = (server.address() as AddressInfo).port; // it listens on TCP
    const first = await new Promise((resolve) => {
      afterNetworkLimit(clock, 4000, () => resolve('limit'));
      connect(port, '127.0.0.1').once('data', (data) => resolve(String(data)));
      const untilMs = performance.now() + 300;
      while (performance.now() < untilMs);
    });
    server.close();
    expect(first).toBe('answer');
  });
});
