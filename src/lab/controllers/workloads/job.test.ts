import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Event, Job, Pod } from '../../../kubernetes/index.ts';
import { startTestCluster, type TestCluster } from '../_test-cluster.ts';
import { formatIndexes, parseIndexes } from './job-indexes.ts';

const clusters: TestCluster[] = [];
afterEach(() => clusters.splice(0).forEach((cluster) => cluster.stop()));

/** Without nodes: the test says how each pod ends. */
async function start(spec: Partial<NonNullable<Job['spec']>>): Promise<TestCluster> {
  const cluster = await startTestCluster({});
  clusters.push(cluster);
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'registry.example/task:1' }] } };
  cluster.api.create<Job>('Job', { metadata: { name: 'task', namespace: 'default' }, spec: { template, ...spec } });
  await cluster.clock.advance(2_000);
  return cluster;
}

const job = ({ api }: TestCluster): Job | undefined => api.get<Job>('Job', 'default', 'task');
const living = ({ api }: TestCluster): readonly Pod[] =>
  api
    .list<Pod>('Pod', { namespace: 'default' })
    .filter(({ status, metadata }) => status?.phase === 'Pending' && metadata.deletionTimestamp === undefined)
    .toSorted((a, b) => indexOf(a) - indexOf(b));
const indexOf = ({ metadata }: Pod): number => Number(metadata.labels?.['batch.kubernetes.io/job-completion-index'] ?? -1);
const indexes = (cluster: TestCluster): number[] => living(cluster).map(indexOf);
const ends = (cluster: TestCluster): string[] =>
  (job(cluster)?.status?.conditions ?? []).map(({ type, status, reason }) => `${type}=${status} ${reason}`);

async function end(cluster: TestCluster, pod: Pod | undefined, exitCode: number, conditions: readonly string[] = []): Promise<void> {
  cluster.api.modify<Pod>(
    'Pod',
    'default',
    pod?.metadata.name ?? '',
    (draft) => {
      const finishedAt = new Date(cluster.clock.now()).toISOString();
      draft.status = {
        ...draft.status,
        phase: exitCode === 0 ? 'Succeeded' : 'Failed',
        conditions: conditions.map((type) => ({ type, status: 'True' })),
        containerStatuses: [
          { name: 'main', image: 'x', imageID: 'x', ready: false, restartCount: 0, state: { terminated: { exitCode, finishedAt } } },
        ],
      };
    },
    { subresource: 'status' },
  );
  await cluster.clock.advance(60_000);
}

describe('a job', () => {
  it('works through its indexes, a few at a time, and tells which are done', async () => {
    const cluster = await start({ completionMode: 'Indexed', completions: 4, parallelism: 2 });
    expect(indexes(cluster)).toEqual([0, 1]);
    expect(living(cluster)[0]).toMatchObject({
      metadata: { generateName: 'task-0-', annotations: { 'batch.kubernetes.io/job-completion-index': '0' } },
      spec: { hostname: 'task-0', containers: [{ env: [{ name: 'JOB_COMPLETION_INDEX' }] }] },
    });
    await end(cluster, living(cluster)[1], 0);
    expect(indexes(cluster)).toEqual([0, 2]);
    await end(cluster, living(cluster)[0], 1);
    expect(indexes(cluster)).toEqual([0, 2]);
    for (let left = 3; left > 0; left--) await end(cluster, living(cluster)[0], 0);
    expect(job(cluster)?.status).toMatchObject({ succeeded: 4, failed: 1, completedIndexes: '0-3' });
    expect(ends(cluster)).toEqual(['SuccessCriteriaMet=True CompletionsReached', 'Complete=True CompletionsReached']);
  });

  it('gives up single indexes, and fails in the end for them', async () => {
    const cluster = await start({ completionMode: 'Indexed', completions: 2, parallelism: 2, backoffLimitPerIndex: 1 });
    await end(cluster, living(cluster)[0], 1);
    await end(cluster, living(cluster)[0], 1);
    expect(job(cluster)?.status).toMatchObject({ failedIndexes: '0', active: 1 });
    await end(cluster, living(cluster)[0], 0);
    expect(ends(cluster)).toEqual(['FailureTarget=True FailedIndexes', 'Failed=True FailedIndexes']);
  });

  it('succeeds early when its policy is met, and ends the rest', async () => {
    const successPolicy = { rules: [{ succeededIndexes: '1', succeededCount: 1 }] };
    const cluster = await start({ completionMode: 'Indexed', completions: 3, parallelism: 3, successPolicy });
    await end(cluster, living(cluster)[1], 0);
    expect([ends(cluster), indexes(cluster)]).toEqual([['SuccessCriteriaMet=True SuccessPolicy', 'Complete=True SuccessPolicy'], []]);
  });

  it('does not count the pods that a lost node took along, when told so, and fails at once for an exit code', async () => {
    const podFailurePolicy = {
      rules: [
        { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
        { action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } },
      ],
    };
    const cluster = await start({ backoffLimit: 0, podFailurePolicy });
    await end(cluster, living(cluster)[0], 137, ['DisruptionTarget']);
    expect(job(cluster)?.status).toMatchObject({ active: 1 });
    expect(job(cluster)?.status?.failed).toBeUndefined();
    const name = living(cluster)[0]?.metadata.name;
    await end(cluster, living(cluster)[0], 42);
    expect(job(cluster)?.status?.conditions?.at(-1)).toMatchObject({
      type: 'Failed',
      reason: 'PodFailurePolicy',
      message: `Container main for pod default/${name} failed with exit code 42 matching FailJob rule at index 1`,
    });
  });

  it('replaces a pod that is ending only once it has ended, when told so', async () => {
    const cluster = await start({ podReplacementPolicy: 'Failed' });
    const [first] = living(cluster);
    cluster.api.modify<Pod>(
      'Pod',
      'default',
      first?.metadata.name ?? '',
      (draft) => void (draft.metadata.finalizers = ['a.b/held', ...(draft.metadata.finalizers ?? [])]),
    );
    // On a node, and for less time than a lost node's pods are given: the pod garbage collector marks all others as failed at once.
    cluster.api.bind('default', first?.metadata.name ?? '', 'n');
    cluster.api.delete('Pod', 'default', first?.metadata.name ?? '');
    await cluster.clock.advance(10_000);
    expect([living(cluster), job(cluster)?.status]).toMatchObject([[], { terminating: 1 }]);
    await end(cluster, first, 143);
    expect(living(cluster)).toHaveLength(1);
  });

  it('rests while it is suspended, and starts its time anew', async () => {
    const cluster = await start({ suspend: true, activeDeadlineSeconds: 100 });
    expect([living(cluster), ends(cluster), job(cluster)?.status?.startTime]).toEqual([[], ['Suspended=True JobSuspended'], undefined]);
    await cluster.clock.advance(200_000);
    const suspend = (value: boolean): void =>
      void cluster.api.modify<Job>('Job', 'default', 'task', (draft) => void (draft.spec && (draft.spec.suspend = value)));
    suspend(false);
    await cluster.clock.advance(50_000);
    expect([living(cluster).length, ends(cluster)]).toEqual([1, ['Suspended=False JobResumed']]);
    suspend(true);
    await cluster.clock.advance(5_000);
    expect([living(cluster), ends(cluster)]).toEqual([[], ['Suspended=True JobSuspended']]);
    const reasons = cluster.api.list<Event>('Event').map(({ reason }) => reason);
    expect(reasons).toEqual(expect.arrayContaining(['Suspended', 'Resumed']));
  });

  it('is over at its deadline, and gone when its time after the end has passed', async () => {
    const cluster = await start({ activeDeadlineSeconds: 30, ttlSecondsAfterFinished: 60 });
    await cluster.clock.advance(40_000);
    expect(ends(cluster)).toEqual(['FailureTarget=True DeadlineExceeded', 'Failed=True DeadlineExceeded']);
    await cluster.clock.advance(61_000);
    expect(job(cluster)).toBeUndefined();
  });
});

describe('a job that ends', () => {
  it('says first what it will be, and is over when its last pod has ended', async () => {
    const cluster = await start({ activeDeadlineSeconds: 30, parallelism: 2, completions: 2 });
    const [held] = living(cluster);
    const { name = '' } = held?.metadata ?? {};
    cluster.api.modify<Pod>('Pod', 'default', name, (draft) => void draft.metadata.finalizers?.push('a.b/held'));
    await cluster.clock.advance(40_000);
    expect(ends(cluster)).toEqual(['FailureTarget=True DeadlineExceeded']);
    expect(job(cluster)?.status).toMatchObject({ failed: 2, terminating: 1 });
    cluster.api.modify<Pod>('Pod', 'default', name, (draft) => void (draft.metadata.finalizers = []));
    await cluster.clock.advance(5_000);
    expect(ends(cluster)).toEqual(['FailureTarget=True DeadlineExceeded', 'Failed=True DeadlineExceeded']);
  });

  it('lets its pods go when it is deleted', async () => {
    const cluster = await start({ parallelism: 2, completions: 2 });
    cluster.api.delete('Job', 'default', 'task', { propagationPolicy: 'Background' });
    await cluster.clock.advance(5_000);
    expect(cluster.api.list<Pod>('Pod')).toEqual([]);
    const other = await start({ parallelism: 2, completions: 2 });
    other.api.delete('Job', 'default', 'task', { propagationPolicy: 'Foreground' });
    await other.clock.advance(5_000);
    expect([other.api.list<Pod>('Pod'), job(other)]).toEqual([[], undefined]);
  });

  it('counts no failures for pods that it takes away itself, at a pause or with less parallelism', async () => {
    const cluster = await start({ parallelism: 3, completions: 5 });
    const change = (edit: (spec: NonNullable<Job['spec']>) => void): void =>
      void cluster.api.modify<Job>('Job', 'default', 'task', (draft) => draft.spec && edit(draft.spec));
    change((spec) => (spec.parallelism = 1));
    await cluster.clock.advance(5_000);
    expect([living(cluster).length, job(cluster)?.status?.failed]).toEqual([1, undefined]);
    change((spec) => (spec.suspend = true));
    await cluster.clock.advance(5_000);
    expect([living(cluster).length, job(cluster)?.status?.failed]).toEqual([0, undefined]);
  });

  it('waits longer after each failure, from ten seconds, until one succeeds', async () => {
    const cluster = await start({ completions: 10, backoffLimit: 10 });
    const waits: number[] = [];
    let endedMs = 0;
    cluster.api.watch<Pod>('Pod', ({ type }) => {
      if (type === 'ADDED' && endedMs > 0) waits.push(cluster.clock.now() - endedMs);
    });
    await cluster.clock.advance(1_000);
    for (const code of [1, 1, 0, 1]) {
      endedMs = cluster.clock.now();
      await end(cluster, living(cluster)[0], code);
    }
    expect(waits.map((ms) => Math.round(ms / 1000))).toEqual([10, 20, 1, 10]);
  });

  it('gives up when containers that start again have done so too often', async () => {
    const template = { spec: { restartPolicy: 'OnFailure', containers: [{ name: 'main', image: 'registry.example/task:1' }] } };
    const cluster = await start({ backoffLimit: 2, template });
    const { name = '' } = living(cluster)[0]?.metadata ?? {};
    const status = { name: 'main', image: 'x', imageID: 'x', ready: false, restartCount: 2, state: { waiting: {} } };
    cluster.api.modify<Pod>('Pod', 'default', name, (draft) => void (draft.status = { phase: 'Running', containerStatuses: [status] }), {
      subresource: 'status',
    });
    await cluster.clock.advance(10_000);
    expect(ends(cluster).at(-1)).toBe('Failed=True BackoffLimitExceeded');
  });

  it('is left alone when somebody else manages it', async () => {
    const cluster = await start({ managedBy: 'example.com/queue' });
    await cluster.clock.advance(60_000);
    expect([living(cluster), job(cluster)?.status]).toEqual([[], {}]);
  });
});

describe('the text of indexes', () => {
  it('is read back as it was written', () => {
    expect(formatIndexes(new Set([7, 1, 3, 4, 5, 9, 10]))).toBe('1,3-5,7,9,10');
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(40)), (values) => {
        expect(parseIndexes(formatIndexes(new Set(values)), 41)).toEqual(new Set(values));
      }),
    );
  });
});
