import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createRandom, createScaledClock, silentLogger } from '../../base/index.ts';
import { createLabApi } from '../kube-api/index.ts';
import type { ProgramContext, RunningProgram } from '../kubelet/index.ts';
import { createLabNetwork } from '../network/index.ts';
import type { LabNetwork } from '../network/index.ts';
import { consumeEvents } from './consume-events.ts';
import { createEventBus } from './event-bus.ts';

const SPEED = 20;
let network: LabNetwork;
let consumer: RunningProgram | undefined;
afterEach(async () => {
  await consumer?.stop();
  await network.stop();
});

async function start(handle: (event: unknown) => Promise<void>): Promise<ProgramContext> {
  const clock = createScaledClock({ speed: SPEED, originMs: 0, wallOriginMs: Date.now() });
  const random = createRandom('consume');
  network = createLabNetwork({ api: createLabApi({ clock, random }), clock, random, log: silentLogger });
  await network.listenOutside('bus.lab', 80, createEventBus({ clock, log: silentLogger, topics: { contacts: ['index'] } }));
  const context: ProgramContext = {
    pod: { metadata: { name: 'consumer', namespace: 'shop' } },
    container: { name: 'consumer' },
    env: { BUS_URL: 'http://bus.lab' },
    clock,
    random,
    log: silentLogger,
    listen: async () => {},
    fetch: (url, options) => network.fetch({ kind: 'pod', namespace: 'shop', node: 'n1' }, url, options),
    exit: () => {},
  };
  consumer = consumeEvents(context, {
    topic: 'contacts',
    subscription: 'index',
    handle,
    subjectOf: (event) => (event as { subject: string }).subject, // made below
  });
  return context;
}

const publish = (context: ProgramContext, event: object): Promise<unknown> =>
  context.fetch('http://bus.lab/contacts/messages', { method: 'POST', body: JSON.stringify(event), timeoutMs: 60_000 });

describe('the consumer of events', () => {
  it('works on several at a time, and on one after the other where they are about the same', async () => {
    const running = new Set<string>();
    const order: string[] = [];
    let most = 0;
    let overlapping = false;
    let done = (): void => {};
    const all = new Promise<void>((resolve) => (done = resolve));
    const context = await start(async (event) => {
      const { subject, type } = event as { subject: string; type: string };
      overlapping ||= running.has(subject);
      running.add(subject);
      most = Math.max(most, running.size);
      await context.clock.sleep(300);
      running.delete(subject);
      order.push(`${subject}:${type}`);
      if (order.length === 12) done();
    });
    for (const type of ['added', 'deleted']) {
      for (let subject = 0; subject < 6; subject++) await publish(context, { subject: `c${subject}`, type });
    }
    await all;
    expect(most).toBeGreaterThan(1);
    expect(overlapping).toBe(false);
    for (let subject = 0; subject < 6; subject++) {
      expect(order.indexOf(`c${subject}:added`)).toBeLessThan(order.indexOf(`c${subject}:deleted`));
    }
  });

  it('lets no wall time out of the lab', async () => {
    await start(async () => {});
    const cancel = await network.startIngress(0);
    const answer = await new Promise<{ date?: string }>((resolve, reject) => {
      request(cancel.url, (response) => {
        response.resume();
        resolve({ ...(response.headers.date && { date: response.headers.date }) });
      })
        .on('error', reject)
        .end();
    });
    await cancel.stop();
    expect(Date.parse(answer.date ?? '')).toBeLessThan(Date.parse('1980-01-01'));
    const direct = await network.fetch({ kind: 'node', node: 'n1' }, 'http://bus.lab/healthz');
    expect(direct.headers['date']).toBeUndefined();
  });
});
