import { describe, expect, it } from 'vitest';
import { applyChanges } from '../apply-changes.ts';
import { planHardening } from '../plan-hardening.ts';
import { clusterOf, node } from '../testing-cluster.ts';
import type { HardeningGoal } from '../types.ts';
import { FIXES } from './index.ts';

const GOAL: HardeningGoal = { survive: 'node', minReplicas: 2, namespace: undefined, include: [], exclude: [], fixes: undefined };
const ZONED = [node('a', 'z1'), node('b', 'z2'), node('c', 'z3'), node('d', 'z1')];
const model = clusterOf(ZONED, [
  { name: 'web', on: ['a', 'a'], env: { API: 'http://api' } },
  { name: 'api', on: ['b', 'c'] },
]);
const WEB = 'Deployment/shop/web';

const propose = (name: string, goal = GOAL, from = model) => FIXES.find((fix) => fix.name === name)?.propose(from, WEB, goal) ?? [];

describe('fixes', () => {
  it.each(FIXES.map((fix) => [fix.name, fix] as const))('%s proposes nothing more once it is applied', (_name, fix) => {
    const single = clusterOf(ZONED, [
      { name: 'web', on: ['a'], env: { API: 'http://api' } },
      { name: 'api', on: ['b', 'c'] },
    ]);
    for (const start of [model, single]) {
      const after = applyChanges(start, fix.propose(start, WEB, GOAL));
      expect(fix.propose(after, WEB, GOAL)).toEqual([]);
    }
  });

  it('raise the floor of an autoscaler that would scale back', () => {
    const scaler = {
      metadata: { name: 'web-hpa', namespace: 'shop' },
      spec: { scaleTargetRef: { kind: 'Deployment', name: 'web', apiVersion: 'apps/v1' }, maxReplicas: 1 },
    };
    const scaled = clusterOf(ZONED, [{ name: 'web', on: ['a'] }], { horizontalPodAutoscalers: [scaler] });
    const changes = propose('replicas', GOAL, scaled);
    expect(changes.map(({ summary }) => summary)).toEqual(["autoscaler's minReplicas 1 -> 2", 'replicas 1 -> 2']);
    expect(applyChanges(scaled, changes).snapshot.horizontalPodAutoscalers[0]?.spec).toMatchObject({ minReplicas: 2, maxReplicas: 2 });
  });

  it('keep callers off the nodes of what they call', () => {
    const [change] = propose('service-anti-affinity');
    expect(change?.summary).toBe('preferred anti-affinity to api');
  });

  it('enforce the spread over zones only when a zone is to be survived', () => {
    expect(propose('topology-spread')[0]?.summary).toBe('spread over zones (ScheduleAnyway)');
    expect(propose('topology-spread', { ...GOAL, survive: 'zone' })[0]?.summary).toBe('spread over zones (DoNotSchedule)');
  });

  it('shorten the time on a lost node, but never a time that was set shorter', () => {
    expect(propose('toleration-seconds')[0]?.summary).toBe('tolerationSeconds 30 for not-ready and unreachable');
    const [change] = propose('toleration-seconds');
    const patched = JSON.parse(JSON.stringify(change).replaceAll('"tolerationSeconds":30', '"tolerationSeconds":5')) as typeof change;
    const short = applyChanges(model, patched ? [patched] : []);
    expect(propose('toleration-seconds', GOAL, short)).toEqual([]);
  });

  it('probe the first port of containers that have no probe', () => {
    expect(propose('readiness-probe')[0]?.summary).toBe('readiness probe for web (port 8080)');
  });

  it('prove together that a zone can be lost', () => {
    const plan = planHardening(model, { ...GOAL, survive: 'zone' }, () => []);
    expect(plan.changes.map(({ fix }) => fix)).toContain('topology-spread');
    expect(plan.proof.filter(({ holds }) => !holds)).toEqual([]);
  });

  it('all at once still prove the plan', () => {
    const plan = planHardening(model, { ...GOAL, fixes: FIXES.map(({ name }) => name) }, () => []);
    expect(plan.proven).toBe(true);
  });
});
