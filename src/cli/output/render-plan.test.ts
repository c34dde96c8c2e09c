import { expect, it } from 'vitest';
import { buildModel, snapshotFromObjects } from '../../cluster/index.ts';
import type { HardeningPlan } from '../../hardening/index.ts';
import { renderPlan } from './render-plan.ts';
import { createStyle } from './style.ts';

const WORKLOADS = 300;
const ids = Array.from({ length: WORKLOADS }, (_, index) => `Deployment/shop/app-${index}`);
const change = (workload: string): HardeningPlan['changes'][number] => ({
  fix: 'replicas',
  target: { kind: 'Deployment', namespace: 'shop', name: workload },
  workload,
  summary: 'replicas 1 -> 2',
  why: 'one is too few',
  apply: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: workload, namespace: 'shop' } },
  creates: false,
});
const plan: HardeningPlan = {
  goal: { survive: 'node', minReplicas: 2, namespace: undefined, include: [], exclude: [], fixes: undefined },
  changes: ids.map(change),
  leftAlone: ids.map((workload) => ({ workload, reason: 'it runs a data store', suggestion: 'replicate it' })),
  proof: [],
  proven: true,
  before: [],
  after: [],
  modelAfter: buildModel(
    snapshotFromObjects([{ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } }], {
      source: 's',
      capturedAt: '',
      serverVersion: '1.36.2',
    }),
  ),
  remaining: ids.map((workload) => ({ service: `shop/${workload}`, workload, why: 'its only pod goes down' })),
};

it('shows of hundreds of workloads the first, and says how many more there are and how to see all', () => {
  const lines = renderPlan(plan, createStyle(false)).split('\n');
  expect(lines.length).toBeLessThan(110);
  const more = lines.filter((line) => line.includes('more of 300'));
  expect(more.map((line) => Number(/and (\d+) more/.exec(line)?.[1]))).toEqual([260, 280, 280]);
  expect(more[0]).toContain('-o json');
});
