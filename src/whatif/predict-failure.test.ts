import { describe, expect, it } from 'vitest';
import { daemonSet, deployment, node, pod, service, statefulSet } from '../../tests/fixtures/objects.ts';
import { NODE_0, NODE_9, NODE_A, workshopObjects } from '../../tests/fixtures/workshop-cluster.ts';
import { createRandom } from '../base/index.ts';
import { buildModel, snapshotFromObjects } from '../cluster/index.ts';
import type { ClusterModel } from '../cluster/index.ts';
import type { KubeObject, PodSpec } from '../kubernetes/index.ts';
import { clockSettingsFor, describePrediction, failuresOf, predictFailure, sweep } from './index.ts';
import type { Prediction } from './index.ts';

const facts = { source: 'test', capturedAt: '2026-01-01T00:00:00Z', serverVersion: 'v1.36.2' };
const modelOf = (...objects: (KubeObject | KubeObject[])[]): ClusterModel => buildModel(snapshotFromObjects(objects.flat(), facts));
const random = createRandom('test');
const kill = (model: ClusterModel, ...nodes: string[]): Prediction => predictFailure(model, { kind: 'zone', zone: 'z', nodes }, { random });
const verdicts = ({ services }: Prediction): Record<string, string> =>
  Object.fromEntries(services.map(({ service, verdict }) => [service.split('/')[1], verdict]));
/** Half a grace period's doubt, the tolerations, the start of a replacement. */
const NOTICED = 47_500;
const EVICTED = NOTICED + 100 + 300_000;

describe("the workshop's cluster, node by node", () => {
  const workshop = modelOf(...workshopObjects);
  const journeys = [
    { name: 'search', services: ['frontend', 'search'] },
    { name: 'add-contact', services: ['contacts'] },
    { name: 'reports', services: ['contactsapp/visitreports'] },
  ];
  const predict = (name: string): Prediction => predictFailure(workshop, { kind: 'node', nodes: [name] }, { random, journeys });
  const journeyVerdicts = (prediction: Prediction): unknown => prediction.journeys.map(({ journey, verdict }) => `${journey}: ${verdict}`);

  it('…000000 takes search with both of its replicas', () => {
    const prediction = predict(NODE_0);
    expect(prediction.verdict).toBe('down');
    expect(verdicts(prediction)).toEqual({ search: 'down', frontend: 'degraded' });
    expect(journeyVerdicts(prediction)).toEqual(['search: down', 'add-contact: survives', 'reports: survives']);
    const down = prediction.services.find(({ service }) => service === 'contactsapp/search')?.down;
    expect(down).toEqual({ fromMs: 0, toMs: EVICTED + 50 + 10_000 });
  });

  it('…000009 takes the frontend, and contacts because their database is there', () => {
    const prediction = predict(NODE_9);
    expect(verdicts(prediction)).toEqual({ contacts: 'down', frontend: 'down', mssqlsvr: 'down', visitreports: 'down' });
    expect(prediction.services.find(({ service }) => service === 'contactsapp/contacts')).toMatchObject({
      lost: 0,
      brokenBy: { services: ['contactsapp/mssqlsvr'] },
    });
    expect(journeyVerdicts(prediction)).toEqual(['search: down', 'add-contact: down', 'reports: down']);
  });

  it('…00000a takes half of the application, but not search', () => {
    const prediction = predict(NODE_A);
    expect(verdicts(prediction)).toEqual({
      contacts: 'down',
      frontend: 'degraded',
      resources: 'down',
      'resources-function': 'down',
      'search-function': 'down',
      'textanalytics-function': 'down',
    });
    expect(prediction.pods.map(({ fate }) => fate)).toEqual(Array(5).fill('replaced'));
  });

  it('blames no node for a service that is down already, and no journey is fine that needs it', () => {
    const [first, ...rest] = workshopObjects.map((object) =>
      object.kind === 'Pod' && object.metadata.name.startsWith('visitreports')
        ? { ...object, status: { conditions: [{ type: 'Ready', status: 'False' }] } }
        : object,
    );
    if (first === undefined) throw new Error('the fixture has objects');
    const broken = modelOf(first, rest);
    const prediction = predictFailure(broken, { kind: 'node', nodes: [NODE_9] }, { random, journeys });
    expect(prediction.downAlready).toEqual(['contactsapp/visitreports']);
    expect(Object.keys(verdicts(prediction))).not.toContain('visitreports');
    const reports = prediction.journeys.find(({ journey }) => journey === 'reports');
    expect(reports).toMatchObject({ verdict: 'survives', brokenAlready: ['contactsapp/visitreports'] });
    expect(predict(NODE_9).downAlready).toBeUndefined();
  });

  it('says it in words', () => {
    const words = describePrediction(predict(NODE_0), (name) => `…${name.slice(-6)}`);
    expect(words.failure).toBe('node …000000');
    expect(words.services).toEqual([
      'search: down for 5 min 58 s, both endpoints lost',
      'frontend: some requests fail for 5 min 58 s, because search is down',
    ]);
    expect(words.journeys).toEqual(['search: down for 5 min 58 s (search)']);
    expect(words.pods[0]).toMatch(/^search-deploy-1: replaced on …00000[9a] after 5 min 58 s$/);
  });

  it('tells the same story for the same seed', () => {
    expect(sweep(workshop, { random: createRandom('x') })).toEqual(sweep(workshop, { random: createRandom('x') }));
  });
});

describe('a prediction', () => {
  const [a, b, c] = [node('a'), node('b'), node('c')];

  it('counts a partly lost service as degraded until the cluster notices', () => {
    const [impact] = kill(modelOf(a, b, deployment('web', { on: ['a', 'b'] }), service('web')), 'a').services;
    expect(impact).toMatchObject({ verdict: 'degraded', failingShare: 0.5, partial: { fromMs: 0, toMs: NOTICED }, down: undefined });
  });

  it('survives where nothing is lost', () => {
    const prediction = kill(modelOf(a, b, deployment('web', { on: ['b'] }), service('web')), 'a');
    expect([prediction.verdict, prediction.services]).toEqual(['survives', []]);
  });

  it('leaves a stateful set and a bare pod until the node returns, and daemon pods where they are', () => {
    const model = modelOf(
      a,
      b,
      statefulSet('db', { on: ['a'] }),
      service('db'),
      pod('bare', { on: ['a'] }),
      daemonSet('agent', { on: ['a', 'b'] }),
    );
    const { pods, services } = kill(model, 'a');
    expect(Object.fromEntries(pods.map(({ name, fate, evictedAtMs }) => [name, [fate, evictedAtMs]]))).toEqual({
      'agent-0': ['stays', undefined],
      bare: ['stuck', EVICTED],
      'db-0': ['stuck', EVICTED],
    });
    expect(services[0]?.down).toEqual({ fromMs: 0, toMs: undefined });
  });

  it('repeats the words of the scheduler for what stays pending', () => {
    const alone: Partial<PodSpec> = {
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } },
          ],
        },
      },
    };
    const prediction = kill(modelOf(a, b, deployment('web', { on: ['a', 'b'], spec: alone }), service('web')), 'a');
    expect(prediction.pods).toMatchObject([{ fate: 'pending', replacement: { node: undefined } }]);
    const message = prediction.pods[0]?.replacement;
    expect(message).toMatchObject({ message: expect.stringMatching(/^0\/2 nodes are available: /) });
    expect(prediction.timeline.at(-1)?.what).toBe('stays Pending: web');
  });

  it.each<[string, NonNullable<PodSpec['tolerations']>, number | undefined]>([
    [
      'its own toleration of 10 s',
      [{ key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 10 }],
      10_000,
    ],
    [
      'the least of two',
      [
        { operator: 'Exists', tolerationSeconds: 30 },
        { key: 'node.kubernetes.io/unreachable', operator: 'Exists', tolerationSeconds: 5 },
      ],
      5_000,
    ],
    ['a toleration without end', [{ operator: 'Exists' }], undefined],
    ['the default of admission', [{ key: 'other', operator: 'Exists' }], 300_000],
  ])('evicts after %s', (_, tolerations, afterMs) => {
    const [fate] = kill(modelOf(a, b, deployment('web', { on: ['a'], spec: { tolerations } })), 'a').pods;
    expect(fate?.evictedAtMs).toBe(afterMs === undefined ? undefined : NOTICED + 100 + afterMs);
  });

  it('evicts from two nodes of one zone ten seconds apart, from two zones together', () => {
    const evictions = (model: ClusterModel): (number | undefined)[] => kill(model, 'a', 'b').pods.map(({ evictedAtMs }) => evictedAtMs);
    const pods = deployment('web', { on: ['a', 'b'] });
    expect(evictions(modelOf(a, b, c, pods))).toEqual([EVICTED, EVICTED + 10_000]);
    expect(evictions(modelOf(node('a', { zone: 'z1' }), node('b', { zone: 'z2' }), c, pods))).toEqual([EVICTED, EVICTED]);
  });

  it('evicts nothing when every node is lost, or most of a small zone', () => {
    const pods = deployment('web', { on: ['a'] });
    const all = kill(modelOf(a, b, pods), 'a', 'b');
    expect(all.pods).toMatchObject([{ fate: 'stuck', evictedAtMs: undefined }]);
    expect(all.timeline.map(({ what }) => what)).toContain('too many nodes are lost: nothing is evicted from a and b');
    const most = kill(modelOf(a, b, c, node('d'), pods), 'a', 'b', 'c');
    expect(most.pods[0]?.evictedAtMs).toBeUndefined();
    const half = kill(modelOf(a, b, c, node('d'), pods), 'a', 'b');
    expect(half.pods[0]?.evictedAtMs).toBe(EVICTED);
  });

  it('lets a pod of higher priority push others out, which are lost in turn', () => {
    const [small, smaller] = [node('a', { cpu: '1' }), node('b', { cpu: '1' })];
    const spec = (name: string, priority: number): Partial<PodSpec> => ({
      priority,
      containers: [{ name, image: 'x', resources: { requests: { cpu: '800m' } } }],
    });
    const model = modelOf(
      small,
      smaller,
      deployment('vip', { on: ['a'], spec: spec('vip', 1000) }),
      deployment('low', { on: ['b'], spec: spec('low', 0) }),
      service('low'),
    );
    const { pods, services } = kill(model, 'a');
    const fates = pods.map(({ workload, fate, node: from }) => `${workload.split('/')[2]} ${from} ${fate}`);
    expect(fates).toEqual(['vip a replaced', 'low b pending']);
    expect(services).toMatchObject([{ service: 'shop/low', verdict: 'down', down: { fromMs: EVICTED + 50, toMs: undefined } }]);
  });

  it('takes the start of a replacement from what its siblings took', () => {
    const at = (seconds: number): string => new Date(seconds * 1000).toISOString();
    const [top, set, first] = deployment('web', { on: ['a'] });
    const status = {
      phase: 'Running',
      conditions: [
        { type: 'PodScheduled', status: 'True', lastTransitionTime: at(100) },
        { type: 'Ready', status: 'True', lastTransitionTime: at(117) },
      ],
      containerStatuses: [
        { name: 'web', ready: true, restartCount: 0, image: '', imageID: '', state: { running: { startedAt: at(103) } } },
      ],
    };
    const model = buildModel(snapshotFromObjects([a, b, top, set, { ...first, status }, service('web')], facts));
    expect(kill(model, 'a').services[0]?.down?.toMs).toBe(EVICTED + 50 + 17_000);
  });

  it('names the node that was meant', () => {
    expect(() => kill(modelOf(a, b), 'aa')).toThrow(expect.objectContaining({ code: 'NOT_FOUND', hint: "Did you mean 'a'?" }));
  });

  it('lists every node, zone and pair', () => {
    const model = modelOf(node('a', { zone: 'z1' }), node('b', { zone: 'z1' }), node('c', { zone: 'z2' }));
    expect(failuresOf(model, {})).toHaveLength(3);
    expect(failuresOf(model, { zones: true, pairs: true }).map(({ kind, nodes }) => `${kind} ${nodes.join('+')}`)).toEqual([
      'zone a+b',
      'zone c',
      'pair a+b',
      'pair a+c',
      'pair b+c',
    ]);
    expect(() => failuresOf(modelOf(a), { zones: true })).toThrow('the nodes carry no zone label');
  });

  it('follows the version of the server', () => {
    expect(
      ['v1.36.2', 'v1.32.0', 'v1.31.9', 'v1.20.2-gke', undefined].map((version) => clockSettingsFor(version).nodeMonitorGracePeriodMs),
    ).toEqual([50_000, 50_000, 40_000, 40_000, 50_000]);
  });
});
