import { describe, expect, it } from 'vitest';
import { daemonSet, deployment, node, pod, service } from '../../tests/fixtures/objects.ts';
import { NODE_0, NODE_9, NODE_A, workshopObjects } from '../../tests/fixtures/workshop-cluster.ts';
import type { KubeObject } from '../kubernetes/index.ts';
import { buildModel, FINDING_RULES, snapshotFromObjects, shortNames, spreadOf } from './index.ts';

const facts = { source: 'test', capturedAt: '2026-01-01T00:00:00Z' };
const spread = (...objects: (KubeObject | KubeObject[])[]) => spreadOf(buildModel(snapshotFromObjects(objects.flat(), facts)));
const said = (rule: string, ...objects: (KubeObject | KubeObject[])[]): string[] =>
  spread(...objects)
    .findings.filter((finding) => finding.rule === rule)
    .map(({ message }) => message);
const [a, b, c] = [node('n-a', { zone: 'z1' }), node('n-b', { zone: 'z1' }), node('n-c', { zone: 'z2' })];

describe("spread of the workshop's cluster", () => {
  const workshop = spreadOf(buildModel(snapshotFromObjects(workshopObjects, facts)), { namespace: 'contactsapp' });
  it('counts the pods of each deployment on each node', () => {
    expect(workshop.nodes.map(({ name }) => name)).toEqual([NODE_0, NODE_9, NODE_A]);
    expect(Object.fromEntries(workshop.workloads.map(({ name, perNode }) => [name, perNode]))).toMatchObject({
      'search-deploy': [2, 0, 0],
      'frontend-deploy': [0, 1, 0],
      'ca-deploy': [0, 0, 1],
    });
    expect(workshop.workloads).toHaveLength(9);
  });

  it('says what is wrong, the worst first', () => {
    const messages = workshop.findings.map(({ severity, message }) => `${severity}: ${message}`);
    expect(messages).toContain('high: search-deploy: both replicas on …000000');
    expect(messages.find((message) => message.includes('eight deployments have one replica'))).toMatch(/^high: /);
    expect(messages).toContain('high: mssql-deployment has one replica, and 2 workloads depend on it: ca-deploy, frontend-deploy');
    expect(messages).toContain('medium: …00000a carries 5 of the 10 pods');
    expect(messages.map((message) => message.split(':')[0])).toEqual(
      [...messages].map((message) => message.split(':')[0]).sort((x, y) => 'hml'.indexOf(x?.[0] ?? '') - 'hml'.indexOf(y?.[0] ?? '')),
    );
  });
});

describe('findings', () => {
  it('finds nothing where nothing is wrong', () => {
    const probe = { containers: [{ name: 'c', image: 'x', readinessProbe: { httpGet: { port: 80 } } }] };
    const budget: KubeObject = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'web', namespace: 'shop' } };
    const withSpec = { ...budget, spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'web' } } } };
    expect(spread(a, c, deployment('web', { on: ['n-a', 'n-c'], spec: probe }), service('web'), withSpec).findings).toEqual([]);
  });

  it.each<[string, string, (KubeObject | KubeObject[])[]]>([
    ['all-on-one-node', 'web: all three replicas on n-a', [a, b, deployment('web', { on: ['n-a', 'n-a', 'n-a'] })]],
    ['all-in-one-zone', 'web: all replicas in zone z1', [a, b, c, deployment('web', { on: ['n-a', 'n-b'] })]],
    ['uneven-spread', 'web: 3 of 4 replicas on n-a', [a, b, c, deployment('web', { on: ['n-a', 'n-a', 'n-a', 'n-b'] })]],
    ['node-not-ready', 'n-x is not ready and still carries 1 pod', [a, node('n-x', { ready: false }), deployment('web', { on: ['n-x'] })]],
    [
      'no-disruption-budget',
      'one deployment with several replicas has no disruption budget: web',
      [a, b, deployment('web', { on: ['n-a', 'n-b'] })],
    ],
  ])('%s: %s', (rule, message, objects) => {
    expect(said(rule, ...objects)).toEqual([message]);
  });

  it('repeats the words of the scheduler for a pod without a node', () => {
    const waiting = {
      ...pod('lonely'),
      status: {
        phase: 'Pending',
        conditions: [{ type: 'PodScheduled', status: 'False', message: '0/1 nodes are available: 1 Insufficient cpu.' }],
      },
    };
    expect(said('pending-pods', a, waiting)).toEqual(['lonely: 1 pod without a node (0/1 nodes are available: 1 Insufficient cpu.)']);
  });

  it.each([
    [{ minAvailable: 2 }, 1],
    [{ minAvailable: '51%' }, 1],
    [{ maxUnavailable: 0 }, 1],
    [{ maxUnavailable: '10%' }, 0],
    [{ minAvailable: 1 }, 0],
  ])('blocked-drain with %o of two replicas: %i', (room, expected) => {
    const budget = {
      kind: 'PodDisruptionBudget',
      metadata: { name: 'web', namespace: 'shop' },
      spec: { ...room, selector: { matchLabels: { app: 'web' } } },
    };
    expect(said('blocked-drain', a, b, deployment('web', { on: ['n-a', 'n-b'] }), budget)).toHaveLength(expected);
  });

  it('leaves daemon sets alone', () => {
    expect(spread(a, daemonSet('agent', { on: ['n-a'] })).findings).toEqual([]);
  });

  it('has one name per rule', () => {
    expect(new Set(FINDING_RULES.map(({ name }) => name)).size).toBe(FINDING_RULES.length);
  });
});

describe('short names', () => {
  it.each([
    [
      ['aks-nodepool1-36421985-vmss000000', 'aks-nodepool1-36421985-vmss00000a'],
      ['…000000', '…00000a'],
    ],
    [
      ['worker-1', 'worker-2'],
      ['worker-1', 'worker-2'],
    ],
    [['aks-nodepool1-36421985-vmss000000'], ['aks-nodepool1-36421985-vmss000000']],
  ])('%o', (names, short) => {
    expect(names.map(shortNames(names))).toEqual(short);
  });
});
