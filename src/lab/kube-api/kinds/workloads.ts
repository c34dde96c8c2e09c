/** Deployments and their kin: defaults, and which rules judge them. Source: pkg/apis/apps and batch v1 defaults, pkg/registry/apps and batch strategies, 1.36. */
import type {
  CronJob,
  DaemonSet,
  Deployment,
  Job,
  KubeObject,
  PodTemplateSpec,
  ReplicaSet,
  ReplicationController,
  StatefulSet,
} from '../../../kubernetes/index.ts';
import { rulesFor, type KindRules } from '../kind-rules.ts';
import type { Draft } from '../types.ts';
import { labelProblems } from '../validation/_names.ts';
import { validateCronJob } from '../validation/cron-job.ts';
import { validateDaemonSetSpec } from '../validation/daemon-set.ts';
import { validateDeploymentSpec } from '../validation/deployment.ts';
import { validateJob } from '../validation/job.ts';
import { claimSpecWarnings } from '../validation/persistent-volume-claim.ts';
import { validatePodTemplate } from '../validation/pod-template.ts';
import { podWarnings } from '../validation/pod-warnings.ts';
import { validateControllerSpec, validateReplicaSetSpec } from '../validation/replica-set.ts';
import { validateRevision, type RevisionFields } from '../validation/small-kinds.ts';
import { validateStatefulSetSpec } from '../validation/stateful-set.ts';
import { defaultPodSpec, fill } from './_pod-template.ts';

type Template = Draft<PodTemplateSpec>;

function defaultTemplate(template: Template): void {
  fill(template, 'metadata', {});
  fill(template, 'spec', { containers: [] });
  if (template.spec) defaultPodSpec(template.spec);
}

/** Pods' host names are made of it. Source: the WarningsOnCreate of the strategies. */
function nameWarnings({ metadata: { name } }: KubeObject, previous: KubeObject | undefined): string[] {
  const texts = previous === undefined ? labelProblems(name) : [];
  if (texts.length === 0) return [];
  return [
    `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${texts.join(' ')}]`,
  ];
}

/** What is told of a template when its holder is made, and when a change is a new generation. */
function templateWarnings(
  template: Template | undefined,
  path: string,
  [{ metadata }, previous]: readonly [KubeObject, KubeObject | undefined],
): string[] {
  const isNew = previous === undefined || metadata.generation !== previous.metadata.generation;
  return isNew && template !== undefined ? podWarnings(template, path) : [];
}

const workloadWarnings = (
  object: KubeObject & { readonly spec?: { readonly template?: Template } },
  previous: KubeObject | undefined,
): string[] => [...nameWarnings(object, previous), ...templateWarnings(object.spec?.template, 'spec.template', [object, previous])];

const deployment = rulesFor<Draft<Deployment>>({
  kind: 'Deployment',
  hasStatus: true,
  hasGeneration: true,
  defaults(object) {
    // A selector may be missing from outside; the check tells so.
    const spec = (object.spec ??= { template: {} } as NonNullable<Draft<Deployment>['spec']>);
    fill(spec, 'template', {});
    fill(spec, 'replicas', 1);
    fill(spec, 'strategy', {});
    fill(spec, 'revisionHistoryLimit', 10);
    fill(spec, 'progressDeadlineSeconds', 600);
    if (spec.strategy) {
      if ((spec.strategy.type ?? '') === '') spec.strategy.type = 'RollingUpdate';
      if (spec.strategy.type === 'RollingUpdate') {
        fill(spec.strategy, 'rollingUpdate', {});
        if (spec.strategy.rollingUpdate) {
          fill(spec.strategy.rollingUpdate, 'maxUnavailable', '25%');
          fill(spec.strategy.rollingUpdate, 'maxSurge', '25%');
        }
      }
    }
    defaultTemplate(spec.template);
  },
  onCreate(object) {
    object.status ??= {};
  },
  validate({ spec = { selector: {}, template: {} } }, problems, previous) {
    validateDeploymentSpec(spec, problems, previous?.spec);
  },
  warnings: workloadWarnings,
});

const replicaSet = rulesFor<Draft<ReplicaSet>>({
  kind: 'ReplicaSet',
  hasStatus: true,
  hasGeneration: true,
  defaults({ spec }) {
    if (spec === undefined) return;
    fill(spec, 'replicas', 1);
    fill(spec, 'template', {});
    if (spec.template) defaultTemplate(spec.template);
  },
  onCreate(object) {
    object.status = { replicas: 0 };
  },
  validate({ spec }, problems, previous) {
    validateReplicaSetSpec(spec ?? {}, problems, previous?.spec);
  },
  warnings: workloadWarnings,
});

const replicationController = rulesFor<Draft<ReplicationController>>({
  kind: 'ReplicationController',
  hasStatus: true,
  hasGeneration: true,
  defaults(object) {
    const spec = (object.spec ??= {});
    fill(spec, 'replicas', 1);
    const labels = spec.template?.metadata?.labels;
    if (labels && Object.keys(spec.selector ?? {}).length === 0) spec.selector = { ...labels };
    if (labels && Object.keys(object.metadata.labels ?? {}).length === 0) object.metadata.labels = { ...labels };
    if (spec.template) defaultTemplate(spec.template);
  },
  onCreate(object) {
    object.status = { replicas: 0 };
  },
  validate({ spec }, problems) {
    validateControllerSpec(spec ?? {}, problems);
  },
  warnings: workloadWarnings,
});

const ALL_REVISIONS = 'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended';

const statefulSet = rulesFor<Draft<StatefulSet>>({
  kind: 'StatefulSet',
  hasStatus: true,
  hasGeneration: true,
  defaults({ spec }) {
    if (spec === undefined) return;
    fill(spec, 'template', {});
    fill(spec, 'replicas', 1);
    if ((spec.podManagementPolicy ?? '') === '') spec.podManagementPolicy = 'OrderedReady';
    fill(spec, 'revisionHistoryLimit', 10);
    fill(spec, 'updateStrategy', {});
    if (spec.updateStrategy) {
      if ((spec.updateStrategy.type ?? '') === '') spec.updateStrategy.type = 'RollingUpdate';
      if (spec.updateStrategy.type === 'RollingUpdate') {
        fill(spec.updateStrategy, 'rollingUpdate', {});
        if (spec.updateStrategy.rollingUpdate) {
          fill(spec.updateStrategy.rollingUpdate, 'partition', 0);
          // Asks for a feature that 1.36 has switched off, and is dropped. Source: pkg/registry/apps/statefulset/strategy.go, dropStatefulSetDisabledFields.
          Reflect.deleteProperty(spec.updateStrategy.rollingUpdate, 'maxUnavailable');
        }
      }
    }
    fill(spec, 'persistentVolumeClaimRetentionPolicy', {});
    if (spec.persistentVolumeClaimRetentionPolicy) {
      fill(spec.persistentVolumeClaimRetentionPolicy, 'whenDeleted', 'Retain');
      fill(spec.persistentVolumeClaimRetentionPolicy, 'whenScaled', 'Retain');
    }
    for (const claim of spec.volumeClaimTemplates ?? []) {
      fill(claim, 'apiVersion', 'v1');
      fill(claim, 'kind', 'PersistentVolumeClaim');
      if (claim.spec) fill(claim.spec, 'volumeMode', 'Filesystem');
      fill(claim, 'status', { phase: 'Pending' });
    }
    defaultTemplate(spec.template);
  },
  onCreate(object) {
    object.status = { replicas: 0, availableReplicas: 0 };
  },
  validate({ spec }, problems, previous) {
    validateStatefulSetSpec(spec ?? {}, problems, previous?.spec);
  },
  warnings(object, previous) {
    const { template, volumeClaimTemplates = [], revisionHistoryLimit = 0 } = object.spec ?? {};
    const isNew = previous === undefined || object.metadata.generation !== previous.metadata.generation;
    const claims = volumeClaimTemplates.flatMap(({ spec }, index) => claimSpecWarnings(spec ?? {}, `spec.volumeClaimTemplates[${index}]`));
    return [
      ...templateWarnings(template, 'spec.template', [object, previous]),
      ...(isNew ? claims : []),
      ...(revisionHistoryLimit < 0 ? [ALL_REVISIONS] : []),
    ];
  },
});

const daemonSet = rulesFor<Draft<DaemonSet>>({
  kind: 'DaemonSet',
  hasStatus: true,
  hasGeneration: true,
  defaults({ spec }) {
    if (spec === undefined) return;
    fill(spec, 'template', {});
    fill(spec, 'revisionHistoryLimit', 10);
    fill(spec, 'updateStrategy', {});
    if (spec.updateStrategy) {
      if ((spec.updateStrategy.type ?? '') === '') spec.updateStrategy.type = 'RollingUpdate';
      if (spec.updateStrategy.type === 'RollingUpdate') {
        fill(spec.updateStrategy, 'rollingUpdate', {});
        if (spec.updateStrategy.rollingUpdate) {
          fill(spec.updateStrategy.rollingUpdate, 'maxUnavailable', 1);
          fill(spec.updateStrategy.rollingUpdate, 'maxSurge', 0);
        }
      }
    }
    defaultTemplate(spec.template);
  },
  onCreate(object) {
    object.status = { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 };
  },
  validate({ spec }, problems, previous) {
    validateDaemonSetSpec(spec ?? {}, problems, previous?.spec);
  },
  warnings: (object, previous) => templateWarnings(object.spec?.template, 'spec.template', [object, previous]),
});

const revision = rulesFor<KubeObject & RevisionFields>({
  kind: 'ControllerRevision',
  validate: validateRevision,
});

const podTemplate = rulesFor<KubeObject & { template?: Template }>({
  kind: 'PodTemplate',
  hasGeneration: true,
  defaults(object) {
    defaultTemplate((object.template ??= {}));
  },
  validate({ template }, problems) {
    validatePodTemplate(template ?? {}, 'template', problems);
  },
  warnings: (object, previous) => templateWarnings(object.template, 'template', [object, previous]),
});

function defaultJobSpec(spec: NonNullable<Draft<Job>['spec']>): void {
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  fill(spec, 'parallelism', 1);
  // With a limit per index nothing limits the Job as a whole.
  fill(spec, 'backoffLimit', spec.backoffLimitPerIndex === undefined ? 6 : 2 ** 31 - 1);
  fill(spec, 'completionMode', 'NonIndexed');
  fill(spec, 'suspend', false);
  fill(spec, 'podReplacementPolicy', spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed');
  defaultFailurePolicy(spec);
  fill(spec, 'template', {});
  defaultTemplate(spec.template);
}

function defaultFailurePolicy({ podFailurePolicy }: Pick<NonNullable<Draft<Job>['spec']>, 'podFailurePolicy'>): void {
  for (const rule of podFailurePolicy?.rules ?? []) {
    for (const pattern of rule.onPodConditions ?? []) if (((pattern.status as string | undefined) ?? '') === '') pattern.status = 'True';
  }
}

/** What tells the pods of one Job from all others. Labels that a user wrote stay, and are refused when they are others. */
function generateSelector({ spec, metadata }: Draft<Job>): void {
  if (spec === undefined || spec.manualSelector === true) return;
  const uid = metadata.uid ?? '';
  const labels = { 'batch.kubernetes.io/controller-uid': uid, 'batch.kubernetes.io/job-name': metadata.name };
  const older = { 'controller-uid': uid, 'job-name': metadata.name };
  const template = (spec.template.metadata ??= {});
  template.labels = { ...template.labels, ...labels, ...older, ...template.labels };
  const selector = (spec.selector ??= {});
  selector.matchLabels = { 'batch.kubernetes.io/controller-uid': uid, ...selector.matchLabels };
}

const MOST_INDEXES =
  'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail';

/** Source: WarningsForJobSpec, pkg/api/job/warnings.go. */
function jobWarnings(spec: Draft<Job>['spec'], path: string, versions: readonly [KubeObject, KubeObject | undefined]): string[] {
  const { completionMode, completions = 0, parallelism = 0, template } = spec ?? {};
  const isLarge = completionMode === 'Indexed' && completions > 100_000 && parallelism > 10_000;
  const [now, before] = versions;
  const isNew = before === undefined || now.metadata.generation !== before.metadata.generation;
  return [...(isLarge && isNew ? [`${path}: ${MOST_INDEXES}`] : []), ...templateWarnings(template, `${path}.template`, versions)];
}

const job = rulesFor<Draft<Job>>({
  kind: 'Job',
  hasStatus: true,
  hasGeneration: true,
  defaults({ spec }) {
    if (spec) defaultJobSpec(spec);
  },
  onCreate(object) {
    object.status = {};
    generateSelector(object);
  },
  validate: validateJob,
  warnings: (object, previous) => [...nameWarnings(object, previous), ...jobWarnings(object.spec, 'spec', [object, previous])],
});

const cronJob = rulesFor<Draft<CronJob>>({
  kind: 'CronJob',
  hasStatus: true,
  hasGeneration: true,
  defaults({ spec }) {
    if (spec === undefined) return;
    if ((spec.concurrencyPolicy ?? '') === '') spec.concurrencyPolicy = 'Allow';
    fill(spec, 'suspend', false);
    fill(spec, 'successfulJobsHistoryLimit', 3);
    fill(spec, 'failedJobsHistoryLimit', 1);
    // Typed as always there; from outside it may be missing.
    const template = (spec.jobTemplate as typeof spec.jobTemplate | undefined)?.spec;
    if (template === undefined) return;
    defaultFailurePolicy(template);
    fill(template, 'template', {});
    defaultTemplate(template.template);
  },
  onCreate(object) {
    object.status = {};
  },
  validate: validateCronJob,
  warnings(object, previous) {
    const { schedule = '', jobTemplate } = object.spec ?? {};
    const zone =
      'cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details';
    return [
      ...nameWarnings(object, previous),
      ...jobWarnings(jobTemplate?.spec, 'spec.jobTemplate.spec', [object, previous]),
      ...(previous !== undefined && schedule.includes('TZ') ? [zone] : []),
    ];
  },
});

export const WORKLOAD_RULES: readonly KindRules[] = [
  deployment,
  replicaSet,
  replicationController,
  statefulSet,
  daemonSet,
  revision,
  podTemplate,
  job,
  cronJob,
];
