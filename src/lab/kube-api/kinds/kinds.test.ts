import { describe, expect, it } from 'vitest';
import { createRandom, createVirtualClock } from '../../../base/index.ts';
import type { Deployment, Pod, PodDisruptionBudget, PriorityClass, Service } from '../../../kubernetes/index.ts';
import { createLabApi, type LabApi } from '../index.ts';

const lab = (): LabApi => createLabApi({ clock: createVirtualClock(Date.parse('2026-01-31T12:00:00Z')), random: createRandom('kinds') });
const pod = (spec: Partial<NonNullable<Pod['spec']>> = {}): Pod => ({
  metadata: { name: 'p', namespace: 'default', labels: { app: 'p', rev: '7' } },
  spec: { containers: [{ name: 'c', image: 'registry.example/app' }], ...spec },
});

describe('a new pod', () => {
  it('gets what its author left out', () => {
    const limits = { cpu: '1', memory: '1Gi' };
    const made = lab().create(
      'Pod',
      pod({ containers: [{ name: 'c', image: 'app', resources: { limits }, readinessProbe: { httpGet: { port: 80 } } }] }),
    );
    expect(made.spec).toMatchObject({
      restartPolicy: 'Always',
      dnsPolicy: 'ClusterFirst',
      schedulerName: 'default-scheduler',
      priority: 0,
    });
    expect(made.spec?.tolerations?.map(({ tolerationSeconds }) => tolerationSeconds)).toEqual([300, 300]);
    expect(made.spec?.containers[0]).toMatchObject({
      imagePullPolicy: 'Always',
      resources: { requests: limits },
      readinessProbe: { periodSeconds: 10, failureThreshold: 3, httpGet: { path: '/', scheme: 'HTTP' } },
    });
    expect(made.status).toEqual({ phase: 'Pending', qosClass: 'Guaranteed' });
  });

  it('takes its priority from its class, and is refused without one of that name', () => {
    const api = lab();
    api.create<PriorityClass>('PriorityClass', { metadata: { name: 'high' }, value: 1000 });
    expect(api.create('Pod', pod({ priorityClassName: 'high' })).spec?.priority).toBe(1000);
    expect(() => api.create('Pod', pod({ priorityClassName: 'none' }))).toThrow(
      'pods "p" is forbidden: no PriorityClass with name none was found',
    );
  });

  it('has its match label keys merged into the selector', () => {
    const constraint = { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: {}, matchLabelKeys: ['rev'] };
    const made = lab().create('Pod', pod({ topologySpreadConstraints: [constraint] }));
    expect(made.spec?.topologySpreadConstraints?.[0]?.labelSelector).toEqual({
      matchExpressions: [{ key: 'rev', operator: 'In', values: ['7'] }],
    });
  });

  it('keeps what was seeded', () => {
    const old = pod();
    const api = lab();
    const seeded = api.seed<Pod>('Pod', {
      ...old,
      metadata: { ...old.metadata, uid: 'u', creationTimestamp: '2026-01-15T12:00:00Z' },
      status: { phase: 'Running' },
    });
    expect(seeded.metadata).toMatchObject({ uid: 'u', creationTimestamp: '2026-01-15T12:00:00Z' });
    expect(seeded.status).toEqual({ phase: 'Running', qosClass: 'BestEffort' });
  });
});

describe('other kinds', () => {
  it('count changes of the spec, and leave the status to its own writes', () => {
    const api = lab();
    const template = { metadata: { labels: { app: 'w' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    api.create<Deployment>('Deployment', { metadata: { name: 'w' }, spec: { selector: { matchLabels: { app: 'w' } }, template } });
    const scaled = api.modify<Deployment>('Deployment', 'default', 'w', (draft) => {
      if (draft.spec) draft.spec.replicas = 3;
      draft.status = { replicas: 9 };
    });
    expect(scaled?.metadata.generation).toBe(2);
    expect(scaled?.status).toEqual({});
    expect(scaled?.spec?.strategy?.rollingUpdate).toEqual({ maxUnavailable: '25%', maxSurge: '25%' });
  });

  it('give a Service its address once', () => {
    const api = lab();
    const made = api.create<Service>('Service', { metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } });
    expect(made.spec?.clusterIP).toMatch(/^10\.0\.\d+\.\d+$/);
    expect(made.spec?.ports?.[0]).toEqual({ port: 80, protocol: 'TCP', targetPort: 80 });
    expect(() =>
      api.modify<Service>('Service', 'default', 's', (draft) => {
        if (draft.spec) draft.spec.clusterIP = '10.0.9.9';
      }),
    ).toThrow('may not change once set');
  });

  it('refuse an eviction that a budget has no room for, and count those it has', () => {
    const api = lab();
    api.create('Pod', pod());
    api.bind('default', 'p', 'n');
    api.modify<Pod>(
      'Pod',
      'default',
      'p',
      (draft) => {
        draft.status = { ...draft.status, phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
      },
      { subresource: 'status' },
    );
    api.create<PodDisruptionBudget>('PodDisruptionBudget', {
      metadata: { name: 'b' },
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'p' } } },
    });
    expect(() => api.evict('default', 'p')).toThrow("Cannot evict pod as it would violate the pod's disruption budget.");
    const room = { observedGeneration: 1, disruptionsAllowed: 1, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2 };
    api.modify<PodDisruptionBudget>(
      'PodDisruptionBudget',
      'default',
      'b',
      (draft) => {
        draft.status = room;
      },
      { subresource: 'status' },
    );
    api.evict('default', 'p');
    expect(api.get<Pod>('Pod', 'default', 'p')?.metadata.deletionTimestamp).toBeDefined();
    expect(api.get<PodDisruptionBudget>('PodDisruptionBudget', 'default', 'b')?.status?.disruptionsAllowed).toBe(0);
  });
});
