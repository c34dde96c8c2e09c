/** Columns of what keeps pods: workloads, budgets, autoscalers. Source: pkg/printers/internalversion/printers.go, 1.36. */
import type {
  CronJob,
  DaemonSet,
  Deployment,
  HorizontalPodAutoscaler,
  Job,
  KubeObject,
  PodDisruptionBudget,
  ReplicaSet,
  ReplicationController,
  StatefulSet,
} from '../../../kubernetes/index.ts';
import { columns, NAME, AGE, NONE, UNSET, WIDE, INTEGER, orNone, namesOf, imagesOf, pairs, selectorText, type Column } from './_column.ts';
import { ageOf, humanDuration } from './ages.ts';

const deploymentColumns = columns<Deployment>(
  NAME,
  ['Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`],
  ['Up-to-date', ({ status }) => status?.updatedReplicas ?? 0],
  ['Available', ({ status }) => status?.availableReplicas ?? 0],
  AGE,
  ['Containers', ({ spec }) => namesOf(spec?.template.spec), WIDE],
  ['Images', ({ spec }) => imagesOf(spec?.template.spec), WIDE],
  ['Selector', ({ spec }) => selectorText(spec?.selector), WIDE],
);

const replicaSetColumns = columns<ReplicaSet>(
  NAME,
  ['Desired', ({ spec }) => spec?.replicas ?? 0, INTEGER],
  ['Current', ({ status }) => status?.replicas ?? 0, INTEGER],
  ['Ready', ({ status }) => status?.readyReplicas ?? 0, INTEGER],
  AGE,
  ['Containers', ({ spec }) => namesOf(spec?.template?.spec), WIDE],
  ['Images', ({ spec }) => imagesOf(spec?.template?.spec), WIDE],
  ['Selector', ({ spec }) => selectorText(spec?.selector), WIDE],
);

const statefulSetColumns = columns<StatefulSet>(
  NAME,
  ['Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`],
  AGE,
  ['Containers', ({ spec }) => namesOf(spec?.template.spec), WIDE],
  ['Images', ({ spec }) => imagesOf(spec?.template.spec), WIDE],
);

const daemonSetColumns = columns<DaemonSet>(
  NAME,
  ['Desired', ({ status }) => status?.desiredNumberScheduled ?? 0, INTEGER],
  ['Current', ({ status }) => status?.currentNumberScheduled ?? 0, INTEGER],
  ['Ready', ({ status }) => status?.numberReady ?? 0, INTEGER],
  ['Up-to-date', ({ status }) => status?.updatedNumberScheduled ?? 0, INTEGER],
  ['Available', ({ status }) => status?.numberAvailable ?? 0, INTEGER],
  ['Node Selector', ({ spec }) => pairs(spec?.template.spec?.nodeSelector)],
  AGE,
  ['Containers', ({ spec }) => namesOf(spec?.template.spec), WIDE],
  ['Images', ({ spec }) => imagesOf(spec?.template.spec), WIDE],
  ['Selector', ({ spec }) => selectorText(spec?.selector), WIDE],
);

function jobStatus({ spec, status, metadata }: Job): string {
  const met = (type: string): boolean => status?.conditions?.some((item) => item.type === type && item.status === 'True') === true;
  if (met('Complete')) return 'Complete';
  if (met('Failed')) return 'Failed';
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  if (met('Suspended') || spec?.suspend === true) return 'Suspended';
  return met('FailureTarget') ? 'FailureTarget' : met('SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running';
}

function jobDuration({ status }: Job, nowMs: number): string {
  if (status?.startTime === undefined) return '';
  const end = status.completionTime === undefined ? nowMs : Date.parse(status.completionTime);
  return humanDuration(end - Date.parse(status.startTime));
}

const jobColumns = columns<Job>(
  NAME,
  ['Status', jobStatus],
  ['Completions', ({ spec, status }) => `${status?.succeeded ?? 0}/${spec?.completions ?? spec?.parallelism ?? 1}`],
  ['Duration', jobDuration],
  AGE,
  ['Containers', ({ spec }) => namesOf(spec?.template.spec), WIDE],
  ['Images', ({ spec }) => imagesOf(spec?.template.spec), WIDE],
  ['Selector', ({ spec }) => selectorText(spec?.selector), WIDE],
);

const cronJobColumns = columns<CronJob>(
  NAME,
  ['Schedule', ({ spec }) => spec?.schedule ?? ''],
  ['Timezone', ({ spec }) => orNone(spec?.timeZone)],
  ['Suspend', ({ spec }) => (spec?.suspend === true ? 'True' : 'False')],
  ['Active', ({ status }) => status?.active?.length ?? 0, INTEGER],
  ['Last Schedule', ({ status }, now) => (status?.lastScheduleTime === undefined ? NONE : ageOf(status.lastScheduleTime, now))],
  AGE,
  ['Containers', ({ spec }) => namesOf(spec?.jobTemplate.spec?.template.spec), WIDE],
  ['Images', ({ spec }) => imagesOf(spec?.jobTemplate.spec?.template.spec), WIDE],
  ['Selector', ({ spec }) => selectorText(spec?.jobTemplate.spec?.selector), WIDE],
);

const budgetColumns = columns<PodDisruptionBudget>(
  NAME,
  ['Min Available', ({ spec }) => String(spec?.minAvailable ?? 'N/A')],
  ['Max Unavailable', ({ spec }) => String(spec?.maxUnavailable ?? 'N/A')],
  ['Allowed Disruptions', ({ status }) => status?.disruptionsAllowed ?? 0, INTEGER],
  AGE,
);

const scalerColumns = columns<HorizontalPodAutoscaler>(
  NAME,
  ['Reference', ({ spec }) => `${spec?.scaleTargetRef.kind}/${spec?.scaleTargetRef.name}`],
  ['Targets', ({ spec, status }) => scalerTargets(spec, status)],
  ['MinPods', ({ spec }) => String(spec?.minReplicas ?? UNSET)],
  ['MaxPods', ({ spec }) => spec?.maxReplicas ?? 0, INTEGER],
  ['Replicas', ({ status }) => status?.currentReplicas ?? 0, INTEGER],
  AGE,
);

/** Source: printers.go, formatHPAMetrics. */
function scalerTargets(spec: HorizontalPodAutoscaler['spec'], status: HorizontalPodAutoscaler['status']): string {
  const texts = (spec?.metrics ?? []).map(({ resource, containerResource }, index) => {
    const { name, target } = resource ?? containerResource ?? {};
    const found = status?.currentMetrics?.[index];
    const current = (found?.resource ?? found?.containerResource)?.current;
    const percent = (value: number | undefined, without: string): string => (value === undefined ? without : `${value}%`);
    return target?.averageValue === undefined
      ? `${name ?? 'metric'}: ${percent(current?.averageUtilization, '<unknown>')}/${percent(target?.averageUtilization, '<auto>')}`
      : `${name ?? 'metric'}: ${current?.averageValue ?? '<unknown>'}/${target.averageValue}`;
  });
  const shown = 2;
  return orNone(texts.slice(0, shown).join(', ')) + (texts.length > shown ? ` + ${texts.length - shown} more...` : '');
}

const replicationControllerColumns = columns<ReplicationController>(
  NAME,
  ['Desired', ({ spec }) => spec?.replicas ?? 0, INTEGER],
  ['Current', ({ status }) => status?.replicas ?? 0, INTEGER],
  ['Ready', ({ status }) => status?.readyReplicas ?? 0, INTEGER],
  AGE,
  ['Containers', ({ spec }) => namesOf(spec?.template?.spec), WIDE],
  ['Images', ({ spec }) => imagesOf(spec?.template?.spec), WIDE],
  ['Selector', ({ spec }) => pairs(spec?.selector), WIDE],
);

interface RevisionObject extends KubeObject {
  readonly revision?: number;
}

function controllerText({ metadata }: KubeObject): string {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (owner === undefined) return NONE;
  const [group = ''] = owner.apiVersion.includes('/') ? owner.apiVersion.split('/') : [''];
  return `${owner.kind.toLowerCase()}${group === '' ? '' : `.${group}`}/${owner.name}`;
}

/** Workloads and what governs how many pods they have. */
export const WORKLOAD_COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  ControllerRevision: columns<RevisionObject>(
    NAME,
    ['Controller', controllerText],
    ['Revision', ({ revision }) => revision ?? 0, INTEGER],
    AGE,
  ),
  CronJob: cronJobColumns,
  DaemonSet: daemonSetColumns,
  Deployment: deploymentColumns,
  HorizontalPodAutoscaler: scalerColumns,
  Job: jobColumns,
  PodDisruptionBudget: budgetColumns,
  ReplicaSet: replicaSetColumns,
  ReplicationController: replicationControllerColumns,
  StatefulSet: statefulSetColumns,
};
