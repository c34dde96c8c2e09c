import { request as ask } from 'node:https';
import { describe, expect, it } from 'vitest';
import { createRandom, createVirtualClock, silentLogger } from '../../../base/index.ts';
import type { Deployment, KubeObject, LimitRange, Pod, ResourceQuota } from '../../../kubernetes/index.ts';
import { createCertificates } from '../../certificates.ts';
import { ApiError, createLabApi, serveKubeApi, type LabApi } from '../../kube-api/index.ts';
import { startControllers } from '../index.ts';

type Resources = NonNullable<NonNullable<Pod['spec']>['containers'][number]['resources']>;

const START_MS = Date.parse('2026-01-31T12:00:00Z');

function lab() {
  const clock = createVirtualClock(START_MS);
  const api = createLabApi({ clock, random: createRandom('quota') });
  startControllers(api, { log: silentLogger });
  return { api, clock };
}

const pod = (name: string, resources: Resources = {}): Pod => ({
  metadata: { name, namespace: 'default' },
  spec: { containers: [{ name: 'c', image: 'registry.example/app:1', resources }] },
});

const asks = (cpu: string): Resources => ({ requests: { cpu } });

async function withQuota(hard: Record<string, string>, spec: ResourceQuota['spec'] = {}) {
  const { api, clock } = lab();
  api.create<ResourceQuota>('ResourceQuota', { metadata: { name: 'q', namespace: 'default' }, spec: { ...spec, hard } });
  await clock.advance(1000);
  return { api, clock };
}

const statusOf = (api: LabApi): ResourceQuota['status'] => api.get<ResourceQuota>('ResourceQuota', 'default', 'q')?.status;

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof ApiError) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'no refusal';
}

describe('a resource quota', () => {
  it('is counted by its controller, charged by what is made, and freed by what goes', async () => {
    const { api, clock } = await withQuota({ pods: '2', 'requests.cpu': '1', 'count/configmaps': '5' });
    expect(statusOf(api)?.used).toEqual({ pods: '0', 'requests.cpu': '0', 'count/configmaps': '1' });
    api.create('Pod', pod('a', asks('250m')));
    api.create('Pod', pod('b', asks('250m')));
    expect(statusOf(api)?.used).toEqual({ pods: '2', 'requests.cpu': '500m', 'count/configmaps': '1' });
    api.delete('Pod', 'default', 'a');
    await clock.advance(1000);
    expect(statusOf(api)?.used).toEqual({ pods: '1', 'requests.cpu': '250m', 'count/configmaps': '1' });
  });

  it('is counted again when a pod is resized to less', async () => {
    const { api, clock } = await withQuota({ 'requests.cpu': '1' });
    api.create('Pod', pod('a', { requests: { cpu: '800m' } }));
    const { key, cert, ca } = await createCertificates();
    const server = await serveKubeApi(api, { port: 0, key, cert, tokens: [{ token: 'mine', user: 'me' }] });
    const headers = { authorization: 'Bearer mine', 'content-type': 'application/strategic-merge-patch+json' };
    const status = await new Promise((resolve, reject) => {
      const url = `${server.url}/api/v1/namespaces/default/pods/a/resize`;
      const sent = ask(url, { method: 'PATCH', ca, headers, agent: false }, (answer) => resolve(answer.resume().statusCode));
      sent.on('error', reject).end(JSON.stringify({ spec: { containers: [{ name: 'c', resources: asks('200m') }] } }));
    });
    await server.stop();
    expect(status).toBe(200);
    await clock.advance(1000);
    expect(statusOf(api)?.used).toEqual({ 'requests.cpu': '200m' });
  });

  it('refuses what goes beyond it, in the words of the real server', async () => {
    const { api } = await withQuota({ pods: '2', 'requests.cpu': '1' });
    api.create('Pod', pod('a', asks('600m')));
    expect(refusal(() => api.create('Pod', pod('b', asks('0.5'))))).toBe(
      '403 pods "b" is forbidden: exceeded quota: q, requested: requests.cpu=500m, used: requests.cpu=600m, limited: requests.cpu=1',
    );
    expect(refusal(() => api.create('Pod', pod('c')))).toBe('403 pods "c" is forbidden: failed quota: q: must specify requests.cpu for: c');
    expect(statusOf(api)?.used).toEqual({ pods: '1', 'requests.cpu': '600m' });
  });

  it('is not known before it was counted', () => {
    const { api } = lab();
    api.create<ResourceQuota>('ResourceQuota', { metadata: { name: 'q', namespace: 'default' }, spec: { hard: { pods: '1' } } });
    expect(refusal(() => api.create('Pod', pod('a')))).toBe('403 pods "a" is forbidden: status unknown for quota: q, resources: pods');
  });

  it('with a scope counts the pods within it alone', async () => {
    const { api } = await withQuota({ pods: '1' }, { scopes: ['BestEffort'] });
    api.create('Pod', pod('calm', asks('1')));
    expect(statusOf(api)?.used).toEqual({ pods: '0' });
    api.create('Pod', pod('eager'));
    expect(refusal(() => api.create('Pod', pod('more')))).toContain('exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1');
  });

  it('keeps a replica set from its replicas, which says so', async () => {
    const { api, clock } = await withQuota({ pods: '1' });
    const labels = { app: 'w' };
    api.create<Deployment>('Deployment', {
      metadata: { name: 'w', namespace: 'default' },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i:1' }] } },
      },
    });
    await clock.advance(2000);
    expect(api.list('Pod')).toHaveLength(1);
    const told = api.list<KubeObject & { reason?: string; message?: string }>('Event').find(({ reason }) => reason === 'FailedCreate');
    expect(told?.message).toMatch(
      /^Error creating: pods "w-[a-z0-9]+-[a-z0-9]+" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1$/,
    );
  });
});

describe('a limit range', () => {
  const range = (api: LabApi, limits: NonNullable<LimitRange['spec']>['limits']): LimitRange =>
    api.create<LimitRange>('LimitRange', { metadata: { name: 'r', namespace: 'default' }, spec: { limits } });

  it('gives containers what they do not say, and tells it in an annotation', () => {
    const { api } = lab();
    range(api, [{ type: 'Container', default: { cpu: '500m', memory: '1Gi' }, defaultRequest: { cpu: '100m' } }]);
    const made = api.create('Pod', pod('a', { requests: { memory: '512Mi' } }));
    expect(made.spec?.containers[0]?.resources).toEqual({
      limits: { cpu: '500m', memory: '1Gi' },
      requests: { cpu: '100m', memory: '512Mi' },
    });
    expect(made.metadata.annotations?.['kubernetes.io/limit-ranger']).toBe(
      'LimitRanger plugin set: cpu request for container c; cpu, memory limit for container c',
    );
    expect(made.status?.qosClass).toBe('Burstable');
  });

  it('takes its own defaults from its bounds', () => {
    const { api } = lab();
    const made = range(api, [{ type: 'Container', max: { cpu: '1' }, min: { memory: '64Mi' } }]);
    expect(made.spec?.limits).toEqual([
      {
        type: 'Container',
        max: { cpu: '1' },
        min: { memory: '64Mi' },
        default: { cpu: '1' },
        defaultRequest: { cpu: '1', memory: '64Mi' },
      },
    ]);
  });

  it.each([
    [
      { type: 'Container', max: { memory: '1Gi' } },
      { requests: { memory: '800Mi' }, limits: { memory: '1536Mi' } },
      'maximum memory usage per Container is 1Gi, but limit is 1536Mi',
    ],
    [
      { type: 'Container', min: { memory: '500Mi' } },
      { requests: { memory: '100Mi' } },
      'minimum memory usage per Container is 500Mi, but request is 100Mi',
    ],
    [{ type: 'Pod', max: { cpu: '2' } }, {}, 'maximum cpu usage per Pod is 2.  No limit is specified'],
    [
      { type: 'Container', maxLimitRequestRatio: { cpu: '2' } },
      { requests: { cpu: '100m' }, limits: { cpu: '300m' } },
      'cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000',
    ],
  ])('refuses a pod beyond %j', (limit, resources: Resources, why) => {
    const { api } = lab();
    range(api, [limit]);
    expect(refusal(() => api.create('Pod', pod('a', resources)))).toBe(`403 pods "a" is forbidden: ${why}`);
  });

  it('refuses to contradict itself', () => {
    const { api } = lab();
    expect(
      refusal(() =>
        range(api, [{ type: 'Container', min: { cpu: '2' }, max: { cpu: '1' }, default: { cpu: '1' }, defaultRequest: { cpu: '1' } }]),
      ),
    ).toContain('spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1');
  });
});
