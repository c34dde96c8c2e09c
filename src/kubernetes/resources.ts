/** One row of the API: what `kubectl api-resources` says of a kind. Plain data, shared by clients and the lab. */
export interface Resource {
  readonly kind: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  readonly categories?: readonly string[];
}

const row = (
  kind: string,
  groupVersion: string,
  plural: string,
  shortNames: readonly string[],
  namespaced: boolean,
  categories?: readonly string[],
): Resource => {
  const [group, version] = groupVersion.includes('/') ? groupVersion.split('/') : ['', groupVersion];
  const names = { kind, group: group ?? '', version: version ?? '', plural, singular: kind.toLowerCase(), shortNames, namespaced };
  return categories ? { ...names, categories } : names;
};

const ALL = ['all'];

/** The kinds that evenkeel knows by name. Source: `kubectl api-resources` of Kubernetes 1.36. */
export const RESOURCES: readonly Resource[] = [
  row('ConfigMap', 'v1', 'configmaps', ['cm'], true),
  row('Endpoints', 'v1', 'endpoints', ['ep'], true),
  row('Event', 'v1', 'events', ['ev'], true),
  row('LimitRange', 'v1', 'limitranges', ['limits'], true),
  row('Namespace', 'v1', 'namespaces', ['ns'], false),
  row('Node', 'v1', 'nodes', ['no'], false),
  row('PersistentVolumeClaim', 'v1', 'persistentvolumeclaims', ['pvc'], true),
  row('PersistentVolume', 'v1', 'persistentvolumes', ['pv'], false),
  row('Pod', 'v1', 'pods', ['po'], true, ALL),
  row('ReplicationController', 'v1', 'replicationcontrollers', ['rc'], true, ALL),
  row('ResourceQuota', 'v1', 'resourcequotas', ['quota'], true),
  row('Secret', 'v1', 'secrets', [], true),
  row('ServiceAccount', 'v1', 'serviceaccounts', ['sa'], true),
  row('Service', 'v1', 'services', ['svc'], true, ALL),
  row('ControllerRevision', 'apps/v1', 'controllerrevisions', [], true),
  row('DaemonSet', 'apps/v1', 'daemonsets', ['ds'], true, ALL),
  row('Deployment', 'apps/v1', 'deployments', ['deploy'], true, ALL),
  row('ReplicaSet', 'apps/v1', 'replicasets', ['rs'], true, ALL),
  row('StatefulSet', 'apps/v1', 'statefulsets', ['sts'], true, ALL),
  row('HorizontalPodAutoscaler', 'autoscaling/v2', 'horizontalpodautoscalers', ['hpa'], true, ALL),
  row('CronJob', 'batch/v1', 'cronjobs', ['cj'], true, ALL),
  row('Job', 'batch/v1', 'jobs', [], true, ALL),
  row('Lease', 'coordination.k8s.io/v1', 'leases', [], true),
  row('EndpointSlice', 'discovery.k8s.io/v1', 'endpointslices', [], true),
  row('Ingress', 'networking.k8s.io/v1', 'ingresses', ['ing'], true),
  row('IngressClass', 'networking.k8s.io/v1', 'ingressclasses', [], false),
  row('NetworkPolicy', 'networking.k8s.io/v1', 'networkpolicies', ['netpol'], true),
  row('PodDisruptionBudget', 'policy/v1', 'poddisruptionbudgets', ['pdb'], true),
  row('ClusterRoleBinding', 'rbac.authorization.k8s.io/v1', 'clusterrolebindings', [], false),
  row('ClusterRole', 'rbac.authorization.k8s.io/v1', 'clusterroles', [], false),
  row('RoleBinding', 'rbac.authorization.k8s.io/v1', 'rolebindings', [], true),
  row('Role', 'rbac.authorization.k8s.io/v1', 'roles', [], true),
  row('PriorityClass', 'scheduling.k8s.io/v1', 'priorityclasses', ['pc'], false),
  row('StorageClass', 'storage.k8s.io/v1', 'storageclasses', ['sc'], false),
  row('VolumeAttachment', 'storage.k8s.io/v1', 'volumeattachments', [], false),
];

const BY_KIND = new Map(RESOURCES.map((resource) => [resource.kind, resource]));

/** The row of a kind, or undefined. */
export function resourceOf(kind: string): Resource | undefined {
  return BY_KIND.get(kind);
}

/** `v1` or `apps/v1`. */
export function groupVersionOf(resource: Pick<Resource, 'group' | 'version'>): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}

/** The REST path of a collection or (with `name`) of one object. Source: Kubernetes API concepts, "Resource URIs". */
export function resourcePath(resource: Resource, namespace?: string, name?: string, subresource?: string): string {
  const root = resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  const scope = resource.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const object = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  return `${root}${scope}/${resource.plural}${object}${subresource === undefined ? '' : `/${subresource}`}`;
}
