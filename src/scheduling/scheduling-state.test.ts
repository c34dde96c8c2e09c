import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../base/index.ts';
import type { Namespace, Node, Pod } from '../kubernetes/index.ts';
import { createSchedulingState } from './scheduling-state.ts';
import type { SchedulingState } from './types.ts';

const FIRST = { integer: () => 0 };
const namespaces: Namespace[] = [{ metadata: { name: 'default' } }];

const node = (name: string, extra: Partial<Node> = {}, cpu = '2'): Node => ({
  metadata: { name, labels: { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': `z${Number(name.slice(1)) % 2}` } },
  status: { allocatable: { cpu, memory: '4Gi', pods: '10' } },
  ...extra,
});
const pod = (name: string, spec: Partial<NonNullable<Pod['spec']>> = {}, cpu = '100m'): Pod => ({
  metadata: { name, namespace: 'default', uid: name, labels: { app: 'web' } },
  spec: { containers: [{ name: 'c', image: 'x', resources: { requests: { cpu } } }], ...spec },
});
const bound = (each: Pod, nodeName: string): Pod => ({ ...each, spec: { containers: [], ...each.spec, nodeName } });
const stateOf = (nodes: Node[], pods: Pod[] = []): SchedulingState => createSchedulingState({ nodes, pods, namespaces });

/** The node with other labels, taints and room. */
function changedNode(name: string, look: number, size: number): Node {
  const plain = node(name, {}, `${size + 1}`);
  const zone = look % 4 === 3 ? {} : { 'topology.kubernetes.io/zone': `z${look % 4}` };
  const labels = { 'kubernetes.io/hostname': name, pool: `p${look % 2}`, ...zone };
  const taints = look > 5 ? [{ key: 'k', effect: look === 6 ? 'NoSchedule' : 'PreferNoSchedule' }] : [];
  return { ...plain, metadata: { name, labels }, spec: { taints } };
}

const apart = {
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } },
      ],
    },
  },
};

const near = {
  affinity: {
    podAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 10, podAffinityTerm: { topologyKey: 'topology.kubernetes.io/zone', labelSelector: { matchLabels: { app: 'web' } } } },
      ],
    },
  },
};
const spreading = (whenUnsatisfiable: string) => ({
  nodeSelector: { pool: 'p1' },
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: 'topology.kubernetes.io/zone',
      whenUnsatisfiable,
      labelSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] },
    },
  ],
});
const PROBES = [
  pod('probe'),
  pod('apart', apart),
  pod('big', {}, '1900m'),
  pod('near', near),
  pod('spread', spreading('DoNotSchedule')),
  pod('rather-spread', spreading('ScheduleAnyway')),
  pod('tolerant', { tolerations: [{ operator: 'Exists' }] }),
];

/** Everything the state can tell, as one text. */
const answersOf = (state: SchedulingState): string =>
  JSON.stringify(PROBES.map((each) => [...state.explain(each)].sort(([a], [b]) => (a < b ? -1 : 1))));

describe('the scheduling state', () => {
  it('says in the words of the event why nothing fits', () => {
    const state = stateOf([node('n0'), node('n1', { spec: { unschedulable: true } })], [bound(pod('a', apart), 'n0')]);
    expect(state.schedule(pod('b', apart), FIRST)).toMatchObject({
      kind: 'unschedulable',
      message:
        "0/2 nodes are available: 1 node(s) didn't match pod anti-affinity rules, 1 node(s) were unschedulable. " +
        'no new claims to deallocate, preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.',
    });
    expect(stateOf([]).schedule(pod('a'), FIRST)).toMatchObject({ message: 'no nodes available to schedule pods' });
  });

  it('gives a pod its room back when it leaves or finishes', () => {
    const state = stateOf([node('n0', {}, '1')], [bound(pod('a', {}, '1'), 'n0')]);
    expect(state.schedule(pod('b', {}, '1'), FIRST).kind).toBe('unschedulable');
    state.upsert('Pod', { ...bound(pod('a', {}, '1'), 'n0'), status: { phase: 'Succeeded' } });
    expect(state.schedule(pod('b', {}, '1'), FIRST).kind).toBe('placed');
  });

  it('counts pods whose node is told later', () => {
    const state = stateOf([node('n1')], [bound(pod('a', {}, '2'), 'n0')]);
    state.upsert('Node', node('n0'));
    expect(state.explain(pod('b')).get('n0')).toMatchObject({ fits: false, reasons: ['Insufficient cpu'] });
  });

  it('attaches no more volumes to a node than its driver can', () => {
    const claim = (name: string) => ({ metadata: { name, namespace: 'default' }, spec: { storageClassName: 'disk' } });
    const using = (name: string) => pod(name, { volumes: [{ name: 'd', persistentVolumeClaim: { claimName: name } }] });
    const state = createSchedulingState({
      nodes: [node('n0')],
      pods: [bound(using('a'), 'n0')],
      namespaces,
      persistentVolumeClaims: [claim('a'), claim('b')],
      storageClasses: [{ metadata: { name: 'disk' }, provisioner: 'disk.csi.azure.com', volumeBindingMode: 'WaitForFirstConsumer' }],
      csiNodes: [
        { metadata: { name: 'n0' }, spec: { drivers: [{ name: 'disk.csi.azure.com', nodeID: 'n0', allocatable: { count: 1 } }] } },
      ],
    });
    expect(state.explain(using('b')).get('n0')).toMatchObject({ plugin: 'NodeVolumeLimits', reasons: ['node(s) exceed max volume count'] });
    state.remove('Pod', 'default', 'a');
    expect(state.explain(using('b')).get('n0')).toMatchObject({ fits: true });
  });

  it('names victims of lower priority, and lets nominated pods keep their room', () => {
    const state = stateOf([node('n0', {}, '1')], [bound(pod('low', { priority: 0 }, '1'), 'n0')]);
    const high = pod('high', { priority: 10 }, '1');
    expect(state.schedule(high, FIRST)).toMatchObject({ preemption: { node: 'n0', victims: [{ metadata: { name: 'low' } }] } });
    state.remove('Pod', 'default', 'low');
    state.upsert('Pod', { ...high, status: { nominatedNodeName: 'n0' } });
    expect(state.schedule(pod('late', { priority: 5 }, '500m'), FIRST).kind).toBe('unschedulable');
    expect(state.schedule(high, FIRST).kind).toBe('placed');
  });

  it('spreads the pods of services, those that come or go after a fork for that side alone', () => {
    const service = { metadata: { name: 'web', namespace: 'default' }, spec: { selector: { app: 'web' } } };
    const elsewhere = { metadata: { name: 'web', namespace: 'other' }, spec: { selector: { app: 'web' } } };
    const state = stateOf([node('n1'), node('n2')], [bound(pod('one', {}, '0'), 'n1')]);
    const spreads = (each: SchedulingState): boolean =>
      [...each.explain(pod('two', {}, '0')).values()].some((answer) => answer.fits && (answer.scores['PodTopologySpread'] ?? 0) > 0);
    state.upsert('Service', elsewhere);
    expect(spreads(state)).toBe(false);
    const fork = state.fork();
    fork.upsert('Service', service);
    expect([spreads(state), spreads(fork)]).toEqual([false, true]);
    fork.remove('Service', 'default', 'web');
    state.upsert('Service', service);
    expect([spreads(state), spreads(fork)]).toEqual([true, false]);
  });

  it('answers the same after any sequence of changes as when built anew, and forks do not touch each other', () => {
    const change = fc.record({
      what: fc.constantFrom('add', 'remove', 'node', 'drop', 'fork'),
      pod: fc.nat(7),
      node: fc.nat(3),
      kind: fc.nat(2),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        let state = stateOf([]);
        const nodes = new Map<string, Node>();
        const pods = new Map<string, Pod>();
        const left: { state: SchedulingState; answers: string }[] = [];
        for (const { what, pod: p, node: n, kind } of changes) {
          const [podName, nodeName] = [`p${p}`, `n${n}`];
          if (what === 'add') {
            const fresh = bound(pod(podName, [near, apart, {}][kind] ?? {}, kind === 2 ? '900m' : '100m'), nodeName);
            pods.set(podName, fresh);
            state.upsert('Pod', fresh);
          } else if (what === 'remove') {
            pods.delete(podName);
            state.remove('Pod', 'default', podName);
          } else if (what === 'node') {
            const fresh = changedNode(nodeName, p, kind);
            nodes.set(nodeName, fresh);
            state.upsert('Node', fresh);
          } else if (what === 'drop') {
            nodes.delete(nodeName);
            state.remove('Node', undefined, nodeName);
          } else {
            left.push({ state, answers: answersOf(state) });
            state = state.fork();
          }
        }
        const anew = createSchedulingState({ nodes: [...nodes.values()], pods: [...pods.values()], namespaces: [] });
        expect(answersOf(state)).toBe(answersOf(anew));
        for (const each of left) expect(answersOf(each.state)).toBe(each.answers);
      }),
      { numRuns: 150 },
    );
  });

  it('places no pod where a filter says no, whatever the order of the nodes', () => {
    const spread = [
      {
        maxSkew: 1,
        topologyKey: 'topology.kubernetes.io/zone',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { app: 'web' } },
      },
    ];
    const specs = [{}, apart, { topologySpreadConstraints: spread }];
    fc.assert(
      fc.property(fc.array(fc.nat(2), { maxLength: 12 }), fc.nat(), (kinds, seed) => {
        const nodes = ['n0', 'n1', 'n2', 'n3'].map((name) => node(name));
        const [state, mirror] = [stateOf(nodes), stateOf(nodes.slice().reverse())];
        const random = createRandom(seed);
        for (const [index, kind] of kinds.entries()) {
          const fresh = pod(`p${index}`, specs[kind] ?? {}, '600m');
          const [placement, other] = [state.schedule(fresh, random), mirror.schedule(fresh, random)];
          expect(other.kind === 'placed' ? [other.best, other.feasible] : other.message).toEqual(
            placement.kind === 'placed' ? [placement.best, placement.feasible] : placement.message,
          );
          if (placement.kind !== 'placed') continue;
          expect(state.explain(fresh).get(placement.node)?.fits).toBe(true);
          state.upsert('Pod', bound(fresh, placement.node));
          mirror.upsert('Pod', bound(fresh, placement.node));
        }
      }),
      { numRuns: 100 },
    );
  });
});
