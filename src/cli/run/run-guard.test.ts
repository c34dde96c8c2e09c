import { describe, expect, it } from 'vitest';
import { buildModel, snapshotFromObjects } from '../../cluster/index.ts';
import type { UndoPlan } from '../../experiment/index.ts';
import { refusalsOfAction } from './guard-activities.ts';
import { DEFAULT_LIMITS, type RunGuardLimits } from './guard-limits.ts';
import { createRunGuard, type GuardedCluster } from './run-guard.ts';

const SCALE_SET = '/subscriptions/s/resourceGroups/MC/providers/Microsoft.Compute/virtualMachineScaleSets/aks-pool-vmss';

/** Named nodes, as faults of tests name them. */
const plan = (...nodes: string[]): UndoPlan => ({
  undo: 'azure/start-vmss-instances',
  state: { nodeNames: nodes, mode: 'stop' },
  summary: '',
  targets: nodes.map((node) => `azure:/${node}`),
});
/** Instances of a scale set; Azure tells the computer names of some only. */
const machines = (ids: readonly number[], nodeNames: readonly string[] = []): UndoPlan => ({
  undo: 'azure/start-vmss-instances',
  state: { nodeNames, mode: 'stop' },
  summary: '',
  targets: ids.map((id) => `azure:${SCALE_SET}/virtualMachines/${id}`.toLowerCase()),
});

interface NodeFacts {
  readonly zone?: string;
  readonly pool?: string;
  readonly ready?: boolean;
  readonly machine?: number;
}
const node = (name: string, { zone, pool, ready = true, machine }: NodeFacts = {}) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name,
    labels: {
      ...(zone !== undefined && { 'topology.kubernetes.io/zone': zone }),
      ...(pool !== undefined && { 'kubernetes.azure.com/agentpool': pool }),
    },
  },
  spec: machine === undefined ? {} : { providerID: `azure://${SCALE_SET}/virtualMachines/${machine}` },
  status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
});
const pod = (name: string, nodeName: string, owner: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace: 'kube-system',
    ownerReferences: [{ apiVersion: 'apps/v1', kind: owner, name: 'x', uid: 'x', controller: true }],
  },
  spec: { nodeName, containers: [] },
  status: { phase: 'Running' },
});
const modelOf = (...objects: object[]) => buildModel(snapshotFromObjects(objects, { source: 'test', capturedAt: '2026-01-01T00:00:00Z' }));

const guard = (limits: Partial<RunGuardLimits>, cluster: GuardedCluster = { model: undefined }) =>
  createRunGuard({ look: () => Promise.resolve(cluster), limits: { ...DEFAULT_LIMITS, ...limits }, prediction: [], say: () => {} });
const refusal = (message: RegExp, hint: string) => ({
  code: 'REFUSED',
  message: expect.stringMatching(message) as string,
  hint: expect.stringContaining(hint) as string,
});

describe('the guard of a run', () => {
  it('counts the nodes that the run took before', async () => {
    const ask = guard({ maxNodes: 1 });
    await ask(plan('a'));
    await ask(plan('a'));
    await expect(ask(plan('b'))).rejects.toMatchObject(refusal(/2 machines would be down, allowed is 1/, '--max-nodes 2'));
  });

  it('counts machines whose node nobody can name', async () => {
    await expect(guard({})(machines([0, 1, 2], ['a']))).rejects.toMatchObject(refusal(/3 machines would be down/, '--max-nodes 3'));
    const cluster = { model: modelOf(...['a', 'b', 'c', 'd'].map((name) => node(name))) };
    const ask = guard({ unknownNodes: true, maxShare: 1 }, cluster);
    await expect(ask(machines([0, 1, 2], ['a']))).rejects.toMatchObject(refusal(/3 nodes would be down/, '--max-nodes 3'));
  });

  it('finds the nodes of nameless machines by their provider id', async () => {
    const cluster = { model: modelOf(node('a', { machine: 0 }), node('b', { machine: 1 }), node('c', { machine: 2 })) };
    await expect(guard({}, cluster)(machines([1]))).resolves.toBeUndefined();
    await expect(guard({}, cluster)(machines([1, 2]))).rejects.toMatchObject(
      refusal(/2 nodes would be down.*66\.6 % of the ready/, '--max-share 67%'),
    );
  });

  it('takes a machine of an unknown zone for one of another zone', async () => {
    const nodes = ['1', '2', '3'].flatMap((zone) => [node(`a${zone}`, { zone }), node(`b${zone}`, { zone })]);
    const cluster = { model: modelOf(...nodes) };
    const loose = { maxNodes: 9, maxShare: 1, unknownNodes: true };
    await expect(guard(loose, cluster)(plan('a1', 'b1'))).resolves.toBeUndefined();
    await expect(guard(loose, cluster)(plan('a1', 'b2'))).rejects.toMatchObject(
      refusal(/2 zones would be touched, allowed is 1/, '--max-zones 2'),
    );
    const ask = guard(loose, cluster);
    await ask(plan('a1'));
    await expect(ask(machines([7, 8, 9]))).rejects.toMatchObject(refusal(/3 zones would be touched/, '--max-zones 3'));
  });

  it('limits the share of the ready nodes, those that are not ready left out', async () => {
    const cluster = { model: modelOf(node('a'), node('b'), node('c', { ready: false })) };
    await expect(guard({}, cluster)(plan('a'))).resolves.toBeUndefined();
    await expect(guard({ maxShare: 0.49 }, cluster)(plan('a'))).rejects.toMatchObject(
      refusal(/50 % .* allowed are 49 %/, '--max-share 50%'),
    );
  });

  it('never takes the last ready node, as things stand when it is asked', async () => {
    const states = [modelOf(node('a'), node('b')), modelOf(node('a', { ready: false }), node('b'))];
    const look = () => Promise.resolve({ model: states.shift() });
    const ask = createRunGuard({ look, limits: { ...DEFAULT_LIMITS, maxNodes: 9, maxShare: 1 }, prediction: [], say: () => {} });
    await expect(ask(plan('b'))).resolves.toBeUndefined();
    const later = createRunGuard({ look, limits: { ...DEFAULT_LIMITS, maxShare: 1 }, prediction: [], say: () => {} });
    await expect(later(plan('b'))).rejects.toMatchObject(refusal(/no ready node would be left/, '--allow-last-node'));
  });

  it('takes a managed cluster for all of its nodes', async () => {
    const targets = ['azure:/subscriptions/s/resourcegroups/r/providers/microsoft.containerservice/managedclusters/shop'];
    const stop: UndoPlan = { undo: 'azure/start-resources', state: { kind: 'managed-cluster' }, summary: '', targets };
    const cluster = { model: modelOf(node('a'), node('b')) };
    await expect(guard({}, cluster)(stop)).rejects.toMatchObject(refusal(/2 nodes would be down.*no ready node/, '--allow-last-node'));
  });

  it('spares protected node pools, and machines that may belong to one', async () => {
    const cluster = { model: modelOf(node('a', { pool: 'system' }), node('b', { pool: 'user' }), node('c', { pool: 'user' })) };
    const ask = (target: UndoPlan) => guard({ protectedPools: ['system'], unknownNodes: true }, cluster)(target);
    await expect(ask(plan('a'))).rejects.toMatchObject(refusal(/node pool system is protected/, '--protect-pool system'));
    await expect(ask(plan('b'))).resolves.toBeUndefined();
    await expect(ask(machines([9]))).rejects.toMatchObject(
      refusal(/node pool of .* is not known, and system is protected/, '--protect-pool system'),
    );
  });

  it('takes nothing of a cluster that is there but can not be seen, wholly or in part', async () => {
    const unseen = { model: undefined, blind: 'no answer within 30 s' };
    await expect(guard({}, unseen)(plan('a'))).rejects.toThrow(/unknown.*no answer within 30 s/);
    await expect(guard({ unknownNodes: true }, unseen)(plan('a'))).resolves.toBeUndefined();
    const podless = { model: modelOf(node('a'), node('b')), blind: 'Pod: forbidden' };
    await expect(guard({}, podless)(plan('a'))).rejects.toMatchObject(refusal(/Pod: forbidden/, '--allow-unknown-node'));
  });

  it('spares a node with a pod of a protected namespace, DaemonSets and static pods aside', async () => {
    const pods = [pod('dns', 'a', 'ReplicaSet'), pod('proxy', 'b', 'DaemonSet'), pod('static', 'b', 'Node')];
    const cluster = { model: modelOf(node('a'), node('b'), node('c'), ...pods) };
    await expect(guard({}, cluster)(plan('a'))).rejects.toMatchObject(refusal(/kube-system/, '--allow-namespace kube-system'));
    await expect(guard({}, cluster)(plan('b'))).resolves.toBeUndefined();
    await expect(guard({}, cluster)(plan('elsewhere'))).rejects.toThrow(/no known node/);
  });

  it('spares what stands in a protected namespace itself', async () => {
    const scale: UndoPlan = {
      undo: 'kubernetes/set-replicas',
      state: { namespace: 'kube-system' },
      summary: '',
      targets: ['kubernetes:x'],
    };
    for (const cluster of [{ model: undefined }, { model: modelOf(node('a'), node('b')) }])
      await expect(guard({}, cluster)(scale)).rejects.toMatchObject(
        refusal(/protected namespace kube-system/, '--allow-namespace kube-system'),
      );
  });
});

describe('actions that plan no undo', () => {
  const rules = (name: string, args: Record<string, unknown>, limits: Partial<RunGuardLimits> = {}): string[] =>
    refusalsOfAction({ name }, args, { ...DEFAULT_LIMITS, ...limits }).map(({ rule }) => rule);

  it.each([
    ['kubernetes/terminate-pods', { ns: 'kube-system' }, ['namespace']],
    ['kubernetes/terminate-pods', { ns: 'shop' }, []],
    ['kubernetes/delete-namespace', { name: 'kube-system' }, ['namespace']],
    ['kubernetes/delete-nodes', { all: true }, ['uncounted']],
    ['azure/delete-vmss-instances', {}, ['uncounted']],
    ['azure/start-vmss-instances', {}, []],
  ])('%s %j: %j', (name, args, expected) => {
    expect(rules(name, args)).toEqual(expected);
  });

  it('can be allowed', () => {
    expect(rules('azure/delete-vmss-instances', {}, { uncounted: true })).toEqual([]);
    expect(rules('kubernetes/terminate-pods', { ns: 'default' }, { protectedNamespaces: ['default'] })).toEqual(['namespace']);
    expect(rules('kubernetes/terminate-pods', {}, { protectedNamespaces: ['default'] })).toEqual(['namespace']);
  });
});
