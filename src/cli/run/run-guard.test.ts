import { describe, expect, it } from 'vitest';
import { buildModel, snapshotFromObjects } from '../../cluster/index.ts';
import type { UndoPlan } from '../../experiment/index.ts';
import { DEFAULT_LIMITS, type RunGuardLimits } from './guard-limits.ts';
import { createRunGuard } from './run-guard.ts';

const plan = (...nodes: string[]): UndoPlan => ({
  undo: 'azure/start-vmss-instances',
  state: { nodeNames: nodes, mode: 'stop' },
  summary: '',
  targets: nodes.map((node) => `azure:/${node}`),
});
const guard = (limits: Partial<RunGuardLimits>, blind?: string) =>
  createRunGuard({ model: undefined, blind, limits: { ...DEFAULT_LIMITS, ...limits }, prediction: [], say: () => {} });

describe('the guard of a run', () => {
  it('counts the nodes that the run took before', async () => {
    const ask = guard({ maxNodes: 1 });
    await ask(plan('a'));
    await ask(plan('a'));
    await expect(ask(plan('b'))).rejects.toMatchObject({ code: 'REFUSED', message: expect.stringContaining('2 machines') as string });
  });

  it('takes nothing of a cluster that is there but can not be seen', async () => {
    await expect(guard({}, 'no answer within 30 s')(plan('a'))).rejects.toThrow(/unknown.*no answer within 30 s/);
    await expect(guard({ unknownNodes: true }, 'no answer within 30 s')(plan('a'))).resolves.toBeUndefined();
  });

  it('spares a node with a pod of a protected namespace, DaemonSets and static pods aside', async () => {
    const node = (name: string) => ({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name },
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
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
    const objects = [
      node('a'),
      node('b'),
      node('c'),
      pod('dns', 'a', 'ReplicaSet'),
      pod('proxy', 'b', 'DaemonSet'),
      pod('static', 'b', 'Node'),
    ];
    const model = buildModel(snapshotFromObjects(objects, { source: 'test', capturedAt: '2026-01-01T00:00:00Z' }));
    const ask = () => createRunGuard({ model, limits: DEFAULT_LIMITS, prediction: [], say: () => {} });
    await expect(ask()(plan('a'))).rejects.toMatchObject({ hint: expect.stringContaining('--allow-namespace kube-system') as string });
    await expect(ask()(plan('b'))).resolves.toBeUndefined();
    await expect(ask()(plan('elsewhere'))).rejects.toThrow(/no known node/);
  });
});
