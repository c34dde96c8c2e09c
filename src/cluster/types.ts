/** The model that everything which reasons about a cluster reads. Built once from a snapshot, then never changed. */
import type {
  ConfigMap,
  DaemonSet,
  Deployment,
  EndpointSlice,
  HorizontalPodAutoscaler,
  Ingress,
  Job,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodDisruptionBudget,
  PodTemplateSpec,
  PriorityClass,
  ReplicaSet,
  ReplicationController,
  Service,
  StatefulSet,
  StorageClass,
  LabelSelector,
} from '../kubernetes/index.ts';

/** Objects as they came from an API server, a dump or a folder of manifests. Absent lists mean "none were read". */
export interface ClusterSnapshot {
  /** Where it came from, for people: a context name, a file, `lab`. */
  readonly source: string;
  /** ISO 8601. */
  readonly capturedAt: string;
  /** `v1.36.2`; decides the node monitor grace period. */
  readonly serverVersion?: string;
  readonly nodes: readonly Node[];
  readonly namespaces: readonly Namespace[];
  readonly pods: readonly Pod[];
  readonly deployments: readonly Deployment[];
  readonly replicaSets: readonly ReplicaSet[];
  readonly statefulSets: readonly StatefulSet[];
  readonly daemonSets: readonly DaemonSet[];
  readonly replicationControllers: readonly ReplicationController[];
  readonly jobs: readonly Job[];
  readonly services: readonly Service[];
  readonly endpointSlices: readonly EndpointSlice[];
  readonly ingresses: readonly Ingress[];
  readonly configMaps: readonly ConfigMap[];
  readonly podDisruptionBudgets: readonly PodDisruptionBudget[];
  readonly priorityClasses: readonly PriorityClass[];
  readonly persistentVolumes: readonly PersistentVolume[];
  readonly persistentVolumeClaims: readonly PersistentVolumeClaim[];
  readonly storageClasses: readonly StorageClass[];
  readonly horizontalPodAutoscalers: readonly HorizontalPodAutoscaler[];
  /** What could not be read (kind and reason, e.g. a 403): shown to the user, never silently left out. */
  readonly gaps: readonly { readonly kind: string; readonly reason: string }[];
}

export type WorkloadKind = 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'ReplicaSet' | 'ReplicationController' | 'Job' | 'Pod';

/** `Deployment/contactsapp/frontend-deploy`. */
export type WorkloadId = string;
/** `contactsapp/frontend`. */
export type ServiceId = string;

export interface NodeModel {
  readonly name: string;
  readonly object: Node;
  readonly zone: string | undefined;
  readonly pool: string | undefined;
  readonly ready: boolean;
  readonly schedulable: boolean;
}

/** What owns pods at the top: a Deployment rather than its ReplicaSet. A bare pod is its own workload. */
export interface WorkloadModel {
  readonly id: WorkloadId;
  readonly kind: WorkloadKind;
  readonly namespace: string;
  readonly name: string;
  /** Desired replicas; for a DaemonSet the number of nodes it wants. */
  readonly replicas: number;
  readonly selector: LabelSelector | undefined;
  readonly template: PodTemplateSpec;
  readonly object: Deployment | StatefulSet | DaemonSet | ReplicaSet | ReplicationController | Job | Pod;
  /** The pods that count today: not finished, not terminating. Sorted by name. */
  readonly pods: readonly Pod[];
  /** Services whose selector matches the template. */
  readonly services: readonly ServiceId[];
}

export interface ServiceModel {
  readonly id: ServiceId;
  readonly namespace: string;
  readonly name: string;
  readonly object: Service;
  readonly workloads: readonly WorkloadId[];
}

/** "from calls to", with how we know. */
export interface CallEdge {
  /** A workload, or `ingress/NS/NAME` for what comes from outside. */
  readonly from: string;
  readonly to: ServiceId;
  readonly evidence: 'ingress' | 'environment' | 'config-map' | 'annotation' | 'journey';
  /** Where exactly, for people: `env CONTACTS_URL of container frontend`. */
  readonly detail: string;
}

export interface ClusterModel {
  readonly snapshot: ClusterSnapshot;
  readonly nodes: readonly NodeModel[];
  /** Zone names, sorted; empty when nodes carry no zone label. */
  readonly zones: readonly string[];
  readonly workloads: readonly WorkloadModel[];
  readonly services: readonly ServiceModel[];
  readonly calls: readonly CallEdge[];
  workload(id: WorkloadId): WorkloadModel | undefined;
  service(id: ServiceId): ServiceModel | undefined;
  podsOn(node: string): readonly Pod[];
}
