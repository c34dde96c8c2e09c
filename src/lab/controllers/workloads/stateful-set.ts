/** Pods with names of their own, in order. Source: pkg/controller/statefulset/stateful_set_control.go (Kubernetes 1.36). */
import { type KubeObject, type Pod, type PersistentVolumeClaim, type StatefulSet } from '../../../kubernetes/index.ts';
import type { LabApi } from '../../kube-api/index.ts';
import type { ControllerContext } from '../runtime/controller.ts';
import { controllerOf, controllerReference, isAvailable, isFinished, isReady, isTerminating, keyOf, splitKey } from '../runtime/pods.ts';
import { watchingController } from '../runtime/watching-controller.ts';
import { keepClaimOwners } from './claim-retention.ts';
import { claimPods } from './claimed-pods.ts';
import { OrphanPods } from './orphan-pods.ts';
import { currentRevision, REVISION_HASH, templateOf } from './revisions.ts';

const NAME = 'statefulset-controller';
/** Available pods are counted since this minor version. */
const AVAILABLE_SINCE = 22;

export const statefulSet = watchingController(NAME, 'Keeps the pods of StatefulSets: one at a time, by ordinal.', () => {
  const orphans = new OrphanPods();
  return {
    watch: ({ api }, queue) => [
      api.watch<StatefulSet>('StatefulSet', ({ object }) => queue.add(keyOf(object))),
      api.watch<Pod>('Pod', (event) => {
        orphans.note(event);
        const owner = controllerOf(event.object);
        if (owner?.kind === 'StatefulSet') queue.add(`${event.object.metadata.namespace}/${owner.name}`);
      }),
    ],
    sync(context, key, queue) {
      const { namespace, name } = splitKey(key);
      const set = context.api.get<StatefulSet>('StatefulSet', namespace, name);
      if (set === undefined || isTerminating(set)) return;
      const pods = claimPods(context.api, set, set.spec?.selector, orphans.in(namespace)).filter((pod) => ordinalOf(set, pod) >= 0);
      const revision = currentRevision(context.api, set);
      // Counts are those before this sync's own doing, as the real controller has them.
      writeStatus(context, set, pods, revision);
      move(context, set, pods, revision);
      const minReadySeconds = set.spec?.minReadySeconds ?? 0;
      if (minReadySeconds > 0 && pods.some((pod) => isReady(pod) && !isAvailable(pod, minReadySeconds, context.clock.now()))) {
        queue.addAfter(key, minReadySeconds * 1000);
      }
    },
  };
});

interface Revision {
  readonly name: string;
  readonly hash: string;
}

function ordinalOf(set: StatefulSet, pod: Pod): number {
  const prefix = `${set.metadata.name}-`;
  const rest = pod.metadata.name.startsWith(prefix) ? pod.metadata.name.slice(prefix.length) : '';
  return /^\d+$/.test(rest) ? Number(rest) : -1;
}

const firstOrdinal = (set: StatefulSet): number => (set.spec as { ordinals?: { start?: number } } | undefined)?.ordinals?.start ?? 0; // newer than the types

function move(context: ControllerContext, set: StatefulSet, pods: readonly Pod[], revision: Revision): void {
  const { clock } = context;
  const isOrdered = set.spec?.podManagementPolicy !== 'Parallel';
  const start = firstOrdinal(set);
  const end = start + (set.spec?.replicas ?? 1);
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(set, pod), pod]));
  const isHealthy = (pod: Pod): boolean =>
    !isTerminating(pod) && isReady(pod) && isAvailable(pod, set.spec?.minReadySeconds ?? 0, clock.now());
  for (let ordinal = start; ordinal < end; ordinal++) {
    const pod = byOrdinal.get(ordinal);
    if (pod === undefined) {
      create(context, set, ordinal, revisionFor(set, ordinal, revision));
      if (isOrdered) return;
    } else if (isFinished(pod) && !isTerminating(pod)) {
      const message = `StatefulSet ${keyOf(set)} is recreating ${pod.status?.phase === 'Failed' ? 'failed' : 'terminated'} Pod ${pod.metadata.name}`;
      context.recorder(NAME).event(set, 'Warning', 'RecreatingFailedPod', message);
      remove(context, set, pod);
      if (isOrdered) return;
    } else if (isOrdered && !isHealthy(pod)) return;
  }
  const condemned = pods.filter((pod) => ordinalOf(set, pod) >= end || ordinalOf(set, pod) < start);
  for (const pod of pods) keepClaimOwners(context.api, set, pod, condemned.includes(pod));
  condemned.sort((a, b) => ordinalOf(set, b) - ordinalOf(set, a));
  for (const [index, pod] of condemned.entries()) {
    if (isTerminating(pod)) {
      if (isOrdered) return;
      continue;
    }
    const below = condemned.slice(index + 1);
    if (isOrdered && !isHealthy(pod) && below.some((other) => !isHealthy(other))) return;
    remove(context, set, pod);
    if (isOrdered) return;
  }
  if (set.spec?.updateStrategy?.type !== 'OnDelete') update(context, set, { byOrdinal, end, revision, isHealthy });
}

interface Rollout {
  readonly byOrdinal: ReadonlyMap<number, Pod>;
  readonly end: number;
  readonly revision: Revision;
  readonly isHealthy: (pod: Pod) => boolean;
}

/** From the highest ordinal down to the partition, one at a time, each healthy before the next. */
function update(context: ControllerContext, set: StatefulSet, { byOrdinal, end, revision, isHealthy }: Rollout): void {
  const partition = set.spec?.updateStrategy?.rollingUpdate?.partition ?? 0;
  for (let ordinal = end - 1; ordinal >= Math.max(firstOrdinal(set), partition); ordinal--) {
    const pod = byOrdinal.get(ordinal);
    if (pod === undefined) return;
    if (pod.metadata.labels?.[REVISION_HASH] !== hashLabel(revision) && !isTerminating(pod)) return remove(context, set, pod);
    if (!isHealthy(pod)) return;
  }
}

/** StatefulSets label pods with the revision's full name. */
const hashLabel = (revision: Revision): string => revision.name;

/** Ordinals below the partition stay with the revision that was current. */
function revisionFor(set: StatefulSet, ordinal: number, revision: Revision): string {
  const partition = set.spec?.updateStrategy?.rollingUpdate?.partition ?? 0;
  return ordinal < partition ? (set.status?.currentRevision ?? revision.name) : revision.name;
}

function create({ api, recorder }: ControllerContext, set: StatefulSet, ordinal: number, revision: string): void {
  const name = `${set.metadata.name}-${ordinal}`;
  const claims = createClaims(api, set, name);
  // Below the partition a pod comes back as it was.
  const template = templateOf(api, set.metadata.namespace, revision) ?? set.spec?.template;
  const volumes = (template?.spec?.volumes ?? []).filter(({ name: volume }) => !claims.has(volume));
  const claimed = [...claims].map(([volume, claimName]) => ({ name: volume, persistentVolumeClaim: { claimName } }));
  const { annotations, labels } = template?.metadata ?? {};
  api.create<Pod>('Pod', {
    metadata: {
      name,
      generateName: `${set.metadata.name}-`,
      namespace: set.metadata.namespace ?? 'default',
      labels: {
        ...labels,
        [REVISION_HASH]: revision,
        'statefulset.kubernetes.io/pod-name': name,
        'apps.kubernetes.io/pod-index': String(ordinal),
      },
      ...(annotations ? { annotations } : {}),
      ownerReferences: [controllerReference(set)],
    },
    spec: {
      ...template?.spec,
      containers: template?.spec?.containers ?? [],
      ...(volumes.length + claimed.length > 0 ? { volumes: [...volumes, ...claimed] } : {}),
      hostname: name,
      ...(set.spec?.serviceName ? { subdomain: set.spec.serviceName } : {}),
    },
  });
  recorder(NAME).event(set, 'Normal', 'SuccessfulCreate', `Create Pod ${name} in StatefulSet ${set.metadata.name} successful`);
}

/** Claims outlive their pods. Result: claim names by volume name. */
function createClaims(api: LabApi, set: StatefulSet, pod: string): ReadonlyMap<string, string> {
  const claims = new Map<string, string>();
  for (const template of set.spec?.volumeClaimTemplates ?? []) {
    const volume = template.metadata?.name ?? '';
    const name = `${volume}-${pod}`;
    claims.set(volume, name);
    if (api.get<KubeObject>('PersistentVolumeClaim', set.metadata.namespace, name)) continue;
    const labels = { ...template.metadata?.labels, ...set.spec?.selector.matchLabels };
    api.create<PersistentVolumeClaim>('PersistentVolumeClaim', {
      metadata: { name, namespace: set.metadata.namespace ?? 'default', labels },
      ...(template.spec ? { spec: template.spec } : {}),
    });
  }
  return claims;
}

function remove({ api, recorder }: ControllerContext, set: StatefulSet, pod: Pod): void {
  api.delete('Pod', pod.metadata.namespace, pod.metadata.name);
  const message = `Delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`;
  recorder(NAME).event(set, 'Normal', 'SuccessfulDelete', message);
}

function writeStatus({ api, clock, minor }: ControllerContext, set: StatefulSet, pods: readonly Pod[], revision: Revision): void {
  const minReadySeconds = set.spec?.minReadySeconds ?? 0;
  const living = pods.filter((pod) => !isTerminating(pod));
  const withHash = (name: string): number => living.filter((pod) => pod.metadata.labels?.[REVISION_HASH] === name).length;
  const ready = pods.filter((pod) => pod.status?.phase === 'Running' && isReady(pod));
  const available = ready.filter((pod) => isAvailable(pod, minReadySeconds, clock.now()));
  const updated = withHash(revision.name);
  const before = set.status?.currentRevision ?? revision.name;
  const isDone = updated === (set.spec?.replicas ?? 1) && ready.length === updated && pods.length === updated;
  const current = isDone ? revision.name : before;
  api.modify<StatefulSet>(
    'StatefulSet',
    set.metadata.namespace,
    set.metadata.name,
    (draft) => {
      const { collisionCount = 0 } = draft.status ?? {};
      const some = (key: string, count: number): object => (count > 0 ? { [key]: count } : {});
      draft.status = {
        observedGeneration: set.metadata.generation ?? 0,
        replicas: pods.length,
        ...some('readyReplicas', ready.length),
        ...some('currentReplicas', withHash(current)),
        ...some('updatedReplicas', updated),
        ...some('availableReplicas', minor >= AVAILABLE_SINCE ? available.length : 0),
        currentRevision: current,
        updateRevision: revision.name,
        collisionCount,
      };
    },
    { subresource: 'status' },
  );
}
