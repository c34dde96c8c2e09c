import type { KubeObject } from '../kubernetes/index.ts';
import type { ClusterSnapshot } from './types.ts';

/** The lists of a snapshot that hold objects. */
export type SnapshotList = {
  [Key in keyof ClusterSnapshot]-?: ClusterSnapshot[Key] extends readonly KubeObject[] ? Key : never;
}[keyof ClusterSnapshot];

/** What is read of a cluster, and where it goes. Secrets are never among it. */
export const SNAPSHOT_KINDS = {
  Node: 'nodes',
  Namespace: 'namespaces',
  Pod: 'pods',
  Deployment: 'deployments',
  ReplicaSet: 'replicaSets',
  StatefulSet: 'statefulSets',
  DaemonSet: 'daemonSets',
  ReplicationController: 'replicationControllers',
  Job: 'jobs',
  Service: 'services',
  EndpointSlice: 'endpointSlices',
  Ingress: 'ingresses',
  ConfigMap: 'configMaps',
  PodDisruptionBudget: 'podDisruptionBudgets',
  PriorityClass: 'priorityClasses',
  PersistentVolume: 'persistentVolumes',
  PersistentVolumeClaim: 'persistentVolumeClaims',
  StorageClass: 'storageClasses',
  HorizontalPodAutoscaler: 'horizontalPodAutoscalers',
} as const satisfies Readonly<Record<string, SnapshotList>>;

/** A kind that a snapshot holds. */
export type SnapshotKind = keyof typeof SNAPSHOT_KINDS;

/** Kinds that stand outside namespaces. */
export const CLUSTER_WIDE: ReadonlySet<string> = new Set(['Node', 'Namespace', 'PriorityClass', 'PersistentVolume', 'StorageClass']);

/** Tells whether a kind has a place in a snapshot. */
export function isSnapshotKind(kind: string | undefined): kind is SnapshotKind {
  return kind !== undefined && kind in SNAPSHOT_KINDS;
}
