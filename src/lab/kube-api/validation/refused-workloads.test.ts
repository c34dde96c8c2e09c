/** Workloads that a real server refuses, with its causes in its order. Source of every row: pkg/apis/apps and batch validation. */
import { describe, expect, it } from 'vitest';
import { cron, governed, indexed, job, REFUSED_WORKLOADS } from './_refused-workloads.ts';
import { refusedCreate, refusedUpdate } from './_test-objects.ts';

describe('a workload is refused for', () => {
  it.each(REFUSED_WORKLOADS)('%s (%s)', (_what, kind, spec, causes) => {
    expect(refusedCreate(kind, { spec })).toEqual(causes);
  });

  it('a name that its pods or jobs could not have', () => {
    expect(refusedCreate('CronJob', { spec: cron({}) }, 'a'.repeat(53))).toEqual([
      `metadata.name: Invalid value: "${'a'.repeat(53)}": must be no more than 52 characters`,
    ]);
    expect(refusedCreate('StatefulSet', { spec: governed({}) }, 'a.b')).toEqual([
      'metadata.name: Invalid value: "a.b": must not contain dots',
    ]);
    expect(refusedCreate('Job', { spec: indexed({}) }, 'a.b')).toEqual([
      'metadata.name: Invalid value: "a.b": will not able to create pod with invalid DNS label: a.b-2',
    ]);
  });
});

const SET_PROBLEM =
  "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

const UPDATES: readonly (readonly [what: string, kind: string, spec: object, change: object, causes: readonly string[]])[] = [
  [
    'another selector',
    'Deployment',
    governed({}),
    { selector: { matchLabels: { app: 'y' } }, template: { metadata: { labels: { app: 'y' } } } },
    ['spec.selector: Invalid value: {"matchLabels":{"app":"y"}}: field is immutable'],
  ],
  ['another service', 'StatefulSet', governed({ serviceName: 'a' }), { serviceName: 'b' }, [SET_PROBLEM]],
  ['another count', 'Job', job({ completions: 2 }), { completions: 3 }, ['spec.completions: Invalid value: 3: field is immutable']],
  [
    'another count of indexes',
    'Job',
    indexed({}),
    { completions: 5 },
    ['spec.completions: Invalid value: 5: can only be modified in tandem with spec.parallelism'],
  ],
  [
    'another way to count',
    'Job',
    indexed({}),
    { completionMode: 'NonIndexed' },
    ['spec.completionMode: Invalid value: "NonIndexed": field is immutable'],
  ],
  ['another manager', 'Job', job({}), { managedBy: 'a.io/b' }, ['spec.managedBy: Invalid value: "a.io/b": field is immutable']],
];

describe('an update of a workload is refused for', () => {
  it.each(UPDATES)('%s (%s)', (_what, kind, spec, change, causes) => {
    expect(refusedUpdate(kind, { spec }, { spec: change })).toEqual(causes);
  });
});

describe('an update of a workload passes for', () => {
  it.each([
    [
      'what a stateful set may change',
      'StatefulSet',
      governed({}),
      { replicas: 3, ordinals: { start: 2 }, revisionHistoryLimit: 1, minReadySeconds: 4 },
    ],
    ['indexes that grow with the pods', 'Job', indexed({}), { completions: 5, parallelism: 5 }],
    ['where pods of a suspended job will run', 'Job', job({ suspend: true }), { template: { spec: { nodeSelector: { a: 'b' } } } }],
    ['how fast a job runs', 'Job', job({}), { parallelism: 4, suspend: true, activeDeadlineSeconds: 10 }],
    ['another schedule', 'CronJob', cron({}), { schedule: '@every 1h30m', timeZone: 'Asia/Calcutta' }],
  ])('%s', (_what, kind, spec, change) => {
    expect(refusedUpdate(kind, { spec }, { spec: change })).toEqual([]);
  });
});
