import { afterEach, describe, expect, it } from 'vitest';
import type { CronJob, DaemonSet, Deployment, Event, Job, Pod, ReplicaSet, StatefulSet } from '../../../kubernetes/index.ts';
import { startTestCluster, type TestCluster } from '../_test-cluster.ts';

const clusters: TestCluster[] = [];
afterEach(() => clusters.splice(0).forEach((cluster) => cluster.stop()));
async function start(): Promise<TestCluster> {
  const cluster = await startTestCluster({ a: 'z1', b: 'z2', c: 'z3' });
  clusters.push(cluster);
  return cluster;
}

const MINUTE = 60_000;
const labels = { app: 'x' };
const meta = { name: 'x', namespace: 'default' };
const template = (image = 'registry.example/x:1') => ({ metadata: { labels }, spec: { containers: [{ name: 'main', image }] } });
const selector = { matchLabels: labels };

const pods = ({ api }: TestCluster): readonly Pod[] => api.list<Pod>('Pod', { namespace: 'default' });
const names = (cluster: TestCluster): string[] =>
  pods(cluster)
    .map(({ metadata }) => metadata.name)
    .sort();
const imageOf = ({ spec }: Pod): string => spec?.containers[0]?.image?.split(':')[1] ?? '';
const isReady = ({ status }: Pod): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;
const reasons = ({ api }: TestCluster): Set<string | undefined> => new Set(api.list<Event>('Event').map(({ reason }) => reason));

/** The most and fewest pods that hold a thing, over some time. */
async function over(cluster: TestCluster, ms: number, count: (pods: readonly Pod[]) => number): Promise<{ least: number; most: number }> {
  const seen: number[] = [];
  for (let at = 0; at < ms; at += 250) {
    seen.push(count(pods(cluster)));
    await cluster.clock.advance(250);
  }
  return { least: Math.min(...seen), most: Math.max(...seen) };
}

describe('a stateful set', () => {
  const create = ({ api }: TestCluster, spec: Partial<NonNullable<StatefulSet['spec']>>): StatefulSet =>
    api.create<StatefulSet>('StatefulSet', { metadata: meta, spec: { serviceName: 'x', selector, template: template(), ...spec } });
  const change = ({ api }: TestCluster, edit: (spec: NonNullable<StatefulSet['spec']>) => void): void =>
    void api.modify<StatefulSet>('StatefulSet', 'default', 'x', (draft) => draft.spec && edit(draft.spec));

  it('makes its pods one after the other from its first ordinal, or all at once', async () => {
    const cluster = await start();
    create(cluster, { replicas: 3, ordinals: { start: 5 } });
    await cluster.clock.advance(1_000);
    expect(names(cluster)).toEqual(['x-5']);
    await cluster.clock.advance(MINUTE);
    expect(names(cluster)).toEqual(['x-5', 'x-6', 'x-7']);
    const other = await start();
    create(other, { replicas: 3, podManagementPolicy: 'Parallel' });
    await other.clock.advance(1_000);
    expect(names(other)).toEqual(['x-0', 'x-1', 'x-2']);
  });

  it('updates down to its partition, from the highest ordinal', async () => {
    const cluster = await start();
    create(cluster, { replicas: 3, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } });
    await cluster.clock.advance(MINUTE);
    change(cluster, (spec) => (spec.template = template('registry.example/x:2')));
    await cluster.clock.advance(2 * MINUTE);
    const images = (): string[] =>
      names(cluster).map((name) => imageOf(pods(cluster).find(({ metadata }) => metadata.name === name) ?? { metadata: meta }));
    expect(images()).toEqual(['1', '2', '2']);
    cluster.api.delete('Pod', 'default', 'x-0');
    await cluster.clock.advance(MINUTE);
    expect(images()).toEqual(['1', '2', '2']);
  });

  it('leaves updates to whoever deletes the pods, when told so', async () => {
    const cluster = await start();
    create(cluster, { replicas: 2, updateStrategy: { type: 'OnDelete' } });
    await cluster.clock.advance(MINUTE);
    change(cluster, (spec) => (spec.template = template('registry.example/x:2')));
    await cluster.clock.advance(MINUTE);
    expect(pods(cluster).map(imageOf)).toEqual(['1', '1']);
    cluster.api.delete('Pod', 'default', 'x-1');
    await cluster.clock.advance(MINUTE);
    expect(pods(cluster).map(imageOf).sort()).toEqual(['1', '2']);
  });
});

describe('a daemon set', () => {
  it.each([
    ['after it has taken one away', { maxUnavailable: 1, maxSurge: 0 }, { least: 2, most: 3 }, { least: 3, most: 3 }],
    ['before it takes one away', { maxUnavailable: 0, maxSurge: 1 }, { least: 3, most: 4 }, { least: 3, most: 4 }],
  ])('that is updated starts a new pod %s', async (_, rollingUpdate, ready, all) => {
    const cluster = await start();
    cluster.api.create<DaemonSet>('DaemonSet', {
      metadata: meta,
      spec: { selector, template: template(), updateStrategy: { type: 'RollingUpdate', rollingUpdate } },
    });
    await cluster.clock.advance(MINUTE);
    cluster.api.modify<DaemonSet>(
      'DaemonSet',
      'default',
      'x',
      (draft) => void (draft.spec && (draft.spec.template = template('registry.example/x:2'))),
    );
    const isLiving = ({ metadata }: Pod): boolean => metadata.deletionTimestamp === undefined;
    const seen = { ready: 0, all: 0 };
    const both = await over(cluster, MINUTE, (list) => {
      seen.all = Math.max(seen.all, list.filter(isLiving).length);
      return list.filter((pod) => isReady(pod) && isLiving(pod)).length;
    });
    expect([both.least, both.most <= ready.most, seen.all <= all.most]).toEqual([ready.least, true, true]);
    expect(pods(cluster).map(imageOf)).toEqual(['2', '2', '2']);
  });
});

describe('a deployment', () => {
  const create = ({ api }: TestCluster, spec: Partial<NonNullable<Deployment['spec']>>): Deployment =>
    api.create<Deployment>('Deployment', { metadata: meta, spec: { replicas: 3, selector, template: template(), ...spec } });
  const release = ({ api }: TestCluster, image: string, annotations: Record<string, string> = {}): void =>
    void api.modify<Deployment>('Deployment', 'default', 'x', (draft) => {
      const next = template(image);
      if (draft.spec) draft.spec.template = { ...next, metadata: { labels, annotations } };
    });

  it('that recreates never has pods of both kinds', async () => {
    const cluster = await start();
    create(cluster, { strategy: { type: 'Recreate' } });
    await cluster.clock.advance(MINUTE);
    release(cluster, 'registry.example/x:2');
    const mixed = await over(cluster, MINUTE, (list) => new Set(list.map(imageOf)).size);
    expect([mixed.most, pods(cluster).map(imageOf)]).toEqual([1, ['2', '2', '2']]);
  });

  it('that does not come up says so at its deadline, and keeps its old pods', async () => {
    const cluster = await start();
    create(cluster, { progressDeadlineSeconds: 60 });
    await cluster.clock.advance(MINUTE);
    release(cluster, 'registry.example/x:2', { 'fake/never-ready': 'true' });
    await cluster.clock.advance(2 * MINUTE);
    const { conditions, availableReplicas } = cluster.api.get<Deployment>('Deployment', 'default', 'x')?.status ?? {};
    expect(conditions?.find(({ type }) => type === 'Progressing')).toMatchObject({ status: 'False', reason: 'ProgressDeadlineExceeded' });
    expect(availableReplicas).toBe(3);
  });

  it('says what refuses its replica set, and its pods, also without a deadline', async () => {
    const cluster = await start();
    const quota = (name: string, hard: Record<string, string>) => ({ metadata: { name, namespace: 'default' }, spec: { hard } });
    cluster.api.create('ResourceQuota', quota('sets', { 'count/replicasets.apps': '0' }));
    cluster.api.create('ResourceQuota', quota('pods', { pods: '1' }));
    await cluster.clock.advance(1_000);
    create(cluster, {});
    const conditions = () => cluster.api.get<Deployment>('Deployment', 'default', 'x')?.status?.conditions ?? [];
    await cluster.clock.advance(1_000);
    const refusal = conditions().find(({ type }) => type === 'Progressing');
    expect(refusal).toMatchObject({ status: 'False', reason: 'ReplicaSetCreateError' });
    expect(refusal?.message).toMatch(
      /^Failed to create new replica set "x-\w+": replicasets.apps "x-\w+" is forbidden: exceeded quota: sets/,
    );
    expect(reasons(cluster)).toContain('ReplicaSetCreateError');
    cluster.api.delete('ResourceQuota', 'default', 'sets');
    // No deadline: the greatest number there is.
    cluster.api.modify<Deployment>(
      'Deployment',
      'default',
      'x',
      (draft) => void (draft.spec && (draft.spec.progressDeadlineSeconds = 2 ** 31 - 1)),
    );
    await cluster.clock.advance(MINUTE);
    expect(conditions().map(({ type, status, reason }) => [type, status, reason])).toEqual([
      ['Available', 'False', 'MinimumReplicasUnavailable'],
      ['ReplicaFailure', 'True', 'FailedCreate'],
    ]);
  });

  it('that is paused still forgets what is beyond its history', async () => {
    const cluster = await start();
    create(cluster, {});
    for (const tag of ['2', '3']) {
      await cluster.clock.advance(MINUTE);
      release(cluster, `registry.example/x:${tag}`);
    }
    await cluster.clock.advance(MINUTE);
    expect(cluster.api.list('ReplicaSet')).toHaveLength(3);
    cluster.api.modify<Deployment>('Deployment', 'default', 'x', (draft) => {
      if (draft.spec) Object.assign(draft.spec, { paused: true, revisionHistoryLimit: 0 });
    });
    await cluster.clock.advance(MINUTE);
    expect(cluster.api.list('ReplicaSet')).toHaveLength(1);
  });

  it('keeps as many old replica sets as it is told', async () => {
    const cluster = await start();
    create(cluster, { revisionHistoryLimit: 1 });
    for (const tag of ['2', '3', '4']) {
      await cluster.clock.advance(MINUTE);
      release(cluster, `registry.example/x:${tag}`);
    }
    await cluster.clock.advance(MINUTE);
    const sets = cluster.api.list<ReplicaSet>('ReplicaSet');
    expect(sets.map(({ metadata }) => metadata.annotations?.['deployment.kubernetes.io/revision'])).toEqual(['3', '4']);
  });
});

describe('a cron job', () => {
  const create = ({ api }: TestCluster, spec: Partial<NonNullable<CronJob['spec']>>, container = {}): CronJob =>
    api.create<CronJob>('CronJob', {
      metadata: meta,
      spec: {
        schedule: '* * * * *',
        jobTemplate: {
          spec: {
            template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'registry.example/task:1', ...container }] } },
          },
        },
        ...spec,
      },
    });
  const jobs = ({ api }: TestCluster): readonly Job[] => api.list<Job>('Job');
  /** No node has room for it, so it never ends. */
  const endless = { resources: { requests: { cpu: '64' } } };

  it('keeps three jobs that succeeded, and tells when the last did', async () => {
    const cluster = await start();
    create(cluster, {});
    await cluster.clock.advance(6.5 * MINUTE);
    expect(jobs(cluster)).toHaveLength(3);
    expect(cluster.api.get<CronJob>('CronJob', 'default', 'x')?.status?.lastSuccessfulTime).toMatch(/^2026-01-05T08:06/);
    expect(reasons(cluster)).toContain('SawCompletedJob');
  });

  it.each([
    ['Allow', 3, false],
    ['Forbid', 1, true],
    ['Replace', 1, false],
  ])('whose jobs take long, with concurrency policy %s, has %d at a time', async (concurrencyPolicy, count, isTold) => {
    const cluster = await start();
    create(cluster, { concurrencyPolicy }, endless);
    await cluster.clock.advance(3.2 * MINUTE);
    expect([jobs(cluster).length, reasons(cluster).has('JobAlreadyActive')]).toEqual([count, isTold]);
  });

  it('runs on the clock of its time zone, and not in one that nobody knows', async () => {
    const cluster = await start();
    create(cluster, { schedule: '5 9 * * *', timeZone: 'Europe/Berlin' });
    await cluster.clock.advance(6 * MINUTE);
    expect(jobs(cluster)).toHaveLength(1);
    const other = await start();
    // A server refuses such a zone; it may have known it when the object was written.
    const { spec, metadata } = create(other, {});
    other.api.delete('CronJob', 'default', metadata.name);
    if (spec) other.api.seed<CronJob>('CronJob', { metadata: meta, spec: { ...spec, timeZone: 'Nowhere/Land' } });
    await other.clock.advance(2 * MINUTE);
    expect([jobs(other), reasons(other).has('UnknownTimeZone')]).toEqual([[], true]);
  });

  it('misses a start without a word when it is held up for longer than it may', async () => {
    const cluster = await start();
    create(cluster, { schedule: '*/10 * * * *', startingDeadlineSeconds: 100, suspend: true });
    await cluster.clock.advance(11 * MINUTE + 40_000);
    cluster.api.modify<CronJob>('CronJob', 'default', 'x', (draft) => void (draft.spec && (draft.spec.suspend = false)));
    await cluster.clock.advance(MINUTE);
    expect([jobs(cluster), reasons(cluster).has('MissSchedule')]).toEqual([[], false]);
  });

  it('says so when more than a hundred of its times have passed, and starts the latest', async () => {
    const cluster = await start();
    create(cluster, { suspend: true });
    await cluster.clock.advance(120 * MINUTE);
    expect(jobs(cluster)).toEqual([]);
    cluster.api.modify<CronJob>('CronJob', 'default', 'x', (draft) => void (draft.spec && (draft.spec.suspend = false)));
    await cluster.clock.advance(20_000);
    expect([jobs(cluster).length, reasons(cluster).has('TooManyMissedTimes')]).toEqual([1, true]);
  });

  it('tells of jobs that it does not know, of those that went missing, and of those that it clears away', async () => {
    const cluster = await start();
    create(cluster, { successfulJobsHistoryLimit: 0, concurrencyPolicy: 'Allow' });
    await cluster.clock.advance(2 * MINUTE);
    expect(reasons(cluster)).toContain('SuccessfulDelete');
    const cron = cluster.api.get<CronJob>('CronJob', 'default', 'x');
    cluster.api.modify<CronJob>('CronJob', 'default', 'x', (draft) => void (draft.spec && (draft.spec.schedule = '0 0 1 1 *')));
    await cluster.clock.advance(MINUTE);
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'registry.example/task:1', ...endless }] } };
    const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name: 'x', uid: cron?.metadata.uid ?? '', controller: true };
    cluster.api.create<Job>('Job', { metadata: { name: 'stray', namespace: 'default', ownerReferences: [owner] }, spec: { template } });
    await cluster.clock.advance(MINUTE);
    expect(reasons(cluster)).toContain('UnexpectedJob');
    const other = await start();
    create(other, {}, endless);
    await other.clock.advance(MINUTE);
    other.api.delete('Job', 'default', jobs(other)[0]?.metadata.name ?? '', { propagationPolicy: 'Background' });
    await other.clock.advance(5_000);
    expect(reasons(other)).toContain('MissingJob');
  });

  it('starts a job a tenth of a second after its time, and writes that time on its own clock', async () => {
    const cluster = await start();
    create(cluster, { schedule: '@every 90s', timeZone: 'Asia/Kolkata' });
    await cluster.clock.advance(89_000);
    expect(jobs(cluster)).toEqual([]);
    await cluster.clock.advance(1_200);
    const scheduled = jobs(cluster)[0]?.metadata.annotations?.['batch.kubernetes.io/cronjob-scheduled-timestamp'];
    expect(scheduled).toBe('2026-01-05T13:31:45+05:30');
  });
});
