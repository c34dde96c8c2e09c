/** Rolls Deployments from one ReplicaSet to the next. Source: pkg/controller/deployment (Kubernetes 1.36). */
import type { Cancel } from '../../../base/index.ts';
import { matchesSelector, type Deployment, type Pod, type ReplicaSet } from '../../../kubernetes/index.ts';
import type { Controller, ControllerContext } from '../runtime/controller.ts';
import { controllerOf, controllerReference, isFinished, isTerminating, keyOf, splitKey } from '../runtime/pods.ts';
import { createWorkQueue, type WorkQueue } from '../runtime/work-queue.ts';
import { byCreation, findNewest, isComplete, isRolling, revisionOf } from './deployment-math.ts';
import { DeploymentScaling } from './deployment-scaling.ts';
import { countedStatus, hasDeadline, isOutOfTime, progressing, statusWithProgress, withCondition } from './deployment-status.ts';

export const deployment: Controller = {
  name: 'deployment-controller',
  summary: 'Makes ReplicaSets for Deployments, and moves the replicas from the old to the new within surge and unavailability.',
  start: (context) => new Deployments(context).start(),
};

class Deployments {
  readonly #context: ControllerContext;
  readonly #scaling: DeploymentScaling;
  readonly #queue: WorkQueue;

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#scaling = new DeploymentScaling(context, context.recorder(deployment.name));
    const { clock, log, timing } = context;
    this.#queue = createWorkQueue({ clock, log, name: deployment.name, delayMs: timing.reactionMs * 0.8, run: (key) => this.#sync(key) });
  }

  start(): Cancel {
    const { api } = this.#context;
    const cancels = [
      api.watch<Deployment>('Deployment', ({ object }) => this.#queue.add(keyOf(object))),
      api.watch<ReplicaSet>('ReplicaSet', ({ object }) => this.#setChanged(object)),
      api.watch<Pod>('Pod', ({ type, object }) => {
        if (type === 'DELETED') this.#podGone(object);
      }),
    ];
    return () => {
      for (const cancel of cancels) cancel();
      this.#queue.stop();
    };
  }

  #setChanged(set: ReplicaSet): void {
    const namespace = set.metadata.namespace ?? '';
    const owner = controllerOf(set);
    if (owner !== undefined) {
      if (owner.kind === 'Deployment') this.#queue.add(`${namespace}/${owner.name}`);
      return;
    }
    for (const found of this.#context.api.list<Deployment>('Deployment', { namespace })) {
      if (matchesSelector(found.spec?.selector, set.metadata.labels)) this.#queue.add(keyOf(found));
    }
  }

  /** Recreate waits for the last old pod to be gone. */
  #podGone(pod: Pod): void {
    const owner = controllerOf(pod);
    if (owner?.kind !== 'ReplicaSet') return;
    const set = this.#context.api.get<ReplicaSet>('ReplicaSet', pod.metadata.namespace, owner.name);
    if (set !== undefined) this.#setChanged(set);
  }

  #sync(key: string): void {
    const { api } = this.#context;
    const { namespace, name } = splitKey(key);
    const found = api.get<Deployment>('Deployment', namespace, name);
    if (found === undefined) return;
    const sets = this.#ownSets(found);
    if (isTerminating(found)) return this.#writeCounts(found, sets);
    if (this.#pauseNoted(found)) return;
    if (found.spec?.paused === true || this.#scaling.isScalingEvent(found, sets)) {
      const newest = findNewest(found, sets);
      const scaled = this.#scaling.scale(found, sets, newest);
      if (found.spec?.paused === true) {
        const old = scaled.filter(({ metadata }) => metadata.uid !== newest?.metadata.uid);
        this.#scaling.cleanUp(found, old);
      }
      return this.#writeCounts(found, scaled);
    }
    if (isRolling(found)) this.#roll(found, sets);
    else this.#recreate(found, sets);
  }

  #ownSets(found: Deployment): readonly ReplicaSet[] {
    const { api } = this.#context;
    const namespace = found.metadata.namespace;
    const owned = api.list<ReplicaSet>('ReplicaSet', { namespace, index: { by: 'owner', value: found.metadata.uid ?? '' } });
    if (isTerminating(found)) return owned;
    const strays = api
      .list<ReplicaSet>('ReplicaSet', { namespace })
      .filter((set) => !controllerOf(set) && !isTerminating(set) && matchesSelector(found.spec?.selector, set.metadata.labels));
    const adopted = strays.flatMap(
      (set) =>
        api.modify<ReplicaSet>('ReplicaSet', namespace, set.metadata.name, (draft) => {
          (draft.metadata.ownerReferences ??= []).push(controllerReference(found));
        }) ?? [],
    );
    return [...owned, ...adopted].sort(byCreation);
  }

  /** Pausing and resuming are told by a condition; the sync then goes on with the changed object's own event. */
  #pauseNoted(found: Deployment): boolean {
    if (!hasDeadline(found)) return false;
    const before = progressing(found.status);
    if (before?.reason === 'ProgressDeadlineExceeded') return false;
    const paused = found.spec?.paused === true;
    const isPausedReason = before?.reason === 'DeploymentPaused';
    if (paused === isPausedReason) return false;
    const condition = paused
      ? { reason: 'DeploymentPaused', message: 'Deployment is paused' }
      : { reason: 'DeploymentResumed', message: 'Deployment is resumed' };
    this.#setProgress(found, 'Unknown', condition.reason, condition.message);
    return true;
  }

  #setProgress(found: Deployment, status: 'True' | 'Unknown', reason: string, message: string): Deployment {
    const { api, clock } = this.#context;
    const changed = api.modify<Deployment>(
      'Deployment',
      found.metadata.namespace,
      found.metadata.name,
      (draft) => {
        draft.status ??= {};
        draft.status.conditions = withCondition(
          draft.status.conditions ?? [],
          { type: 'Progressing', status, reason, message },
          { nowMs: clock.now() },
        );
      },
      { subresource: 'status' },
    );
    return changed ?? found;
  }

  #roll(found: Deployment, own: readonly ReplicaSet[]): void {
    const { newest, sets, current } = this.#newest(found, own);
    if (newest === undefined) return;
    const old = sets.filter(({ metadata }) => metadata.uid !== newest.metadata.uid);
    const scaledUp = this.#scaling.toNew(current, sets, newest);
    if (scaledUp) return this.#writeProgress(current, replaced(sets, scaledUp), scaledUp);
    const scaledDown = this.#scaling.fromOld(current, old, newest);
    if (scaledDown.length > 0) return this.#writeProgress(current, replaced(sets, ...scaledDown), newest);
    if (isComplete(current, current.status ?? {})) this.#scaling.cleanUp(current, old);
    this.#writeProgress(current, sets, newest);
  }

  #recreate(found: Deployment, own: readonly ReplicaSet[]): void {
    const { api } = this.#context;
    const existing = findNewest(found, own);
    const old = own.filter((set) => set !== existing);
    const scaledDown = this.#scaling.allDown(found, old);
    if (scaledDown.length > 0) return this.#writeProgress(found, replaced(own, ...scaledDown), existing);
    const oldPods = old.flatMap(({ metadata }) => api.list<Pod>('Pod', { index: { by: 'owner', value: metadata.uid ?? '' } }));
    if (oldPods.some((pod) => !isFinished(pod))) return this.#writeProgress(found, own, existing);
    const { newest, sets, current } = this.#newest(found, own);
    if (newest === undefined) return;
    const scaledUp = this.#scaling.toNew(current, sets, newest);
    if (isComplete(current, current.status ?? {})) this.#scaling.cleanUp(current, old);
    this.#writeProgress(current, scaledUp ? replaced(sets, scaledUp) : sets, scaledUp ?? newest);
  }

  /** The ReplicaSet of today's template: found and numbered, or made. */
  #newest(
    found: Deployment,
    own: readonly ReplicaSet[],
  ): { readonly newest: ReplicaSet | undefined; readonly sets: readonly ReplicaSet[]; readonly current: Deployment } {
    const existing = findNewest(found, own);
    const revision = Math.max(0, ...own.filter((set) => set !== existing).map(revisionOf)) + 1;
    if (existing) {
      const { set, changed } = this.#scaling.numbered(found, existing, revision);
      // A numbered set is worked on in the next sync, which its own change brings about.
      if (changed) return { newest: undefined, sets: own, current: found };
      const current = this.#scaling.withRevision(found, set);
      const known = progressing(current.status) !== undefined || !hasDeadline(current);
      const message = `Found new replica set "${set.metadata.name}"`;
      return { newest: set, sets: own, current: known ? current : this.#setProgress(current, 'True', 'FoundNewReplicaSet', message) };
    }
    const made = this.#scaling.create(found, own, revision);
    if (made === undefined) return { newest: undefined, sets: own, current: found };
    const numbered = this.#scaling.withRevision(found, made);
    const message = `Created new replica set "${made.metadata.name}"`;
    // The status just written makes the rest of this sync's view stale: the real one runs into a conflict here, and starts anew.
    const current = hasDeadline(numbered) ? this.#setProgress(numbered, 'True', 'NewReplicaSetCreated', message) : numbered;
    return { newest: undefined, sets: [...own, made], current };
  }

  #writeCounts(found: Deployment, sets: readonly ReplicaSet[]): void {
    this.#write(found, countedStatus(found, { all: sets, newest: findNewest(found, sets) }, this.#context.clock.now()));
  }

  #writeProgress(found: Deployment, sets: readonly ReplicaSet[], newest: ReplicaSet | undefined): void {
    const nowMs = this.#context.clock.now();
    const status = statusWithProgress(found, { all: sets, newest }, nowMs);
    this.#write(found, status);
    this.#watchDeadline({ ...found, status });
  }

  #write(found: Deployment, status: NonNullable<Deployment['status']>): void {
    this.#context.api.modify<Deployment>(
      'Deployment',
      found.metadata.namespace,
      found.metadata.name,
      (draft) => {
        draft.status = status;
      },
      { subresource: 'status' },
    );
  }

  /** Looks again one second after the deadline would have passed. */
  #watchDeadline(found: Deployment): void {
    const condition = progressing(found.status);
    const nowMs = this.#context.clock.now();
    if (!hasDeadline(found) || condition === undefined) return;
    if (isComplete(found, found.status ?? {}) || isOutOfTime(found, nowMs)) return;
    const dueMs = Date.parse(condition.lastUpdateTime ?? '') + (found.spec?.progressDeadlineSeconds ?? 600) * 1000;
    this.#queue.addAfter(keyOf(found), Math.max(0, dueMs - nowMs) + 1000);
  }
}

function replaced(sets: readonly ReplicaSet[], ...changed: readonly ReplicaSet[]): readonly ReplicaSet[] {
  return sets.map((set) => changed.find(({ metadata }) => metadata.uid === set.metadata.uid) ?? set);
}
