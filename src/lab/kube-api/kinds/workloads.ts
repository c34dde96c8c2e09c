/** Deployments and their kin: defaults and checks. Source: pkg/apis/apps and batch, v1 defaults and validation, 1.36. */
import {
  matchesSelector,
  type CronJob,
  type DaemonSet,
  type Deployment,
  type Job,
  type LabelSelector,
  type PodTemplateSpec,
  type ReplicaSet,
  type StatefulSet,
} from '../../../kubernetes/index.ts';
import { sameJson } from '../json.ts';
import { rulesFor, type KindRules } from '../kind-rules.ts';
import type { Problems } from '../problems.ts';
import type { Draft } from '../types.ts';
import { validateLabels } from '../validate-metadata.ts';
import { defaultPodSpec, fill, validatePodSpec } from './_pod-template.ts';

type Template = Draft<PodTemplateSpec>;

function defaultTemplate(template: Template): void {
  fill(template, 'metadata', {});
  fill(template, 'spec', { containers: [] });
  if (template.spec) defaultPodSpec(template.spec);
}

interface Governed {
  replicas?: number | undefined;
  selector?: LabelSelector | undefined;
  template: Template;
}

function validateGoverned(spec: Governed, problems: Problems, previous?: Governed): void {
  if (previous && !sameJson(previous.selector, spec.selector)) problems.invalid('spec.selector', spec.selector, 'field is immutable');
  if ((spec.replicas ?? 0) < 0) problems.invalid('spec.replicas', spec.replicas, 'must be greater than or equal to 0');
  const { matchLabels = {}, matchExpressions = [] } = spec.selector ?? {};
  if (spec.selector === undefined) problems.required('spec.selector');
  else if (Object.keys(matchLabels).length + matchExpressions.length === 0) {
    problems.invalid('spec.selector', spec.selector, 'empty selector is invalid for deployment');
  }
  const labels = spec.template.metadata?.labels;
  if (!matchesSelector(spec.selector, labels)) {
    problems.invalid('spec.template.metadata.labels', labels ?? null, '`selector` does not match template `labels`');
  }
  validateLabels(labels, 'spec.template.labels', problems);
  if (spec.template.spec) validatePodSpec(spec.template.spec, 'spec.template.spec', problems, ['Always']);
}

const emptySpec = (): Governed => ({ template: {} });

const deployment = rulesFor<Draft<Deployment>>({
  kind: 'Deployment',
  hasStatus: true,
  hasGeneration: true,
  defaults(object) {
    // A selector may be missing from outside; the check tells so.
    const spec = (object.spec ??= emptySpec() as NonNullable<Draft<Deployment>['spec']>);
    fill(spec, 'template', {});
    fill(spec, 'replicas', 1);
    fill(spec, 'strategy', {});
    fill(spec, 'revisionHistoryLimit', 10);
    fill(spec, 'progressDeadlineSeconds', 600);
    if (spec.strategy) {
      fill(spec.strategy, 'type', 'RollingUpdate');
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
  validate({ spec }, problems, previous) {
    if (spec === undefined) return;
    validateGoverned(spec, problems, previous?.spec);
    const { type, rollingUpdate } = spec.strategy ?? {};
    if (type === 'Recreate' && rollingUpdate) {
      problems.forbidden('spec.strategy.rollingUpdate', "may not be specified when strategy `type` is 'Recreate'");
    }
    if (type !== undefined && !['Recreate', 'RollingUpdate'].includes(type)) {
      problems.unsupported('spec.strategy.type', type, ['Recreate', 'RollingUpdate']);
    }
    const isZero = (amount: unknown): boolean => amount === 0 || amount === '0%' || amount === '0';
    if (rollingUpdate && isZero(rollingUpdate.maxUnavailable) && isZero(rollingUpdate.maxSurge)) {
      problems.invalid('spec.strategy.rollingUpdate.maxUnavailable', rollingUpdate.maxUnavailable, 'may not be 0 when `maxSurge` is 0');
    }
  },
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
    if (spec === undefined) return problems.required('spec.selector');
    const governed = (one: typeof spec): Governed => ({ ...one, template: one.template ?? {} });
    validateGoverned(governed(spec), problems, previous?.spec && governed(previous.spec));
    return undefined;
  },
});

const statefulSet = rulesFor<Draft<StatefulSet>>({
  kind: 'StatefulSet',
  hasStatus: true,
  hasGeneration: true,
  defaults({ spec }) {
    if (spec === undefined) return;
    fill(spec, 'replicas', 1);
    fill(spec, 'podManagementPolicy', 'OrderedReady');
    fill(spec, 'revisionHistoryLimit', 10);
    fill(spec, 'updateStrategy', { type: 'RollingUpdate' });
    if (spec.updateStrategy?.type === 'RollingUpdate') {
      fill(spec.updateStrategy, 'rollingUpdate', {});
      if (spec.updateStrategy.rollingUpdate) fill(spec.updateStrategy.rollingUpdate, 'partition', 0);
    }
    fill(spec, 'persistentVolumeClaimRetentionPolicy', { whenDeleted: 'Retain', whenScaled: 'Retain' });
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
    if (spec) validateGoverned(spec, problems, previous?.spec);
  },
});

const daemonSet = rulesFor<Draft<DaemonSet>>({
  kind: 'DaemonSet',
  hasStatus: true,
  hasGeneration: true,
  defaults({ spec }) {
    if (spec === undefined) return;
    fill(spec, 'revisionHistoryLimit', 10);
    fill(spec, 'updateStrategy', { type: 'RollingUpdate' });
    if (spec.updateStrategy?.type === 'RollingUpdate') {
      fill(spec.updateStrategy, 'rollingUpdate', {});
      if (spec.updateStrategy.rollingUpdate) {
        fill(spec.updateStrategy.rollingUpdate, 'maxUnavailable', 1);
        fill(spec.updateStrategy.rollingUpdate, 'maxSurge', 0);
      }
    }
    defaultTemplate(spec.template);
  },
  onCreate(object) {
    object.status = { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 };
  },
  validate({ spec }, problems, previous) {
    if (spec) validateGoverned(spec, problems, previous?.spec);
  },
});

function defaultJobSpec(spec: NonNullable<Draft<Job>['spec']>): void {
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  fill(spec, 'parallelism', 1);
  // With a limit per index nothing limits the Job as a whole.
  fill(spec, 'backoffLimit', spec.backoffLimitPerIndex === undefined ? 6 : 2 ** 31 - 1);
  fill(spec, 'completionMode', 'NonIndexed');
  fill(spec, 'suspend', false);
  fill(spec, 'podReplacementPolicy', 'TerminatingOrFailed');
  defaultTemplate(spec.template);
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
    const { spec, metadata } = object;
    if (spec === undefined || spec.manualSelector === true) return;
    const uid = metadata.uid ?? '';
    const labels = { 'batch.kubernetes.io/controller-uid': uid, 'batch.kubernetes.io/job-name': metadata.name };
    const older = { 'controller-uid': uid, 'job-name': metadata.name };
    const template = (spec.template.metadata ??= {});
    template.labels = { ...template.labels, ...labels, ...older };
    spec.selector = { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } };
  },
  validate({ spec }, problems, previous) {
    if (spec === undefined) return;
    if (previous?.spec && !sameJson(previous.spec.template, spec.template)) {
      problems.invalid('spec.template', spec.template, 'field is immutable');
    }
    if (spec.template.spec) validatePodSpec(spec.template.spec, 'spec.template.spec', problems, ['OnFailure', 'Never']);
  },
});

const cronJob = rulesFor<Draft<CronJob>>({
  kind: 'CronJob',
  hasStatus: true,
  hasGeneration: true,
  defaults({ spec }) {
    if (spec === undefined) return;
    fill(spec, 'concurrencyPolicy', 'Allow');
    fill(spec, 'suspend', false);
    fill(spec, 'successfulJobsHistoryLimit', 3);
    fill(spec, 'failedJobsHistoryLimit', 1);
    const template = spec.jobTemplate.spec?.template;
    if (template) defaultTemplate(template);
  },
  onCreate(object) {
    object.status = {};
  },
  validate({ spec }, problems) {
    const fields = spec?.schedule.trim().split(/\s+/).length ?? 0;
    if (fields === 0) problems.required('spec.schedule');
    else if (fields !== 5 && !spec?.schedule.startsWith('@')) {
      problems.invalid('spec.schedule', spec?.schedule, `expected exactly 5 fields, found ${fields}: [${spec?.schedule}]`);
    }
  },
});

export const WORKLOAD_RULES: readonly KindRules[] = [deployment, replicaSet, statefulSet, daemonSet, job, cronJob];
