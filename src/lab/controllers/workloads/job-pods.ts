/** The pods of Jobs: made, let go, and chosen when there are too many. Source: pkg/controller/job/{job_controller,indexed_job_utils}.go (Kubernetes 1.36). */
import type { Job, Pod } from '../../../kubernetes/index.ts';
import type { LabApi } from '../../kube-api/index.ts';
import type { ControllerContext } from '../runtime/controller.ts';
import { controllerReference, isTerminating } from '../runtime/pods.ts';
import { COMPLETION_INDEX, FAILURE_COUNT, indexOf, isIndexed } from './job-indexes.ts';
import { podsByDeletionOrder } from './pod-order.ts';

/** Holds a pod until its Job has counted it. */
const TRACKING = 'batch.kubernetes.io/job-tracking';

export const isTracked = (pod: Pod): boolean => (pod.metadata.finalizers ?? []).includes(TRACKING);

/** The pod may go: it is counted, or nobody counts any more. */
export function release(api: LabApi, pod: Pod): void {
  if (!isTracked(pod)) return;
  api.modify<Pod>('Pod', pod.metadata.namespace, pod.metadata.name, (draft) => {
    const rest = (draft.metadata.finalizers ?? []).filter((finalizer) => finalizer !== TRACKING);
    if (rest.length > 0) draft.metadata.finalizers = rest;
    else delete draft.metadata.finalizers;
  });
}

/** Of Indexed Jobs first the pods whose index is worked on twice, or no longer wanted; then those that lose least. */
export function podsForRemoval(
  { clock, random }: ControllerContext,
  found: Job,
  { active, atLeast }: { readonly active: readonly Pod[]; readonly atLeast: number },
): readonly Pod[] {
  const ordered = podsByDeletionOrder(active, { nowMs: clock.now(), random, related: [] });
  const surplus = isIndexed(found) ? surplusOf(found, ordered) : [];
  const rest = ordered.filter((pod) => !surplus.includes(pod));
  return [...surplus, ...rest.slice(0, Math.max(0, atLeast - surplus.length))];
}

function surplusOf({ spec }: Job, ordered: readonly Pod[]): readonly Pod[] {
  const isWanted = (index: number | undefined): boolean => index !== undefined && index < (spec?.completions ?? 0);
  return ordered.filter((pod, at) => {
    const index = indexOf(pod);
    return !isWanted(index) || ordered.slice(at + 1).some((other) => indexOf(other) === index);
  });
}

/** `failures`: how often the index has failed before; asked of pods with an index alone. */
export function podOf(found: Job, index: number | undefined, failures: number): Pod {
  const template = found.spec?.template;
  const { labels, annotations } = template?.metadata ?? {};
  const isCounted = index !== undefined && found.spec?.backoffLimitPerIndex !== undefined;
  const marks = index === undefined ? {} : { [COMPLETION_INDEX]: String(index) };
  const notes = { ...annotations, ...marks, ...(isCounted ? { [FAILURE_COUNT]: String(failures) } : {}) };
  const spec = { ...template?.spec, containers: template?.spec?.containers ?? [] };
  const { containers, initContainers } = spec;
  const indexed = {
    ...spec,
    hostname: `${found.metadata.name}-${index}`,
    containers: containers.map(withIndex),
    ...(initContainers ? { initContainers: initContainers.map(withIndex) } : {}),
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: '',
      generateName: index === undefined ? `${found.metadata.name}-` : `${found.metadata.name}-${index}-`,
      namespace: found.metadata.namespace ?? 'default',
      labels: { ...found.spec?.selector?.matchLabels, ...labels, ...marks },
      ...(Object.keys(notes).length > 0 ? { annotations: notes } : {}),
      finalizers: [...(template?.metadata?.finalizers ?? []).filter((each) => each !== TRACKING), TRACKING],
      ownerReferences: [controllerReference(found)],
    },
    spec: index === undefined ? spec : indexed,
  };
}

type Container = NonNullable<Pod['spec']>['containers'][number];

/** Programs find their index in the environment. */
function withIndex(container: Container): Container {
  const name = 'JOB_COMPLETION_INDEX';
  if (container.env?.some((each) => each.name === name)) return container;
  const fieldRef = { apiVersion: 'v1', fieldPath: `metadata.labels['${COMPLETION_INDEX}']` };
  return { ...container, env: [...(container.env ?? []), { name, valueFrom: { fieldRef } }] };
}

/** Pods whose Job is gone, or going, are held by nobody. Source: syncOrphanPod. */
export function releaseOrphans(api: LabApi, { metadata }: Job): void {
  for (const pod of api.list<Pod>('Pod', { namespace: metadata.namespace, index: { by: 'owner', value: metadata.uid ?? '' } })) {
    const current = api.get<Job>('Job', metadata.namespace, metadata.name);
    if (!current || current.metadata.uid !== metadata.uid || isTerminating(current)) release(api, pod);
  }
}
