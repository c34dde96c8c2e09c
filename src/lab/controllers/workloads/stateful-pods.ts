/** Pods of StatefulSets and their claims: names, making, taking away, and what is told of it. Source: pkg/controller/statefulset/{stateful_pod_control,stateful_set_utils}.go (1.36). */
import type { PersistentVolumeClaim, Pod, StatefulSet } from '../../../kubernetes/index.ts';
import { ApiError } from '../../kube-api/index.ts';
import type { ControllerContext } from '../runtime/controller.ts';
import { controllerReference } from '../runtime/pods.ts';
import { keepClaimOwners, isClaimStale } from './claim-retention.ts';
import { REVISION_HASH, templateOf } from './revisions.ts';

export const STATEFUL_SETS = 'statefulset-controller';
const CLAIM = 'PersistentVolumeClaim';
/** The ordinal is a label of its own since this minor version. */
const INDEX_LABEL_SINCE = 28;
/** Recorded: `Create Pod …` in 1.36; older sources say `create Pod …`. */
const CAPITAL_SINCE = 36;

/** Minus one for pods with other names. */
export function ordinalOf(set: StatefulSet, pod: Pod): number {
  const prefix = `${set.metadata.name}-`;
  const rest = pod.metadata.name.startsWith(prefix) ? pod.metadata.name.slice(prefix.length) : '';
  return /^\d+$/.test(rest) ? Number(rest) : -1;
}

export const firstOrdinal = (set: StatefulSet): number => (set.spec as { ordinals?: { start?: number } } | undefined)?.ordinals?.start ?? 0; // newer than the types

type Verb = 'create' | 'delete';
const TITLE: Readonly<Record<Verb, string>> = { create: 'Create', delete: 'Delete' };

/** Does it and tells how it went; what the API server refuses is told and passed on. */
function told<T>({ recorder, minor }: ControllerContext, set: StatefulSet, [verb, what]: readonly [Verb, string], act: () => T): T {
  const events = recorder(STATEFUL_SETS);
  const text = `${minor >= CAPITAL_SINCE ? TITLE[verb] : verb} ${what} in StatefulSet ${set.metadata.name}`;
  try {
    const result = act();
    events.event(set, 'Normal', `Successful${TITLE[verb]}`, `${text} success${what.startsWith('Pod') ? 'ful' : ''}`);
    return result;
  } catch (error) {
    if (error instanceof ApiError && error.code !== 409) {
      const failed = what.startsWith('Pod') ? text : text.replace(/ Pod /, ' for Pod ');
      events.event(set, 'Warning', `Failed${TITLE[verb]}`, `${failed} failed error: ${error.message}`);
    }
    throw error;
  }
}

/** Result: false when a claim that is on its way out has to go first. */
export function createStatefulPod(context: ControllerContext, set: StatefulSet, ordinal: number, revision: string): boolean {
  const { api } = context;
  const pod = podOf(context, set, ordinal, revision);
  if (isClaimStale(api, set, pod)) return false;
  told(context, set, ['create', `Pod ${pod.metadata.name}`], () => {
    createMissingClaims(context, set, pod.metadata.name);
    const made = api.create<Pod>('Pod', pod);
    keepClaimOwners(api, set, made, false);
  });
  return true;
}

export function deleteStatefulPod(context: ControllerContext, set: StatefulSet, pod: Pod): void {
  told(context, set, ['delete', `Pod ${pod.metadata.name}`], () => context.api.delete('Pod', pod.metadata.namespace, pod.metadata.name));
}

/** Claims outlive their pods; those that are not there are made, also for a pod that waits for one. */
export function createMissingClaims(context: ControllerContext, set: StatefulSet, pod: string): void {
  const { api } = context;
  for (const template of set.spec?.volumeClaimTemplates ?? []) {
    const name = `${template.metadata?.name ?? ''}-${pod}`;
    if (api.get(CLAIM, set.metadata.namespace, name)) continue;
    const labels = { ...template.metadata?.labels, ...set.spec?.selector.matchLabels };
    const { annotations } = template.metadata ?? {};
    told(context, set, ['create', `Claim ${name} Pod ${pod}`], () =>
      api.create<PersistentVolumeClaim>(CLAIM, {
        metadata: { name, namespace: set.metadata.namespace ?? 'default', labels, ...(annotations ? { annotations } : {}) },
        ...(template.spec ? { spec: template.spec } : {}),
      }),
    );
  }
}

function podOf({ api, minor }: ControllerContext, set: StatefulSet, ordinal: number, revision: string): Pod {
  const name = `${set.metadata.name}-${ordinal}`;
  const claims = new Map(
    (set.spec?.volumeClaimTemplates ?? []).map(({ metadata }) => [metadata?.name ?? '', `${metadata?.name ?? ''}-${name}`]),
  );
  // Below the partition a pod comes back as it was.
  const template = templateOf(api, set.metadata.namespace, revision) ?? set.spec?.template;
  const volumes = (template?.spec?.volumes ?? []).filter(({ name: volume }) => !claims.has(volume));
  const claimed = [...claims].map(([volume, claimName]) => ({ name: volume, persistentVolumeClaim: { claimName } }));
  const { annotations, labels } = template?.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      generateName: `${set.metadata.name}-`,
      namespace: set.metadata.namespace ?? 'default',
      labels: {
        ...labels,
        [REVISION_HASH]: revision,
        'statefulset.kubernetes.io/pod-name': name,
        ...(minor >= INDEX_LABEL_SINCE ? { 'apps.kubernetes.io/pod-index': String(ordinal) } : {}),
      },
      ...(annotations ? { annotations } : {}),
      ownerReferences: [controllerReference(set)],
    },
    spec: {
      ...template?.spec,
      containers: template?.spec?.containers ?? [],
      ...(volumes.length + claimed.length > 0 ? { volumes: [...claimed, ...volumes] } : {}),
      hostname: name,
      ...(set.spec?.serviceName ? { subdomain: set.spec.serviceName } : {}),
    },
  };
}
