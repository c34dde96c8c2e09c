import { createHttpHeaders, type HttpClient, RestError } from '@azure/core-rest-pipeline';
import { describe, expect, it } from 'vitest';
import { createScaledClock, createVirtualClock, type Clock, silentLogger } from '../../base/index.ts';
import type { ArmClient } from '../types.ts';
import { armCodeOf } from './arm-errors.ts';
import { createArmClient } from './create-arm-client.ts';

interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

const origin = 'https://management.example.org';
/** So fast that waits of seconds take no time worth mentioning. */
const fast = createScaledClock({ speed: 1000, originMs: 0, wallOriginMs: Date.now() });

/** A client whose requests are answered in order; an error stands for one of the network. */
function client(
  replies: readonly (Reply | Error)[],
  clock: Clock = fast,
): { readonly arm: ArmClient; readonly sent: string[]; readonly bodies: unknown[] } {
  const left = [...replies];
  const sent: string[] = [];
  const bodies: unknown[] = [];
  const httpClient: HttpClient = {
    sendRequest: (request) => {
      sent.push(`${request.method} ${request.url.replace(origin, '')}`);
      bodies.push(typeof request.body === 'string' ? JSON.parse(request.body) : undefined);
      const reply = left.shift() ?? { status: 418 };
      if (reply instanceof Error) return Promise.reject(reply);
      const { status, body, headers = {} } = reply;
      return Promise.resolve({
        request,
        status,
        headers: createHttpHeaders(headers),
        bodyAsText: body === undefined ? '' : JSON.stringify(body),
      });
    },
  };
  const credential = { getToken: () => Promise.resolve({ token: 'secret-token', expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) };
  return {
    arm: createArmClient({ credential, endpoint: `${origin}/`, subscriptionId: 'sub', clock, log: silentLogger, httpClient }),
    sent,
    bodies,
  };
}

const v = { apiVersion: '2024-11-01' };
const limited = { ...v, limitMs: 600_000 };

describe('the Azure Resource Manager client', () => {
  it.each([
    [400, 'INVALID_INPUT'],
    [401, 'DENIED'],
    [403, 'DENIED'],
    [404, 'NOT_FOUND'],
    [409, 'CONFLICT'],
    [501, 'UNSUPPORTED'],
    [418, 'TARGET_FAILED'],
  ])('turns %i into %s with the code and message of the service', async (status, code) => {
    const { arm } = client([
      { status, body: { error: { code: 'SomeCode', message: 'some words', details: [{ code: 'Inner', message: 'more' }] } } },
    ]);
    const thrown = await arm.request('GET', '/subscriptions/sub/resourceGroups/rg/x', v).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code, message: `GET …/rg/x: ${status} SomeCode: some words (Inner: more)` });
    expect(armCodeOf(thrown)).toBe('SomeCode');
    expect(String(thrown)).not.toContain('secret-token');
  });

  it('tries again as the service asks, but not for ever', async () => {
    const busy = { status: 429, headers: { 'retry-after': '7' } };
    const good = client([busy, { status: 503 }, { status: 200, body: { ok: true } }]);
    expect(await good.arm.request('GET', '/x', v)).toEqual({ ok: true });
    expect(good.sent).toHaveLength(3);
    const bad = client([busy, busy, busy, busy, busy]);
    await expect(bad.arm.request('GET', '/x', v)).rejects.toMatchObject({ code: 'TARGET_FAILED' });
    expect(bad.sent).toHaveLength(4);
  });

  it('says at once when there is no connection, or no trust', async () => {
    const refused = client([new RestError('connect ECONNREFUSED', { code: 'ECONNREFUSED' })]);
    await expect(refused.arm.request('GET', '/x', v)).rejects.toMatchObject({ code: 'UNREACHABLE', blame: 'environment' });
    expect(refused.sent).toHaveLength(1);
    const untrusted = client([new RestError('self-signed certificate', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })]);
    await expect(untrusted.arm.request('GET', '/x', v)).rejects.toMatchObject({
      code: 'UNREACHABLE',
      hint: expect.stringContaining('EVENKEEL_CA_FILE'),
    });
  });

  it('reads all pages of a list, and sends the token to no other server', async () => {
    const { arm, sent } = client([
      { status: 200, body: { value: [1, 2], nextLink: `${origin}/next?page=2` } },
      { status: 200, body: { value: [3] } },
    ]);
    expect(await arm.listAll('/list', v)).toEqual([1, 2, 3]);
    expect(sent).toEqual(['GET /list?api-version=2024-11-01', 'GET /next?page=2']);
    const lured = client([{ status: 200, body: { value: [1], nextLink: 'https://evil.example/next' } }]);
    await expect(lured.arm.listAll('/list', v)).rejects.toMatchObject({ code: 'TARGET_FAILED' });
    expect(lured.sent).toHaveLength(1);
  });

  it('reads all pages of Resource Graph', async () => {
    const page = (rows: unknown[][], more: Record<string, unknown> = {}) => ({
      status: 200,
      body: { data: { columns: [{ name: 'id' }, { name: 'name' }], rows }, resultTruncated: 'false', ...more },
    });
    const { arm, bodies } = client([page([['/a', 'a']], { $skipToken: 'go-on', resultTruncated: 'true' }), page([['/b', 'b']])]);
    expect(await arm.queryGraph('Resources')).toEqual([
      { id: '/a', name: 'a' },
      { id: '/b', name: 'b' },
    ]);
    expect(bodies).toMatchObject([
      { subscriptions: ['sub'], query: 'Resources', options: { resultFormat: 'table' } },
      { options: { $skipToken: 'go-on' } },
    ]);
    const cut = client([page([['/a', 'a']], { resultTruncated: 'true', totalRecords: 9 })]);
    await expect(cut.arm.queryGraph('Resources')).rejects.toMatchObject({ code: 'TARGET_FAILED' });
  });

  it('follows an operation to its end and gives its result', async () => {
    const accepted = {
      status: 202,
      headers: { 'azure-asyncoperation': `${origin}/op/1`, location: `${origin}/result/1`, 'retry-after': '15' },
    };
    const { arm, sent } = client([
      accepted,
      { status: 200, body: { status: 'InProgress' } },
      { status: 200, body: { status: 'Succeeded' } },
      { status: 200, body: { answer: 42 } },
    ]);
    expect(await arm.runOperation('POST', '/act', limited)).toEqual({ answer: 42 });
    expect(sent).toEqual(['POST /act?api-version=2024-11-01', 'GET /op/1', 'GET /op/1', 'GET /result/1']);
  });

  it('waits between polls as long as the service asks, in the time of its clock', async () => {
    const clock = createVirtualClock();
    const accepted = { status: 202, headers: { 'azure-asyncoperation': `${origin}/op/1`, 'retry-after': '30' } };
    const { arm, sent } = client([accepted, { status: 200, body: { status: 'Succeeded' } }], clock);
    const running = arm.runOperation('POST', '/act', limited);
    await clock.advance(29_000);
    expect(sent).toHaveLength(1);
    await clock.advance(1000);
    await running;
    expect(sent).toHaveLength(2);
    expect(clock.now()).toBe(30_000);
  });

  it('fails as the operation fails, times out, and can be cancelled', async () => {
    const accepted = { status: 202, headers: { 'azure-asyncoperation': `${origin}/op/1` } };
    const failing = client([
      accepted,
      { status: 200, body: { status: 'Failed', error: { code: 'AllocationFailed', message: 'no room' } } },
    ]);
    const failed = await failing.arm.runOperation('POST', '/act', limited).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'TARGET_FAILED', message: expect.stringContaining('AllocationFailed: no room') });

    const slow = client([accepted, ...Array.from({ length: 99 }, () => ({ status: 200, body: { status: 'InProgress' } }))]);
    await expect(slow.arm.runOperation('POST', '/act', { ...v, limitMs: 1000 })).rejects.toMatchObject({ code: 'TIMED_OUT' });

    const abort = new AbortController();
    const given = client([accepted, { status: 200, body: { status: 'InProgress' } }], createVirtualClock());
    const operation = await given.arm.beginOperation('POST', '/act', { ...limited, signal: abort.signal });
    const finished = expect(operation.finished()).rejects.toMatchObject({ code: 'CANCELLED' });
    abort.abort();
    await finished;
  });
});
