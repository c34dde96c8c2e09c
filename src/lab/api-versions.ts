/** API versions that manifests are still written in: what Kubernetes serves beside the newest, and what it serves no more. */
import type { KubeObject } from '../kubernetes/index.ts';

interface ScalingV1 {
  readonly spec?: Readonly<Record<string, unknown>> & { readonly targetCPUUtilizationPercentage?: number };
}

/**
 * The object in the version that the lab stores, where a cluster of today takes the given one too; else the object itself.
 *
 * Source: pkg/apis/autoscaling/v1/conversion.go (1.36).
 */
export function inNewestVersion(object: KubeObject): KubeObject {
  if (object.apiVersion !== 'autoscaling/v1' || object.kind !== 'HorizontalPodAutoscaler') return object;
  const { spec: { targetCPUUtilizationPercentage, ...spec } = {} } = object as ScalingV1; // that kind in that version; members may be absent
  const metrics = targetCPUUtilizationPercentage === undefined ? {} : { metrics: [cpuMetric(targetCPUUtilizationPercentage)] };
  // The server drops the status of what is created; here it would be one of the old form.
  const { status: _, ...rest } = { status: undefined, ...object };
  return { ...rest, apiVersion: 'autoscaling/v2', spec: { ...spec, ...metrics } } as KubeObject; // an object is any kind with its spec
}

const cpuMetric = (averageUtilization: number): object => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});

interface Removal {
  readonly since: string;
  /** Where the kind went; undefined when it is gone for good. */
  readonly now: string | undefined;
}

const WORKLOADS = 'Deployment DaemonSet ReplicaSet StatefulSet';

/** Source: Kubernetes documentation, "Deprecated API Migration Guide". */
const REMOVED: readonly (readonly [version: string, kinds: string, since: string, now?: string])[] = [
  ['extensions/v1beta1', WORKLOADS, '1.16', 'apps/v1'],
  ['apps/v1beta1', WORKLOADS, '1.16', 'apps/v1'],
  ['apps/v1beta2', WORKLOADS, '1.16', 'apps/v1'],
  ['extensions/v1beta1', 'NetworkPolicy', '1.16', 'networking.k8s.io/v1'],
  ['extensions/v1beta1', 'PodSecurityPolicy', '1.16'],
  ['extensions/v1beta1', 'Ingress', '1.22', 'networking.k8s.io/v1'],
  ['networking.k8s.io/v1beta1', 'Ingress IngressClass', '1.22', 'networking.k8s.io/v1'],
  ['rbac.authorization.k8s.io/v1beta1', 'Role ClusterRole RoleBinding ClusterRoleBinding', '1.22', 'rbac.authorization.k8s.io/v1'],
  ['scheduling.k8s.io/v1beta1', 'PriorityClass', '1.22', 'scheduling.k8s.io/v1'],
  ['storage.k8s.io/v1beta1', 'StorageClass CSIDriver CSINode VolumeAttachment', '1.22', 'storage.k8s.io/v1'],
  ['apiextensions.k8s.io/v1beta1', 'CustomResourceDefinition', '1.22', 'apiextensions.k8s.io/v1'],
  [
    'admissionregistration.k8s.io/v1beta1',
    'MutatingWebhookConfiguration ValidatingWebhookConfiguration',
    '1.22',
    'admissionregistration.k8s.io/v1',
  ],
  ['coordination.k8s.io/v1beta1', 'Lease', '1.22', 'coordination.k8s.io/v1'],
  ['batch/v1beta1', 'CronJob', '1.25', 'batch/v1'],
  ['batch/v2alpha1', 'CronJob', '1.21', 'batch/v1'],
  ['policy/v1beta1', 'PodDisruptionBudget', '1.25', 'policy/v1'],
  ['policy/v1beta1', 'PodSecurityPolicy', '1.25'],
  ['discovery.k8s.io/v1beta1', 'EndpointSlice', '1.25', 'discovery.k8s.io/v1'],
  ['autoscaling/v2beta1', 'HorizontalPodAutoscaler', '1.25', 'autoscaling/v2'],
  ['autoscaling/v2beta2', 'HorizontalPodAutoscaler', '1.26', 'autoscaling/v2'],
];

/** Since when clusters refuse this kind in this version, and what to write instead; undefined for all that they do not refuse for that. */
export function removalOf({ apiVersion, kind = '' }: KubeObject): Removal | undefined {
  const found = REMOVED.find(([version, kinds]) => version === apiVersion && kinds.split(' ').includes(kind));
  return found && { since: found[2], now: found[3] };
}
