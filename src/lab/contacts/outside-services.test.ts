import { afterEach, describe, expect, it } from 'vitest';
import { createRandom, createScaledClock, silentLogger } from '../../base/index.ts';
import { createLabApi } from '../kube-api/index.ts';
import type { PodResponse } from '../kubelet/index.ts';
import { createLabNetwork } from '../network/index.ts';
import type { LabNetwork } from '../network/index.ts';
import { OUTSIDE_HOSTS, startOutsideServices } from './index.ts';

const SPEED = 100;
let network: LabNetwork | undefined;
afterEach(() => network?.stop());

async function start() {
  const clock = createScaledClock({ speed: SPEED, originMs: 0, wallOriginMs: Date.now() });
  const random = createRandom('services');
  const lab = createLabNetwork({ api: createLabApi({ clock, random }), clock, random, log: silentLogger });
  network = lab;
  await startOutsideServices({ network: lab, clock, random, log: silentLogger });
  const asker =
    (host: string) =>
    (method: string, path: string, body?: unknown): Promise<PodResponse> =>
      lab.fetch({ kind: 'outside' }, `http://${host}${path}`, {
        method,
        timeoutMs: 120_000,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
  return { clock, bus: asker(OUTSIDE_HOSTS.bus), database: asker(OUTSIDE_HOSTS.managedDatabase) };
}

const HEAD = '/contacts/subscriptions/search-function/messages/head';

describe('the event bus', () => {
  it('hands a message to a receiver that waits, and to nobody else once it is completed', async () => {
    const { bus } = await start();
    const waiting = bus('POST', `${HEAD}?timeout=60`);
    await bus('POST', '/contacts/messages', { type: 'changed' });
    const received = await waiting;
    expect([received.status, JSON.parse(received.body)]).toEqual([201, { id: '1', body: { type: 'changed' } }]);
    expect((await bus('DELETE', '/contacts/subscriptions/search-function/messages/1')).status).toBe(200);
    expect((await bus('POST', `${HEAD}?timeout=0`)).status).toBe(204);
  });

  it('delivers again what a receiver took and never completed', async () => {
    const { bus, clock } = await start();
    await bus('POST', '/contacts/messages', { type: 'changed' });
    const beforeMs = clock.now();
    await bus('POST', HEAD);
    const again = await bus('POST', `${HEAD}?timeout=60`);
    expect(JSON.parse(again.body)).toEqual({ id: '1', body: { type: 'changed' } });
    expect(clock.now() - beforeMs).toBeGreaterThanOrEqual(30_000);
  });

  it('keeps messages for a receiver that comes later, in order', async () => {
    const { bus } = await start();
    for (const type of ['a', 'b']) await bus('POST', '/contacts/messages', { type });
    const bodies = [await bus('POST', HEAD), await bus('POST', HEAD)].map(({ body }) => JSON.parse(body).body);
    expect(bodies).toEqual([{ type: 'a' }, { type: 'b' }]);
  });

  it('knows no other topics', async () => {
    const { bus } = await start();
    expect((await bus('POST', '/orders/messages', {})).status).toBe(404);
  });
});

describe('the managed database', () => {
  it('makes, finds, changes and deletes documents', async () => {
    const { database } = await start();
    const made = JSON.parse((await database('POST', '/docs/contacts', { firstname: 'Barbara', lastname: 'Liskov' })).body);
    const path = `/docs/contacts/${made.id}`;
    expect(made.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(JSON.parse((await database('GET', '/docs/contacts?search=barbara%20lis')).body)).toEqual({ count: 1, value: [made] });
    await database('PUT', path, { ...made, lastname: 'L' });
    expect(JSON.parse((await database('GET', path)).body)).toMatchObject({ lastname: 'L' });
    expect((await database('DELETE', path)).status).toBe(204);
    expect((await database('GET', path)).status).toBe(404);
  });

  it('starts with the sample contacts', async () => {
    const { database } = await start();
    expect(JSON.parse((await database('GET', '/docs/contacts?lastname=Hopper')).body)).toMatchObject({ count: 1 });
  });

  it('says what is wrong with a request', async () => {
    const { database } = await start();
    expect([(await database('POST', '/docs/contacts', [])).status, (await database('PATCH', '/docs/contacts')).status]).toEqual([400, 405]);
  });
});
