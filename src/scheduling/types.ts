/** What the scheduler answers. The words (plugins, reasons, messages) are those of kube-scheduler 1.36. */
import type {
  CSINode,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodDisruptionBudget,
  ReplicaSet,
  ReplicationController,
  Service,
  StatefulSet,
  StorageClass,
} from '../kubernetes/index.ts';

/** Everything the default profile reads. Plain manifests, after the API server's defaulting or before it. */
export interface SchedulingObjects {
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  readonly namespaces: readonly Namespace[];
  readonly services?: readonly Service[];
  readonly replicaSets?: readonly ReplicaSet[];
  readonly statefulSets?: readonly StatefulSet[];
  readonly replicationControllers?: readonly ReplicationController[];
  readonly persistentVolumes?: readonly PersistentVolume[];
  readonly persistentVolumeClaims?: readonly PersistentVolumeClaim[];
  readonly storageClasses?: readonly StorageClass[];
  /** How many volumes each driver can attach to a node; without them there is no limit. */
  readonly csiNodes?: readonly CSINode[];
  readonly podDisruptionBudgets?: readonly PodDisruptionBudget[];
}

export interface NodeRefusal {
  /** The first plugin in the profile's order that refused. */
  readonly plugin: string;
  readonly code: 'Unschedulable' | 'UnschedulableAndUnresolvable';
  readonly reasons: readonly string[];
}

export interface Preemption {
  readonly node: string;
  /** Most important first. */
  readonly victims: readonly Pod[];
}

export type Placement =
  | {
      readonly kind: 'placed';
      readonly node: string;
      /** Every node with the highest total; `node` is one of them. */
      readonly best: readonly string[];
      readonly feasible: number;
    }
  | {
      readonly kind: 'unschedulable';
      /** As in the FailedScheduling event: `0/3 nodes are available: …`. */
      readonly message: string;
      /** By the node's name; made anew each time it is asked for. */
      readonly refusals: ReadonlyMap<string, NodeRefusal>;
      /** The plugins among them. */
      readonly refusedBy: ReadonlySet<string>;
      /** What the scheduler would evict to make room, if that helps. */
      readonly preemption: Preemption | undefined;
    };

/** One node's full answer, for explaining: what refused it, or its weighted scores per plugin. */
export type NodeExplanation =
  | { readonly fits: true; readonly total: number; readonly scores: Readonly<Record<string, number>> }
  | ({ readonly fits: false } & NodeRefusal);

/** Everything that preemption looked at, for explaining. */
export interface PreemptionExplanation {
  /** Why the pod may not preempt at all; undefined when it may. */
  readonly ineligible: string | undefined;
  /** Nodes where evicting the victims makes room. */
  readonly candidates: ReadonlyMap<string, { readonly victims: readonly Pod[]; readonly budgetViolations: number }>;
  /** Nodes that were tried in vain, with the reasons that remain. */
  readonly notHelpful: ReadonlyMap<string, readonly string[]>;
  /** The nodes that may be nominated; one of them is picked at random. */
  readonly nominated: readonly string[];
}

/**
 * A cluster as the scheduler sees it, kept up to date by the caller. Dense inside; cheap to fork for a what-if.
 * Pods with `spec.nodeName` and not finished take room; terminating and nominated pods count as in kube-scheduler.
 */
export interface SchedulingState {
  /** Adds or replaces a node, pod, namespace, service, volume … by kind, namespace and name. */
  upsert(kind: SchedulingKind, object: SchedulingObject): void;
  remove(kind: SchedulingKind, namespace: string | undefined, name: string): void;
  /** An independent copy. */
  fork(): SchedulingState;
  /** Decides for one pod; changes nothing. Ties are broken by `random`. */
  schedule(pod: Pod, random: { integer(below: number): number }): Placement;
  /** Every node's answer for one pod. Source of the golden comparison. */
  explain(pod: Pod): ReadonlyMap<string, NodeExplanation>;
  /** What preemption would do for a pod that fits nowhere. */
  explainPreemption(pod: Pod): PreemptionExplanation;
}

export type SchedulingKind =
  | 'Node'
  | 'Pod'
  | 'Namespace'
  | 'Service'
  | 'ReplicaSet'
  | 'StatefulSet'
  | 'ReplicationController'
  | 'PersistentVolume'
  | 'PersistentVolumeClaim'
  | 'StorageClass'
  | 'CSINode'
  | 'PodDisruptionBudget';

export type SchedulingObject =
  | Node
  | Pod
  | Namespace
  | Service
  | ReplicaSet
  | StatefulSet
  | ReplicationController
  | PersistentVolume
  | PersistentVolumeClaim
  | StorageClass
  | CSINode
  | PodDisruptionBudget;
