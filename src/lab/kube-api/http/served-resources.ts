/** Which resources stand under which group version, and what can be done with them. */
import { groupVersionOf, type Resource } from '../../../kubernetes/index.ts';
import { customResourceAt } from '../custom-resources/custom-versions.ts';
import { servedCustom } from '../custom-resources/served-custom.ts';
import type { LabResource } from '../custom-resources/types.ts';
import { isObject, type Json } from '../json.ts';
import type { Store } from '../store.ts';
import { LAB_RESOURCES } from '../lab-resources.ts';
import type { Served } from './types.ts';

const renamed = (object: Json, names: readonly (readonly [string, string])[]): Json => {
  const result: Json = { ...object };
  for (const [from, to] of names) {
    if (result[from] === undefined) continue;
    result[to] = result[from];
    delete result[from];
  }
  return result;
};

const EVENT_NAMES = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
] as const;

function toEventsApi(object: Json): Json {
  const { reportingInstance, reportingComponent, ...rest } = object;
  const reporting = Object.entries({ reportingInstance, reportingComponent }).filter(([, value]) => value !== '' && value !== undefined);
  return { ...renamed({ ...rest, ...Object.fromEntries(reporting) }, EVENT_NAMES), apiVersion: 'events.k8s.io/v1' };
}
const fromEventsApi = (object: Json): Json => ({
  ...renamed(
    object,
    EVENT_NAMES.map(([core, events]) => [events, core] as const),
  ),
  apiVersion: 'v1',
});

/** The only metric that v1 knows: the average use of the requested cpu. Its other metrics were annotations, which the lab leaves out. */
function toAutoscalingV1(object: Json): Json {
  const { metrics, behavior: _behavior, ...spec } = asJson(object['spec']);
  const cpu = (Array.isArray(metrics) ? metrics : [])
    .map((metric) => asJson(asJson(metric)['resource']))
    .find(({ name }) => name === 'cpu');
  const target = asJson(cpu?.['target'])['averageUtilization'];
  const { currentMetrics: _metrics, conditions: _conditions, ...status } = asJson(object['status']);
  return {
    ...object,
    apiVersion: 'autoscaling/v1',
    spec: { ...spec, ...(target === undefined ? {} : { targetCPUUtilizationPercentage: target }) },
    status: { currentReplicas: 0, desiredReplicas: 0, ...status },
  };
}

function fromAutoscalingV1(object: Json): Json {
  const { targetCPUUtilizationPercentage: target, ...spec } = asJson(object['spec']);
  const metrics = [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: target } } }];
  return { ...object, apiVersion: 'autoscaling/v2', spec: { ...spec, ...(target === undefined ? {} : { metrics }) } };
}

function aliases(resource: Resource): Served[] {
  if (resource.kind === 'HorizontalPodAutoscaler') {
    return [{ resource: { ...resource, version: 'v1' }, toVersion: toAutoscalingV1, toStored: fromAutoscalingV1 }];
  }
  if (resource.kind !== 'Event') return [];
  const alias = { ...resource, group: 'events.k8s.io', version: 'v1' };
  return [{ resource: alias, toVersion: toEventsApi, toStored: fromEventsApi }];
}

export const SERVED: readonly Served[] = LAB_RESOURCES.flatMap((resource) => [{ resource }, ...aliases(resource)]);

const BY_PATH = new Map(SERVED.map((served) => [`${groupVersionOf(served.resource)} ${served.resource.plural}`, served]));

/** The resource under a group version, or undefined. */
export function servedAt(store: Store, groupVersion: string, plural: string): Served | undefined {
  return BY_PATH.get(`${groupVersion} ${plural}`) ?? servedCustom(customResourceAt(store, groupVersion, plural));
}

export const VERBS: readonly string[] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

export interface Subresource {
  readonly name: string;
  readonly kind: string;
  readonly groupVersion?: { readonly group: string; readonly version: string };
  readonly verbs: readonly string[];
}

const READ_WRITE = ['get', 'patch', 'update'];
const SCALED = ['Deployment', 'ReplicaSet', 'ReplicationController', 'StatefulSet'];
const NO_STATUS = [
  'ClusterRole',
  'ClusterRoleBinding',
  'ConfigMap',
  'ControllerRevision',
  'CSIDriver',
  'CSINode',
  'CSIStorageCapacity',
  'DeviceClass',
  'EndpointSlice',
  'Endpoints',
  'Event',
  'IPAddress',
  'IngressClass',
  'Lease',
  'LimitRange',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
  'MutatingWebhookConfiguration',
  'NetworkPolicy',
  'PodTemplate',
  'PriorityClass',
  'ResourceClaimTemplate',
  'ResourceSlice',
  'Role',
  'RoleBinding',
  'RuntimeClass',
  'Secret',
  'ServiceAccount',
  'StorageClass',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingWebhookConfiguration',
  'VolumeAttributesClass',
];

const CONNECT = ['create', 'get'];
const PROXIED = ['create', 'delete', 'get', 'patch', 'update'];
const only = (name: string, kind: string, verbs: readonly string[], group?: string): Subresource => ({
  name,
  kind,
  verbs,
  ...(group === undefined ? {} : { groupVersion: { group, version: 'v1' } }),
});

const OWN: Readonly<Record<string, readonly Subresource[]>> = {
  CertificateSigningRequest: [only('approval', 'CertificateSigningRequest', READ_WRITE)],
  Namespace: [only('finalize', 'Namespace', ['update'])],
  Node: [only('proxy', 'NodeProxyOptions', PROXIED)],
  Pod: [
    only('attach', 'PodAttachOptions', CONNECT),
    only('binding', 'Binding', ['create']),
    only('ephemeralcontainers', 'Pod', READ_WRITE),
    only('eviction', 'Eviction', ['create'], 'policy'),
    only('exec', 'PodExecOptions', CONNECT),
    only('log', 'Pod', ['get']),
    only('portforward', 'PodPortForwardOptions', CONNECT),
    only('proxy', 'PodProxyOptions', PROXIED),
    only('resize', 'Pod', READ_WRITE),
  ],
  Service: [only('proxy', 'ServiceProxyOptions', PROXIED)],
  ServiceAccount: [only('token', 'TokenRequest', ['create'], 'authentication.k8s.io')],
};

/** The subresources of a kind, by name. */
export function subresourcesOf({ kind, custom }: LabResource): readonly Subresource[] {
  if (custom !== undefined) {
    return [
      ...(custom.hasStatus ? [only('status', custom.kind, READ_WRITE)] : []),
      ...(custom.scale === undefined ? [] : [only('scale', 'Scale', READ_WRITE, 'autoscaling')]),
    ];
  }
  return [
    ...(OWN[kind] ?? []),
    ...(SCALED.includes(kind) ? [only('scale', 'Scale', READ_WRITE, 'autoscaling')] : []),
    ...(NO_STATUS.includes(kind) ? [] : [only('status', kind, READ_WRITE)]),
  ];
}

// An object, or an empty one.
export const asJson = (value: unknown): Json => (isObject(value) ? value : {});
