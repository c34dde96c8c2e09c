/** Which resources stand under which group version, and what can be done with them. */
import { groupVersionOf, type Resource } from '../../../kubernetes/index.ts';
import { isObject, type Json } from '../json.ts';
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

function aliases(resource: Resource): Served[] {
  if (resource.kind !== 'Event') return [];
  const alias = { ...resource, group: 'events.k8s.io', version: 'v1' };
  return [{ resource: alias, toVersion: toEventsApi, toStored: fromEventsApi }];
}

export const SERVED: readonly Served[] = LAB_RESOURCES.flatMap((resource) => [{ resource }, ...aliases(resource)]);

const BY_PATH = new Map(SERVED.map((served) => [`${groupVersionOf(served.resource)} ${served.resource.plural}`, served]));

/** The resource under a group version, or undefined. */
export const servedAt = (groupVersion: string, plural: string): Served | undefined => BY_PATH.get(`${groupVersion} ${plural}`);

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
  'EndpointSlice',
  'Endpoints',
  'Event',
  'IngressClass',
  'Lease',
  'LimitRange',
  'NetworkPolicy',
  'PodTemplate',
  'PriorityClass',
  'Role',
  'RoleBinding',
  'RuntimeClass',
  'Secret',
  'ServiceAccount',
  'StorageClass',
];

/** The subresources that the lab serves for a kind. */
export function subresourcesOf({ kind }: Resource): readonly Subresource[] {
  const found: Subresource[] = [];
  if (kind === 'Pod') {
    found.push({ name: 'binding', kind: 'Binding', verbs: ['create'] });
    found.push({ name: 'eviction', kind: 'Eviction', groupVersion: { group: 'policy', version: 'v1' }, verbs: ['create'] });
    found.push({ name: 'log', kind: 'Pod', verbs: ['get'] });
  }
  if (kind === 'Namespace') found.push({ name: 'finalize', kind: 'Namespace', verbs: ['update'] });
  if (SCALED.includes(kind))
    found.push({ name: 'scale', kind: 'Scale', groupVersion: { group: 'autoscaling', version: 'v1' }, verbs: READ_WRITE });
  if (!NO_STATUS.includes(kind)) found.push({ name: 'status', kind, verbs: READ_WRITE });
  return found;
}

/** Subresources of the real server that the lab lacks: they answer 501, not 404. */
export const LACKING: readonly string[] = ['attach', 'ephemeralcontainers', 'exec', 'portforward', 'proxy', 'resize', 'token', 'approval'];

export const asJson = (value: unknown): Json => (isObject(value) ? value : {});
