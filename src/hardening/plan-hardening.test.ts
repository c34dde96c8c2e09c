import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../base/index.ts';
import { applyChanges } from './apply-changes.ts';
import { planHardening } from './plan-hardening.ts';
import { simulateRollout } from './simulate-rollout.ts';
import { clusterOf, node } from './testing-cluster.ts';
import type { HardeningGoal } from './types.ts';

const GOAL: HardeningGoal = { survive: 'node', minReplicas: 2, namespace: undefined, include: [], exclude: [], fixes: undefined };
const NODES = [node('a'), node('b'), node('c')];
const noPrediction = () => [];

const workshop = clusterOf(NODES, [
  { name: 'frontend', on: ['b'], env: { CONTACTS_URL: 'http://contacts' } },
  { name: 'contacts', on: ['c'], env: { DB_HOST: 'mssql' } },
  { name: 'search', on: ['a', 'a'] },
  { name: 'mssql', on: ['b'], image: 'mcr.microsoft.com/mssql/server:2019-latest' },
]);

describe('a hardening plan', () => {
  it('runs everything twice and apart, and proves it', () => {
    const plan = planHardening(workshop, GOAL, noPrediction);
    expect(plan.changes.map(({ target, summary }) => `${target.name}: ${summary}`)).toEqual([
      'contacts: replicas 1 -> 2',
      'frontend: replicas 1 -> 2',
      'contacts: required anti-affinity on kubernetes.io/hostname',
      'frontend: required anti-affinity on kubernetes.io/hostname',
      'search: required anti-affinity on kubernetes.io/hostname',
      'contacts: new disruption budget: maxUnavailable 1',
      'frontend: new disruption budget: maxUnavailable 1',
      'search: new disruption budget: maxUnavailable 1',
    ]);
    expect(plan.proof.filter(({ holds }) => !holds)).toEqual([]);
    expect(plan.proven).toBe(true);
    const nodesOf = (id: string) => plan.modelAfter.workload(id)?.pods.map(({ spec }) => spec?.nodeName);
    expect(new Set(nodesOf('Deployment/shop/search')).size).toBe(2);
  });

  it('names the database, leaves it alone, and says whom it still takes down', () => {
    const plan = planHardening(workshop, GOAL, noPrediction);
    expect(plan.leftAlone.map(({ workload }) => workload)).toEqual(['Deployment/shop/mssql']);
    expect(plan.remaining.map(({ service, workload }) => [service, workload])).toEqual([
      ['shop/mssql', 'Deployment/shop/mssql'],
      ['shop/contacts', 'Deployment/shop/mssql'],
    ]);
  });

  it('changes nothing that is already so: a plan for its own result is empty', () => {
    const { modelAfter } = planHardening(workshop, GOAL, noPrediction);
    expect(planHardening(modelAfter, GOAL, noPrediction).changes).toEqual([]);
  });

  it('lets the rollout replace before it adds where every node is taken', () => {
    const full = clusterOf(NODES, [{ name: 'web', on: ['a', 'b', 'c'] }]);
    const plan = planHardening(full, GOAL, noPrediction);
    expect(plan.changes.map(({ fix }) => fix)).toContain('rollout-strategy');
    expect(plan.proven).toBe(true);
    const waiting = plan.proof.find(({ claim }) => claim.startsWith('what a failure takes'));
    expect(waiting?.detail).toContain("node(s) didn't match pod anti-affinity rules");
  });

  it('without the strategy fix shows where the rollout stops, and plans the nearest that does not', () => {
    const full = clusterOf(NODES, [{ name: 'web', on: ['a', 'b', 'c'] }]);
    const plan = planHardening(full, { ...GOAL, fixes: ['required-anti-affinity'] }, noPrediction);
    expect(plan.changes.map(({ fix }) => fix)).toEqual(['preferred-anti-affinity']);
    expect(plan.leftAlone[0]?.reason).toContain("0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules.");
  });

  it('does not promise what one node can not keep', () => {
    const single = clusterOf([node('a')], [{ name: 'web', on: ['a'] }]);
    const plan = planHardening(single, GOAL, noPrediction);
    expect(plan.proven).toBe(false);
    expect(plan.changes.map(({ fix }) => fix)).toEqual(['replicas', 'preferred-anti-affinity', 'disruption-budget']);
  });

  it('leaves replicas that have no room out, with the scheduler’s words', () => {
    const tight = clusterOf(NODES, [
      { name: 'big', on: ['a'], cpu: '1500m' },
      { name: 'x', on: ['b'], cpu: '1500m' },
      { name: 'y', on: ['c'], cpu: '1500m' },
    ]);
    const plan = planHardening(tight, GOAL, noPrediction);
    expect(plan.leftAlone.some(({ reason }) => reason.includes('Insufficient cpu'))).toBe(true);
    expect(plan.modelAfter.snapshot.pods.every(({ spec }) => Boolean(spec?.nodeName))).toBe(true);
  });

  it('keeps what a proven plan promises: after any rollout, any one node may go', () => {
    const wish = fc.record({
      on: fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 }),
      cpu: fc.constantFrom('100m', '400m', '900m'),
    });
    fc.assert(
      fc.property(fc.array(wish, { minLength: 1, maxLength: 4 }), fc.nat(), (wishes, seed) => {
        const cluster = clusterOf(
          NODES,
          wishes.map((each, index) => ({ ...each, name: `w${index}` })),
        );
        const plan = planHardening(cluster, GOAL, noPrediction);
        const { model, stuck } = simulateRollout(cluster, applyChanges(cluster, plan.changes), createRandom(seed));
        const alone = new Set(plan.leftAlone.map(({ workload }) => workload));
        if (!plan.proven || stuck.length > 0) return;
        for (const { id, pods } of model.workloads.filter((workload) => !alone.has(workload.id))) {
          expect([id, new Set(pods.map(({ spec }) => spec?.nodeName)).size]).toEqual([id, pods.length]);
          expect(pods.length).toBeGreaterThanOrEqual(2);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('refuses unknown names', () => {
    expect(() => planHardening(workshop, { ...GOAL, fixes: ['magic'] }, noPrediction)).toThrow('no such fix: magic');
    expect(() => planHardening(workshop, { ...GOAL, include: ['Deployment/shop/nope'] }, noPrediction)).toThrow('no such workload');
  });
});
