import { describe, expect, it } from 'vitest';
import { createRandom, createVirtualClock } from '../../base/index.ts';
import type { Namespace, NetworkPolicy, Pod } from '../../kubernetes/index.ts';
import { createLabApi } from '../kube-api/index.ts';
import { createNetworkPolicies } from './network-policies.ts';
import type { NetworkPolicies, Party } from './network-policies.ts';

const IPS: Readonly<Record<string, string>> = { 'shop/web': '10.244.1.4', 'shop/db': '10.244.1.5', 'ops/probe': '10.244.2.4' };

async function start(...specs: NetworkPolicy['spec'][]): Promise<NetworkPolicies> {
  const clock = createVirtualClock(0);
  const api = createLabApi({ clock, random: createRandom('policies') });
  api.create<Namespace>('Namespace', { metadata: { name: 'shop' } });
  api.create<Namespace>('Namespace', { metadata: { name: 'ops', labels: { team: 'ops' } } });
  for (const [key, podIP] of Object.entries(IPS)) {
    const [namespace = '', name = ''] = key.split('/');
    api.seed<Pod>('Pod', {
      metadata: { name, namespace, labels: { app: name } },
      spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'x', ports: [{ name: 'sql', containerPort: 5432 }] }] },
      status: { podIP, phase: 'Running' },
    });
  }
  const policies = createNetworkPolicies(api);
  for (const [index, spec] of specs.entries()) {
    api.create<NetworkPolicy>('NetworkPolicy', { metadata: { name: `p${index}`, namespace: 'shop' }, ...(spec && { spec }) });
  }
  await clock.advance(1);
  return policies;
}

const node: Party = { ip: '10.224.0.4', node: 'n1', isNode: true };
const otherNode: Party = { ip: '10.224.0.5', node: 'n2', isNode: true };
const user: Party = { ip: '203.0.113.7' };

const passes = (policies: NetworkPolicies, from: string | Party, to: string | Party, port = 5432): boolean => {
  const party = (one: string | Party): Party => (typeof one === 'string' ? policies.partyAt(IPS[one] ?? '') : one);
  return policies.refusal({ from: party(from), to: party(to), port, protocol: 'TCP' }) === undefined;
};

const DB = { matchLabels: { app: 'db' } };
const fromWeb = [{ podSelector: { matchLabels: { app: 'web' } } }];

describe('network policies', () => {
  it('let everything through where none selects the pod', async () => {
    const policies = await start({ podSelector: DB, ingress: [] });
    expect([passes(policies, 'shop/web', 'shop/db'), passes(policies, 'shop/db', 'shop/web'), passes(policies, user, 'shop/web')]).toEqual([
      false,
      true,
      true,
    ]);
  });

  it.each<[string, NonNullable<NetworkPolicy['spec']>['ingress'], Record<string, boolean>]>([
    ['an empty rule: everybody', [{}], { 'shop/web': true, 'ops/probe': true, user: true }],
    [
      'a pod selector: pods of the same namespace',
      [{ from: [{ podSelector: {} }] }],
      { 'shop/web': true, 'ops/probe': false, user: false },
    ],
    [
      'a namespace selector: all of those namespaces',
      [{ from: [{ namespaceSelector: { matchLabels: { team: 'ops' } } }] }],
      { 'shop/web': false, 'ops/probe': true },
    ],
    [
      'both in one peer: both have to match',
      [{ from: [{ namespaceSelector: { matchLabels: { team: 'ops' } }, podSelector: { matchLabels: { app: 'web' } } }] }],
      { 'shop/web': false, 'ops/probe': false },
    ],
    [
      'both in two peers: one is enough',
      [{ from: [{ namespaceSelector: { matchLabels: { team: 'ops' } } }, ...fromWeb] }],
      { 'shop/web': true, 'ops/probe': true },
    ],
    [
      'the name of a namespace',
      [{ from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ops' } } }] }],
      { 'shop/web': false, 'ops/probe': true },
    ],
    [
      'a range without a part of it',
      [{ from: [{ ipBlock: { cidr: '203.0.113.0/24', except: ['203.0.113.0/29'] } }] }],
      { 'shop/web': false, user: false },
    ],
    ['a range', [{ from: [{ ipBlock: { cidr: '203.0.113.0/24' } }] }], { 'shop/web': false, user: true }],
    ['a port by number', [{ ports: [{ port: 5432 }] }], { 'shop/web': true }],
    ['another port', [{ ports: [{ port: 80 }] }], { 'shop/web': false }],
    ['a range of ports', [{ ports: [{ port: 5000, endPort: 6000 }] }], { 'shop/web': true }],
    ['a port by its name in the pod', [{ ports: [{ port: 'sql' }] }], { 'shop/web': true }],
    ['a name the pod does not have', [{ ports: [{ port: 'http' }] }], { 'shop/web': false }],
    ['another protocol', [{ ports: [{ port: 5432, protocol: 'UDP' }] }], { 'shop/web': false }],
    ['port and peer: both', [{ from: fromWeb, ports: [{ port: 80 }] }], { 'shop/web': false }],
  ])('understand %s', async (_, ingress, wanted) => {
    const policies = await start({ podSelector: DB, ...(ingress && { ingress }) });
    const found = Object.fromEntries(Object.keys(wanted).map((from) => [from, passes(policies, from === 'user' ? user : from, 'shop/db')]));
    expect(found).toEqual(wanted);
  });

  it('add up: what one allows, another does not take away', async () => {
    const policies = await start({ podSelector: {}, ingress: [] }, { podSelector: DB, ingress: [{ from: fromWeb }] });
    expect([passes(policies, 'shop/web', 'shop/db'), passes(policies, 'ops/probe', 'shop/db')]).toEqual([true, false]);
  });

  it('isolate what a pod sends only when egress is meant', async () => {
    const policies = await start({
      podSelector: { matchLabels: { app: 'web' } },
      policyTypes: ['Egress'],
      egress: [{ to: [{ podSelector: DB }] }],
    });
    expect([
      passes(policies, 'shop/web', 'shop/db'),
      passes(policies, 'shop/web', 'ops/probe'),
      passes(policies, 'ops/probe', 'shop/web'),
    ]).toEqual([true, false, true]);
  });

  it("never stand between a node and its own pods, which need their probes; another node's packets count", async () => {
    const policies = await start({ podSelector: DB, ingress: [] });
    expect([passes(policies, node, 'shop/db'), passes(policies, otherNode, 'shop/db')]).toEqual([true, false]);
  });

  it('tell which of them it was', async () => {
    const policies = await start({ podSelector: DB, ingress: [] });
    const request = { from: user, to: policies.partyAt(IPS['shop/db'] ?? ''), port: 1, protocol: 'TCP' } as const;
    expect(policies.refusal(request)).toBe('no ingress rule of network policy shop/p0 lets it through');
  });
});
