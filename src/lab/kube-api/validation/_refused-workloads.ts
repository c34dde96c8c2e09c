/** For tests: workloads that a real server refuses, with its causes in its order. Source of every row: pkg/apis/apps and batch validation. */
import { JOB_TEMPLATE, SELECTOR, TEMPLATE } from './_test-objects.ts';

export type WorkloadRow = readonly [what: string, kind: string, spec: object, causes: readonly string[]];
export const governed = (members: object): object => ({ selector: SELECTOR, template: TEMPLATE, ...members });
export const job = (members: object): object => ({ template: JOB_TEMPLATE, ...members });
export const indexed = (members: object): object => job({ completionMode: 'Indexed', completions: 3, ...members });
export const cron = (members: object): object => ({ schedule: '* * * * *', jobTemplate: { spec: job({}) }, ...members });
const once = { ...TEMPLATE, spec: { ...TEMPLATE.spec, restartPolicy: 'Never', activeDeadlineSeconds: 5 } };

export const REFUSED_WORKLOADS: readonly WorkloadRow[] = [
  [
    'unknown strategy',
    'Deployment',
    governed({ strategy: { type: 'Slow' } }),
    ['spec.strategy: Unsupported value: {"Type":"Slow","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate"'],
  ],
  [
    'nothing may go and nothing may come',
    'Deployment',
    governed({ strategy: { rollingUpdate: { maxSurge: '0%', maxUnavailable: 0 } } }),
    ['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0'],
  ],
  [
    'amounts that are none',
    'Deployment',
    governed({ strategy: { rollingUpdate: { maxSurge: 'x', maxUnavailable: '101%' } }, minReadySeconds: -1, revisionHistoryLimit: -1 }),
    [
      "spec.strategy.rollingUpdate.maxSurge: Invalid value: \"x\": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
      'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%',
      'spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0',
      'spec.revisionHistoryLimit: Invalid value: -1: must be greater than or equal to 0',
    ],
  ],
  [
    'less time than it takes',
    'Deployment',
    governed({ minReadySeconds: 600 }),
    ['spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds'],
  ],
  [
    'a selector that is none',
    'Deployment',
    governed({ selector: { matchExpressions: [{ key: 'a', operator: 'Is' }] } }),
    [
      'spec.selector.matchExpressions[0].operator: Invalid value: "Is": not a valid selector operator',
      'spec.selector: Invalid value: {"matchExpressions":[{"key":"a","operator":"Is"}]}: invalid label selector',
    ],
  ],
  [
    'pods that end',
    'ReplicaSet',
    governed({ template: once }),
    [
      'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
      'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported',
    ],
  ],
  ['an empty controller', 'ReplicationController', {}, ['spec.selector: Required value', 'spec.template: Required value']],
  [
    'surge and loss at once',
    'DaemonSet',
    governed({ updateStrategy: { rollingUpdate: { maxSurge: 1 } } }),
    ['spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero'],
  ],
  [
    'neither surge nor loss',
    'DaemonSet',
    governed({ updateStrategy: { rollingUpdate: { maxUnavailable: 0 } } }),
    ['spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0'],
  ],
  [
    'no selector',
    'DaemonSet',
    { template: TEMPLATE },
    ['spec.template.metadata.labels: Invalid value: {"app":"x"}: `selector` does not match template `labels`'],
  ],
  [
    'policies that do not exist',
    'StatefulSet',
    governed({
      podManagementPolicy: 'Any',
      updateStrategy: { type: 'Never' },
      persistentVolumeClaimRetentionPolicy: { whenScaled: 'Keep' },
      ordinals: { start: -1 },
      serviceName: 'A_b',
    }),
    [
      "spec.podManagementPolicy: Invalid value: \"Any\": must be 'OrderedReady' or 'Parallel'",
      'spec.updateStrategy: Invalid value: {"Type":"Never","RollingUpdate":null}: must be \'RollingUpdate\' or \'OnDelete\'',
      'spec.persistentVolumeClaimRetentionPolicy.whenScaled: Unsupported value: "Keep": supported values: "Retain", "Delete"',
      'spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0',
      "spec.serviceName: Invalid value: \"A_b\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ],
  ],
  [
    'pods that restart',
    'Job',
    { template: TEMPLATE },
    ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
  ],
  [
    'limits per index without indexes',
    'Job',
    job({ backoffLimitPerIndex: 1, maxFailedIndexes: 2 }),
    [
      'spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode',
      'spec.maxFailedIndexes: Invalid value: 2: requires indexed completion mode',
    ],
  ],
  [
    'indexes without a count',
    'Job',
    job({ completionMode: 'Indexed', parallelism: 2 }),
    ['spec.completions: Required value: when completion mode is Indexed'],
  ],
  [
    'a manager without a domain',
    'Job',
    job({ managedBy: 'me' }),
    ['spec.managedBy: Invalid value: "me": must be a domain-prefixed path (such as "acme.io/foo")'],
  ],
  [
    'a failure policy in disorder',
    'Job',
    job({
      podFailurePolicy: {
        rules: [
          { action: 'Stop', onExitCodes: { operator: 'In', containerName: 'other', values: [0, 5, 3, 5] } },
          { action: 'FailIndex', onPodConditions: [{ type: 'X' }], onExitCodes: { operator: 'NotIn', values: [1] } },
          { action: 'Ignore' },
        ],
      },
      podReplacementPolicy: 'TerminatingOrFailed',
    }),
    [
      'spec.podFailurePolicy.rules[0].action: Unsupported value: "Stop": supported values: "Count", "FailIndex", "FailJob", "Ignore"',
      'spec.podFailurePolicy.rules[0].onExitCodes.containerName: Invalid value: "other": must be one of the container or initContainer names in the pod template',
      'spec.podFailurePolicy.rules[0].onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator',
      'spec.podFailurePolicy.rules[0].onExitCodes.values[3]: Duplicate value: 5',
      'spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [0,5,3,5]: must be ordered',
      'spec.podFailurePolicy.rules[1].action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set',
      'spec.podFailurePolicy.rules[1]: Invalid value: specifying both OnExitCodes and OnPodConditions is not supported',
      'spec.podFailurePolicy.rules[2]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required',
      'spec.podReplacementPolicy: Unsupported value: "TerminatingOrFailed": supported values: "Failed"',
    ],
  ],
  [
    'a success policy that can not be met',
    'Job',
    indexed({ successPolicy: { rules: [{ succeededIndexes: '0-1,5' }, { succeededIndexes: '0,2', succeededCount: 3 }, {}] } }),
    [
      'spec.successPolicy.rules[0].succeededIndexes: Invalid value: "0-1,5": error parsing succeededIndexes: too large index: "5"',
      'spec.successPolicy.rules[1].succeededCount: Invalid value: 3: must be less than or equal to 2 (the number of indexes in the specified succeededIndexes field)',
      'spec.successPolicy.rules[2]: Required value: at least one of succeededCount or succeededIndexes must be specified',
    ],
  ],
  [
    'too few fields',
    'CronJob',
    cron({ schedule: '* * *' }),
    ['spec.schedule: Invalid value: "* * *": expected exactly 5 fields, found 3: [* * *]'],
  ],
  [
    'an hour too late',
    'CronJob',
    cron({ schedule: '0 25 * * *' }),
    ['spec.schedule: Invalid value: "0 25 * * *": end of range (25) above maximum (23): 25'],
  ],
  [
    'a day that is none',
    'CronJob',
    cron({ schedule: '0 0 * * x' }),
    ['spec.schedule: Invalid value: "0 0 * * x": failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
  ],
  [
    'a zone in the schedule',
    'CronJob',
    cron({ schedule: 'TZ=UTC 0 0 * * *' }),
    ['spec.schedule: Invalid value: "TZ=UTC 0 0 * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead'],
  ],
  [
    'zones and policies that nobody knows',
    'CronJob',
    cron({ timeZone: 'europe/berlin', concurrencyPolicy: 'Wait', successfulJobsHistoryLimit: -1 }),
    [
      'spec.timeZone: Invalid value: "europe/berlin": unknown time zone europe/berlin',
      'spec.concurrencyPolicy: Unsupported value: "Wait": supported values: "Allow", "Forbid", "Replace"',
      'spec.successfulJobsHistoryLimit: Invalid value: -1: must be greater than or equal to 0',
    ],
  ],
];
