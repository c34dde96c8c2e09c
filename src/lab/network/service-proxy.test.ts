import { describe, expect, it } from 'vitest';
import { createRandom, createVirtualClock } from '../../base/index.ts';
import type { Service } from '../../kubernetes/index.ts';
import type { ServiceDirectory, ServiceEndpoint } from './service-directory.ts';
import { createServiceProxy } from './service-proxy.ts';
import type { ProxyChoice, ProxyClient } from './service-proxy.ts';

const PORT = { port: 80 };
const ZONES: Readonly<Record<string, string>> = { n1: 'z1', n2: 'z2', n3: 'z3' };

const endpoint = (name: string, node: string, extra: Partial<ServiceEndpoint> = {}): ServiceEndpoint => ({
  ip: name,
  port: 8080,
  node,
  hostname: undefined,
  ready: true,
  serving: true,
  terminating: false,
  forZones: [],
  forNodes: [],
  ...extra,
});
const leaving = { ready: false, serving: true, terminating: true };
const unready = { ready: false, serving: false };

function proxyOver(endpoints: readonly ServiceEndpoint[], spec: Service['spec'] = {}) {
  const none = (): undefined => undefined;
  const directory: ServiceDirectory = {
    service: none,
    byAddress: none,
    byNodePort: none,
    endpoints: () => endpoints,
    addresses: () => endpoints,
    zoneOf: (node) => ZONES[node ?? ''],
    stop: none,
  };
  const clock = createVirtualClock(0);
  const proxy = createServiceProxy(directory, clock, createRandom('proxy'));
  const service: Service = { metadata: { name: 'web', namespace: 'shop' }, spec };
  const choose = (client: Partial<ProxyClient> = {}): ProxyChoice =>
    proxy(service, PORT, { key: 'a', node: 'n1', traffic: 'internal', ...client });
  /** How often each was chosen of so many connections. */
  const counts = (times: number, client: Partial<ProxyClient> = {}): Record<string, number> => {
    const found: Record<string, number> = {};
    for (let time = 0; time < times; time++) {
      const choice = choose(client);
      const name = choice.kind === 'endpoint' ? choice.endpoint.ip : choice.kind;
      found[name] = (found[name] ?? 0) + 1;
    }
    return found;
  };
  return { clock, choose, counts };
}

describe('kube-proxy', () => {
  it('gives each ready endpoint the same chance', () => {
    const counts = proxyOver([endpoint('a', 'n1'), endpoint('b', 'n2'), endpoint('c', 'n3'), endpoint('d', 'n1', unready)]).counts(3000);
    expect(Object.keys(counts).toSorted()).toEqual(['a', 'b', 'c']);
    for (const count of Object.values(counts)) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });

  it.each<[string, readonly ServiceEndpoint[], Service['spec'], Partial<ProxyClient>, readonly string[]]>([
    ['terminating ones when none is ready', [endpoint('a', 'n1', leaving), endpoint('b', 'n2', unready)], {}, {}, ['a']],
    ['no terminating one while one is ready', [endpoint('a', 'n1', leaving), endpoint('b', 'n2')], {}, {}, ['b']],
    ['nothing: refused', [endpoint('a', 'n1', unready)], {}, {}, ['refused']],
    ['its own node alone', [endpoint('a', 'n1'), endpoint('b', 'n2')], { internalTrafficPolicy: 'Local' }, {}, ['a']],
    ['nothing there: dropped', [endpoint('b', 'n2')], { internalTrafficPolicy: 'Local' }, {}, ['dropped']],
    ['nothing anywhere: refused', [endpoint('b', 'n2', unready)], { internalTrafficPolicy: 'Local' }, {}, ['refused']],
    [
      'a terminating one of its node before a ready one elsewhere',
      [endpoint('a', 'n1', leaving), endpoint('b', 'n2')],
      { internalTrafficPolicy: 'Local' },
      {},
      ['a'],
    ],
    [
      'any, from outside, whatever the internal policy',
      [endpoint('b', 'n2')],
      { internalTrafficPolicy: 'Local' },
      { traffic: 'external' },
      ['b'],
    ],
    ['nothing from outside: dropped', [endpoint('b', 'n2')], { externalTrafficPolicy: 'Local' }, { traffic: 'external' }, ['dropped']],
    ['any, from inside, whatever the external policy', [endpoint('b', 'n2')], { externalTrafficPolicy: 'Local' }, {}, ['b']],
    ['those of its zone', [endpoint('a', 'n1', { forZones: ['z1'] }), endpoint('b', 'n2', { forZones: ['z2'] })], {}, {}, ['a']],
    [
      'all when its zone has none',
      [endpoint('a', 'n1', { forZones: ['z1'] }), endpoint('b', 'n2', { forZones: ['z2'] })],
      {},
      { node: 'n3' },
      ['a', 'b'],
    ],
    ['all when one has no hint', [endpoint('a', 'n1', { forZones: ['z1'] }), endpoint('b', 'n2')], {}, {}, ['a', 'b']],
    [
      'those of its node before those of its zone',
      [endpoint('a', 'n1', { forZones: ['z1'], forNodes: ['n1'] }), endpoint('b', 'n4', { forZones: ['z1'], forNodes: ['n4'] })],
      {},
      {},
      ['a'],
    ],
    [
      'those of its zone when its node has none',
      [endpoint('b', 'n4', { forZones: ['z1'], forNodes: ['n4'] }), endpoint('c', 'n2', { forZones: ['z2'], forNodes: ['n2'] })],
      {},
      {},
      ['b'],
    ],
    [
      'a ready one elsewhere before an unready one of its zone',
      [endpoint('a', 'n1', { ...unready, forZones: ['z1'] }), endpoint('b', 'n2', { forZones: ['z2'] })],
      {},
      {},
      ['b'],
    ],
  ])('chooses %s', (_, endpoints, spec, client, wanted) => {
    expect(Object.keys(proxyOver(endpoints, spec).counts(60, client)).toSorted()).toEqual(wanted);
  });

  it('keeps a client on one endpoint until it has been quiet for the time out, each node for itself', async () => {
    const endpoints = Array.from({ length: 20 }, (_, index) => endpoint(`e${index}`, 'n2'));
    const affinity = { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } };
    const { clock, counts } = proxyOver(endpoints, affinity);
    const [first] = Object.keys(counts(10));
    await clock.advance(50_000);
    expect(Object.keys(counts(10))).toEqual([first]);
    await clock.advance(50_000);
    expect(Object.keys(counts(10))).toEqual([first]);
    const others = new Set(['b', 'c', 'd', 'e', 'f'].flatMap((key) => Object.keys(counts(1, { key }))));
    expect(others.size).toBeGreaterThan(1);
    const later: string[] = [];
    for (let round = 0; round < 5; round++) {
      await clock.advance(61_000);
      later.push(...Object.keys(counts(1)));
    }
    expect(new Set(later).size).toBeGreaterThan(1);
  });
});
