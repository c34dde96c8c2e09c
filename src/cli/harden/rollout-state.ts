/** How far a rollout is. Source: `kubectl rollout status` (kubectl 1.36, polymorphichelpers/rollout_status.go) and the documentation of each kind. */
import type { DaemonSet, Deployment, StatefulSet } from '../../kubernetes/index.ts';

export interface RolloutState {
  /** `unattended`: its strategy replaces pods only when someone deletes them. */
  readonly state: 'done' | 'going on' | 'stuck' | 'unattended';
  /** `1 of 2 updated, 2 available`. */
  readonly words: string;
}

export type RollingKind = 'Deployment' | 'StatefulSet' | 'DaemonSet';

interface Rolled {
  readonly wanted: number;
  readonly updated: number;
  readonly available: number;
  /** Pods of the version before that are still there. */
  readonly old: number;
}

/** The state of a workload that rolls out. */
export function rolloutState(kind: RollingKind, object: Deployment | StatefulSet | DaemonSet): RolloutState {
  const generation = object.metadata?.generation ?? 1;
  if ((object.status?.observedGeneration ?? 0) < generation) return { state: 'going on', words: 'not looked at yet' };
  switch (kind) {
    case 'Deployment':
      return ofDeployment(object as Deployment); // the kind says so
    case 'StatefulSet':
      return ofStatefulSet(object as StatefulSet); // the kind says so
    case 'DaemonSet':
      return ofDaemonSet(object as DaemonSet); // the kind says so
  }
}

function judged({ wanted, updated, available, old }: Rolled): RolloutState {
  const done = updated >= wanted && available >= wanted && old === 0;
  const rest = old === 0 ? '' : `, ${old} of the old ones left`;
  return { state: done ? 'done' : 'going on', words: `${updated} of ${wanted} updated, ${available} available${rest}` };
}

function ofDeployment({ spec, status }: Deployment): RolloutState {
  const progress = status?.conditions?.find(({ type }) => type === 'Progressing');
  if (progress?.reason === 'ProgressDeadlineExceeded')
    return { state: 'stuck', words: progress.message ?? 'its progress deadline is over' };
  const updated = status?.updatedReplicas ?? 0;
  return judged({
    wanted: spec?.replicas ?? 1,
    updated,
    available: status?.availableReplicas ?? 0,
    old: Math.max(0, (status?.replicas ?? 0) - updated),
  });
}

function ofStatefulSet({ spec, status }: StatefulSet): RolloutState {
  const wanted = spec?.replicas ?? 1;
  const available = status?.availableReplicas ?? status?.readyReplicas ?? 0;
  const updated = status?.updatedReplicas ?? 0;
  if (spec?.updateStrategy?.type === 'OnDelete' && status?.currentRevision !== status?.updateRevision)
    return { state: 'unattended', words: 'updateStrategy OnDelete' };
  // Below the partition pods keep the version before.
  const partition = spec?.updateStrategy?.rollingUpdate?.partition ?? 0;
  const isWhole = partition > 0 || status?.currentRevision === undefined || status.currentRevision === status.updateRevision;
  const sameVersion = spec?.updateStrategy?.type === 'OnDelete' || (partition === 0 && isWhole);
  const counted = sameVersion ? wanted : updated;
  const words = `${counted} of ${wanted - (sameVersion ? 0 : partition)} updated, ${available} available`;
  const done = isWhole && counted >= wanted - partition && available >= wanted && (status?.replicas ?? 0) === wanted;
  return { state: done ? 'done' : 'going on', words };
}

function ofDaemonSet({ spec, status }: DaemonSet): RolloutState {
  const wanted = status?.desiredNumberScheduled ?? 0;
  const updated = status?.updatedNumberScheduled ?? 0;
  if (spec?.updateStrategy?.type === 'OnDelete' && updated < wanted) return { state: 'unattended', words: 'updateStrategy OnDelete' };
  return judged({ wanted, updated, available: status?.numberAvailable ?? 0, old: 0 });
}
