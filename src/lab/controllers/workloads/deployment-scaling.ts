/** Makes, numbers, scales and tidies the ReplicaSets of a Deployment. Source: pkg/controller/deployment/{sync,rolling}.go (1.36). */
import { type Deployment, type PodTemplateSpec, type ReplicaSet } from '../../../kubernetes/index.ts';
import { ApiError } from '../../kube-api/index.ts';
import type { ControllerContext } from '../runtime/controller.ts';
import type { EventRecorder } from '../runtime/event-recorder.ts';
import { controllerReference, isTerminating } from '../runtime/pods.ts';
import { templateHash } from '../runtime/template-hash.ts';
import {
  byCreation,
  DESIRED_REPLICAS,
  HASH_LABEL,
  MAX_REPLICAS,
  newReplicas,
  replicasOf,
  REVISION,
  REVISION_HISTORY,
  revisionOf,
  rolloutLimits,
  sumReplicas,
  sumStatus,
} from './deployment-math.ts';
import { hasDeadline, withCondition } from './deployment-status.ts';

const NOT_COPIED = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  'deprecated.deployment.rollback.to',
]);

const counts = (deployment: Deployment): Readonly<Record<string, string>> => ({
  [DESIRED_REPLICAS]: String(replicasOf(deployment)),
  [MAX_REPLICAS]: String(replicasOf(deployment) + rolloutLimits(deployment).surge),
});

const copied = (deployment: Deployment): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => !NOT_COPIED.has(key)));

export class DeploymentScaling {
  readonly #context: ControllerContext;
  readonly #events: EventRecorder;

  constructor(context: ControllerContext, events: EventRecorder) {
    this.#context = context;
    this.#events = events;
  }

  /** The user changed the replicas: some active set still carries the old number. */
  isScalingEvent(deployment: Deployment, sets: readonly ReplicaSet[]): boolean {
    return sets.some((set) => {
      const desired = set.metadata.annotations?.[DESIRED_REPLICAS];
      return replicasOf(set) > 0 && desired !== undefined && Number(desired) !== replicasOf(deployment);
    });
  }

  /** One set gets it all; several share in proportion. Result: the sets as they are now. */
  scale(deployment: Deployment, sets: readonly ReplicaSet[], newest: ReplicaSet | undefined): readonly ReplicaSet[] {
    const active = sets.filter((set) => replicasOf(set) > 0);
    const only = active.length === 0 ? (newest ?? [...sets].sort(byCreation).at(-1)) : active.length === 1 ? active[0] : undefined;
    if (only) return this.#put(sets, this.#scaleTo(deployment, only, replicasOf(deployment)));
    if (newest && isSaturated(deployment, newest)) {
      return active.filter((set) => set !== newest).reduce((all, set) => this.#put(all, this.#scaleTo(deployment, set, 0)), sets);
    }
    return this.#inProportion(deployment, sets, active);
  }

  #inProportion(deployment: Deployment, sets: readonly ReplicaSet[], active: readonly ReplicaSet[]): readonly ReplicaSet[] {
    const total = sumReplicas(active);
    const allowed = replicasOf(deployment) > 0 ? replicasOf(deployment) + rolloutLimits(deployment).surge : 0;
    const toAdd = allowed - total;
    const ordered = [...active].sort((a, b) => replicasOf(b) - replicasOf(a) || (toAdd > 0 ? byCreation(b, a) : byCreation(a, b)));
    let added = 0;
    const wanted = ordered.map((set) => {
      if (toAdd === 0) return replicasOf(set);
      const before = Number(set.metadata.annotations?.[MAX_REPLICAS] ?? total);
      const share = Math.round((replicasOf(set) * allowed) / before) - replicasOf(set);
      const left = toAdd - added;
      const part = toAdd > 0 ? Math.min(share, left) : Math.max(share, left);
      added += part;
      return replicasOf(set) + part;
    });
    if (wanted[0] !== undefined) wanted[0] = Math.max(0, wanted[0] + toAdd - added);
    return ordered.reduce((all, set, index) => this.#put(all, this.#scaleTo(deployment, set, wanted[index] ?? 0)), sets);
  }

  #put(sets: readonly ReplicaSet[], changed: ReplicaSet): readonly ReplicaSet[] {
    return sets.map((set) => (set.metadata.uid === changed.metadata.uid ? changed : set));
  }

  /** Lets the newest set grow (or shrink to what is wanted). Undefined when it stays. */
  toNew(deployment: Deployment, sets: readonly ReplicaSet[], newest: ReplicaSet): ReplicaSet | undefined {
    if (replicasOf(newest) === replicasOf(deployment)) return undefined;
    const wanted = replicasOf(newest) > replicasOf(deployment) ? replicasOf(deployment) : newReplicas(deployment, sets, newest);
    return wanted === replicasOf(newest) ? undefined : this.#scaleTo(deployment, newest, wanted);
  }

  /** Takes replicas from old sets as far as availability allows: unhealthy ones first. */
  fromOld(deployment: Deployment, old: readonly ReplicaSet[], newest: ReplicaSet): readonly ReplicaSet[] {
    if (sumReplicas(old) === 0) return [];
    const least = replicasOf(deployment) - rolloutLimits(deployment).unavailable;
    const newUnavailable = replicasOf(newest) - (newest.status?.availableReplicas ?? 0);
    const most = sumReplicas(old) + replicasOf(newest) - least - newUnavailable;
    if (most <= 0) return [];
    const changed = new Map<string, ReplicaSet>();
    const current = (set: ReplicaSet): ReplicaSet => changed.get(set.metadata.name) ?? set;
    const take = (set: ReplicaSet, count: number): void => {
      changed.set(set.metadata.name, this.#scaleTo(deployment, current(set), replicasOf(current(set)) - count));
    };
    let cleaned = 0;
    for (const set of [...old].sort(byCreation)) {
      const unhealthy = replicasOf(set) - (set.status?.availableReplicas ?? 0);
      const count = Math.min(most - cleaned, unhealthy);
      if (replicasOf(set) === 0 || count <= 0) continue;
      cleaned += count;
      take(set, count);
    }
    let left = sumStatus([...old, newest], 'availableReplicas') - least;
    for (const set of [...old].sort(byCreation)) {
      const count = Math.min(replicasOf(current(set)), left);
      if (count <= 0) continue;
      left -= count;
      take(set, count);
    }
    return [...changed.values()];
  }

  allDown(deployment: Deployment, old: readonly ReplicaSet[]): readonly ReplicaSet[] {
    return old.filter((set) => replicasOf(set) > 0).map((set) => this.#scaleTo(deployment, set, 0));
  }

  #scaleTo(deployment: Deployment, set: ReplicaSet, replicas: number): ReplicaSet {
    const before = replicasOf(set);
    const changed = this.#context.api.modify<ReplicaSet>('ReplicaSet', set.metadata.namespace, set.metadata.name, (draft) => {
      draft.spec ??= { selector: {} };
      draft.spec.replicas = replicas;
      draft.metadata.annotations = { ...draft.metadata.annotations, ...counts(deployment) };
    });
    if (before !== replicas) this.#tellScaled(deployment, set, { from: before, to: replicas });
    return changed ?? set;
  }

  #tellScaled(deployment: Deployment, set: ReplicaSet, { from, to }: { readonly from: number; readonly to: number }): void {
    const way = to > from ? 'up' : 'down';
    // Texts of before 1.30 name only the goal.
    const message =
      this.#context.minor >= 28
        ? `Scaled ${way} replica set ${set.metadata.name} from ${from} to ${to}`
        : `Scaled ${way} replica set ${set.metadata.name} to ${to}`;
    this.#events.event(deployment, 'Normal', 'ScalingReplicaSet', message);
  }

  /** A set that becomes the newest again gets the next revision; its earlier ones are remembered. */
  numbered(deployment: Deployment, set: ReplicaSet, revision: number): { readonly set: ReplicaSet; readonly changed: boolean } {
    const before = set.metadata.annotations?.[REVISION];
    const changed = this.#context.api.modify<ReplicaSet>('ReplicaSet', set.metadata.namespace, set.metadata.name, (draft) => {
      const annotations: Record<string, string> = { ...draft.metadata.annotations, ...copied(deployment), ...counts(deployment) };
      if (before === undefined || Number(before) < revision) {
        annotations[REVISION] = String(revision);
        if (before !== undefined) {
          const history = draft.metadata.annotations?.[REVISION_HISTORY];
          annotations[REVISION_HISTORY] = history ? `${history},${before}` : before;
        }
      }
      draft.metadata.annotations = annotations;
      if (draft.spec && deployment.spec?.minReadySeconds !== undefined) draft.spec.minReadySeconds = deployment.spec.minReadySeconds;
    });
    return { set: changed ?? set, changed: changed !== undefined && changed.metadata.resourceVersion !== set.metadata.resourceVersion };
  }

  withRevision(deployment: Deployment, set: ReplicaSet): Deployment {
    const revision = set.metadata.annotations?.[REVISION];
    if (revision === undefined || deployment.metadata.annotations?.[REVISION] === revision) return deployment;
    const { namespace, name } = deployment.metadata;
    return (
      this.#context.api.modify<Deployment>(
        'Deployment',
        namespace,
        name,
        (draft) => {
          draft.metadata.annotations = { ...draft.metadata.annotations, [REVISION]: revision };
        },
        // As the real controller does: the annotation goes with the status.
        { subresource: 'status' },
      ) ?? deployment
    );
  }

  /** Undefined when the name is taken: the collision is counted, and the next sync takes another hash. */
  create(deployment: Deployment, sets: readonly ReplicaSet[], revision: number): ReplicaSet | undefined {
    const draft = newSet(deployment, sets, revision);
    try {
      const made = this.#context.api.create<ReplicaSet>('ReplicaSet', draft);
      if (replicasOf(made) > 0) this.#tellScaled(deployment, made, { from: 0, to: replicasOf(made) });
      return made;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status.reason !== 'AlreadyExists') {
        const isNamespaceGoing = error.status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating');
        if (!isNamespaceGoing) this.#tellRefused(deployment, `Failed to create new replica set "${draft.metadata.name}": ${error.message}`);
        throw error;
      }
      this.#context.api.modify<Deployment>(
        'Deployment',
        deployment.metadata.namespace,
        deployment.metadata.name,
        (current) => {
          current.status = { ...current.status, collisionCount: (current.status?.collisionCount ?? 0) + 1 };
        },
        { subresource: 'status' },
      );
      return undefined;
    }
  }

  #tellRefused(deployment: Deployment, message: string): void {
    const { api, clock } = this.#context;
    const reason = 'ReplicaSetCreateError';
    if (hasDeadline(deployment)) {
      api.modify<Deployment>(
        'Deployment',
        deployment.metadata.namespace,
        deployment.metadata.name,
        (draft) => {
          const change = { type: 'Progressing', status: 'False', reason, message };
          draft.status = { ...draft.status, conditions: withCondition(draft.status?.conditions ?? [], change, { nowMs: clock.now() }) };
        },
        { subresource: 'status' },
      );
    }
    this.#events.event(deployment, 'Warning', reason, message);
  }

  /** Of the sets beyond the history limit, the oldest revisions, deletes those that are empty. */
  cleanUp(deployment: Deployment, old: readonly ReplicaSet[]): void {
    const limit = deployment.spec?.revisionHistoryLimit ?? 10;
    const alive = old.filter((set) => !isTerminating(set)).toSorted((a, b) => revisionOf(a) - revisionOf(b));
    for (const set of alive.slice(0, Math.max(0, alive.length - limit))) {
      const isSeen = (set.status?.observedGeneration ?? 0) >= (set.metadata.generation ?? 0);
      if (replicasOf(set) > 0 || (set.status?.replicas ?? 0) > 0 || !isSeen) continue;
      this.#context.api.delete('ReplicaSet', set.metadata.namespace, set.metadata.name, { propagationPolicy: 'Background' });
    }
  }
}

function isSaturated(deployment: Deployment, set: ReplicaSet): boolean {
  const desired = Number(set.metadata.annotations?.[DESIRED_REPLICAS] ?? -1);
  const wanted = replicasOf(deployment);
  return replicasOf(set) === wanted && desired === wanted && (set.status?.availableReplicas ?? 0) === wanted;
}

function newSet(deployment: Deployment, sets: readonly ReplicaSet[], revision: number): ReplicaSet {
  // A Deployment without a template does not pass validation.
  const template = deployment.spec?.template as PodTemplateSpec;
  const hash = templateHash(template, deployment.status?.collisionCount);
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash };
  const selector = deployment.spec?.selector ?? {};
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace ?? 'default',
      labels,
      annotations: { ...copied(deployment), ...counts(deployment), [REVISION]: String(revision) },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: newReplicas(deployment, sets, undefined),
      ...(deployment.spec?.minReadySeconds === undefined ? {} : { minReadySeconds: deployment.spec.minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [HASH_LABEL]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}
