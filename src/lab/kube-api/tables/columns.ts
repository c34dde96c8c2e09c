/** The columns of `kubectl get` per kind. Source: pkg/printers/internalversion/printers.go, 1.36. */
import type {
  ConfigMap,
  CronJob,
  DaemonSet,
  Deployment,
  Endpoints,
  EndpointSlice,
  Event,
  HorizontalPodAutoscaler,
  Ingress,
  Job,
  KubeObject,
  LabelSelector,
  Lease,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodDisruptionBudget,
  PodSpec,
  PriorityClass,
  ReplicaSet,
  Secret,
  Service,
  StatefulSet,
  StorageClass,
} from '../../../kubernetes/index.ts';
import type { Stored } from '../store.ts';
import { ageOf, humanDuration } from './ages.ts';
import { summarizePod } from './pod-columns.ts';

export type Cell = string | number | boolean;

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  /** 0 is always shown, 1 with `-o wide`. */
  readonly priority: number;
  readonly cell: (object: Stored, nowMs: number) => Cell;
}

type CellOf<T> = (object: T, nowMs: number) => Cell;
type ColumnOf<T> = readonly [name: string, cell: CellOf<T>, detail?: { readonly type?: string; readonly wide?: boolean }];

const NONE = '<none>';
const UNSET = '<unset>';
const WIDE = { wide: true };
const INTEGER = { type: 'integer' };

const columns = <T extends KubeObject>(...list: readonly ColumnOf<T>[]): readonly Column[] =>
  list.map(([name, cell, { type = 'string', wide = false } = {}]) => ({
    name,
    type,
    format: name === 'Name' ? 'name' : '',
    priority: wide ? 1 : 0,
    cell: cell as unknown as Column['cell'], // looked up by kind, so objects are of the columns' own type
  }));

const NAME: ColumnOf<KubeObject> = ['Name', ({ metadata }) => metadata.name];
const AGE: ColumnOf<KubeObject> = ['Age', ({ metadata }, now) => ageOf(metadata.creationTimestamp, now)];

const orNone = (text: string | undefined): string => (text === undefined || text === '' ? NONE : text);
const joined = (items: readonly string[]): string => orNone(items.join(','));
const namesOf = (spec: PodSpec | undefined): string => (spec?.containers ?? []).map(({ name }) => name).join(',');
const imagesOf = (spec: PodSpec | undefined): string => (spec?.containers ?? []).map(({ image }) => image ?? '').join(',');
const pairs = (labels: Readonly<Record<string, string>> | undefined): string =>
  joined(
    Object.entries(labels ?? {})
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => `${key}=${value}`),
  );

function selectorText(selector: LabelSelector | undefined): string {
  if (selector === undefined) return NONE;
  const equal = Object.entries(selector.matchLabels ?? {}).map(([key, value]): [string, string] => [key, `${key}=${value}`]);
  const sets = (selector.matchExpressions ?? []).map(({ key, operator, values = [] }): [string, string] => {
    if (operator === 'Exists') return [key, key];
    if (operator === 'DoesNotExist') return [key, `!${key}`];
    return [key, `${key} ${operator === 'In' ? 'in' : 'notin'} (${[...values].sort().join(',')})`];
  });
  return orNone(
    [...equal, ...sets]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, text]) => text)
      .join(','),
  );
}

function nodeStatus({ spec, status }: Node): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const word = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return spec?.unschedulable === true ? `${word},SchedulingDisabled` : word;
}

function nodeRoles({ metadata }: Node): string {
  const roles = Object.entries(metadata.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith('node-role.kubernetes.io/')) return [key.slice('node-role.kubernetes.io/'.length)].filter((role) => role !== '');
    return key === 'kubernetes.io/role' && value !== '' ? [value] : [];
  });
  // One role may be told by two labels.
  return joined([...new Set(roles)].sort());
}

const addressOf = (node: Node, type: string): string => orNone(node.status?.addresses?.find((address) => address.type === type)?.address);

const nodeColumns = columns<Node>(
  NAME,
  ['Status', nodeStatus],
  ['Roles', nodeRoles],
  AGE,
  ['Version', ({ status }) => status?.nodeInfo?.kubeletVersion ?? ''],
  ['Internal-IP', (node) => addressOf(node, 'InternalIP'), WIDE],
  ['External-IP', (node) => addressOf(node, 'ExternalIP'), WIDE],
  ['OS-Image', ({ status }) => status?.nodeInfo?.osImage ?? '<unknown>', WIDE],
  ['Kernel-Version', ({ status }) => kernelText(status?.nodeInfo), WIDE],
  ['Container-Runtime', ({ status }) => status?.nodeInfo?.containerRuntimeVersion ?? '<unknown>', WIDE],
);

function kernelText(info: { kernelVersion?: string; architecture?: string } | undefined): string {
  if (info?.kernelVersion === undefined) return '<unknown>';
  return info.architecture === undefined || info.architecture === '' ? info.kernelVersion : `${info.kernelVersion} (${info.architecture})`;
}

const podColumns = columns<Pod>(
  NAME,
  ['Ready', (pod, now) => summarizePod(pod, now).ready],
  ['Status', (pod, now) => summarizePod(pod, now).status],
  ['Restarts', (pod, now) => summarizePod(pod, now).restarts],
  AGE,
  ['IP', ({ status }) => orNone(status?.podIPs?.[0]?.ip ?? status?.podIP), WIDE],
  ['Node', ({ spec }) => orNone(spec?.nodeName), WIDE],
  ['Nominated Node', ({ status }) => orNone(status?.nominatedNodeName), WIDE],
  ['Readiness Gates', readinessGates, WIDE],
);

function readinessGates({ spec, status }: Pod): string {
  const gates = spec?.readinessGates ?? [];
  if (gates.length === 0) return NONE;
  const met = gates.filter(({ conditionType }) =>
    status?.conditions?.some(({ type, status: is }) => type === conditionType && is === 'True'),
  );
  return `${met.length}/${gates.length}`;
}

const deploymentColumns = columns<Deployment>(
  NAME,
  ['Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`],
  ['Up-to-date', ({ status }) => status?.updatedReplicas ?? 0],
  ['Available', ({ status }) => status?.availableReplicas ?? 0],
  AGE,
  ['Containers', ({ spec }) => namesOf(spec?.template.spec), WIDE],
  ['Images', ({ spec }) => imagesOf(spec?.template.spec), WIDE],
  ['Selector', ({ spec }) => selectorText(spec?.selector), WIDE],
);

const replicaSetColumns = columns<ReplicaSet>(
  NAME,
  ['Desired', ({ spec }) => spec?.replicas ?? 0, INTEGER],
  ['Current', ({ status }) => status?.replicas ?? 0, INTEGER],
  ['Ready', ({ status }) => status?.readyReplicas ?? 0, INTEGER],
  AGE,
  ['Containers', ({ spec }) => namesOf(spec?.template?.spec), WIDE],
  ['Images', ({ spec }) => imagesOf(spec?.template?.spec), WIDE],
  ['Selector', ({ spec }) => selectorText(spec?.selector), WIDE],
);

const statefulSetColumns = columns<StatefulSet>(
  NAME,
  ['Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`],
  AGE,
  ['Containers', ({ spec }) => namesOf(spec?.template.spec), WIDE],
  ['Images', ({ spec }) => imagesOf(spec?.template.spec), WIDE],
);

const daemonSetColumns = columns<DaemonSet>(
  NAME,
  ['Desired', ({ status }) => status?.desiredNumberScheduled ?? 0, INTEGER],
  ['Current', ({ status }) => status?.currentNumberScheduled ?? 0, INTEGER],
  ['Ready', ({ status }) => status?.numberReady ?? 0, INTEGER],
  ['Up-to-date', ({ status }) => status?.updatedNumberScheduled ?? 0, INTEGER],
  ['Available', ({ status }) => status?.numberAvailable ?? 0, INTEGER],
  ['Node Selector', ({ spec }) => pairs(spec?.template.spec?.nodeSelector)],
  AGE,
  ['Containers', ({ spec }) => namesOf(spec?.template.spec), WIDE],
  ['Images', ({ spec }) => imagesOf(spec?.template.spec), WIDE],
  ['Selector', ({ spec }) => selectorText(spec?.selector), WIDE],
);

function jobStatus({ spec, status, metadata }: Job): string {
  const met = (type: string): boolean => status?.conditions?.some((item) => item.type === type && item.status === 'True') === true;
  if (met('Complete')) return 'Complete';
  if (met('Failed')) return 'Failed';
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  if (met('Suspended') || spec?.suspend === true) return 'Suspended';
  return met('FailureTarget') ? 'FailureTarget' : met('SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running';
}

function jobDuration({ status }: Job, nowMs: number): string {
  if (status?.startTime === undefined) return '';
  const end = status.completionTime === undefined ? nowMs : Date.parse(status.completionTime);
  return humanDuration(end - Date.parse(status.startTime));
}

const jobColumns = columns<Job>(
  NAME,
  ['Status', jobStatus],
  ['Completions', ({ spec, status }) => `${status?.succeeded ?? 0}/${spec?.completions ?? spec?.parallelism ?? 1}`],
  ['Duration', jobDuration],
  AGE,
  ['Containers', ({ spec }) => namesOf(spec?.template.spec), WIDE],
  ['Images', ({ spec }) => imagesOf(spec?.template.spec), WIDE],
  ['Selector', ({ spec }) => selectorText(spec?.selector), WIDE],
);

const cronJobColumns = columns<CronJob>(
  NAME,
  ['Schedule', ({ spec }) => spec?.schedule ?? ''],
  ['Timezone', ({ spec }) => orNone(spec?.timeZone)],
  ['Suspend', ({ spec }) => (spec?.suspend === true ? 'True' : 'False')],
  ['Active', ({ status }) => status?.active?.length ?? 0, INTEGER],
  ['Last Schedule', ({ status }, now) => (status?.lastScheduleTime === undefined ? NONE : ageOf(status.lastScheduleTime, now))],
  AGE,
  ['Containers', ({ spec }) => namesOf(spec?.jobTemplate.spec?.template.spec), WIDE],
  ['Images', ({ spec }) => imagesOf(spec?.jobTemplate.spec?.template.spec), WIDE],
  ['Selector', ({ spec }) => selectorText(spec?.jobTemplate.spec?.selector), WIDE],
);

function externalAddress({ spec, status }: Service): string {
  const given = spec?.externalIPs ?? [];
  if (spec?.type === 'ExternalName') return orNone(spec.externalName);
  if (spec?.type !== 'LoadBalancer') return joined(given);
  const balanced = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? '');
  const all = [...balanced, ...given];
  return all.length === 0 ? '<pending>' : all.join(',');
}

const portText = ({ port, nodePort, protocol = 'TCP' }: { port: number; nodePort?: number; protocol?: string }): string =>
  nodePort === undefined || nodePort === 0 ? `${port}/${protocol}` : `${port}:${nodePort}/${protocol}`;

const serviceColumns = columns<Service>(
  NAME,
  ['Type', ({ spec }) => spec?.type ?? ''],
  ['Cluster-IP', ({ spec }) => orNone(spec?.clusterIP)],
  ['External-IP', externalAddress],
  ['Port(s)', ({ spec }) => joined((spec?.ports ?? []).map(portText))],
  AGE,
  ['Selector', ({ spec }) => pairs(spec?.selector), WIDE],
);

function lastSeen(event: Event, now: number): string {
  const first = event.firstTimestamp ?? event.eventTime;
  const last = event.series?.lastObservedTime ?? event.lastTimestamp ?? first;
  const count = event.series?.count ?? event.count ?? 1;
  return count > 1 && last !== first ? `${ageOf(last, now)} (x${count} over ${ageOf(first, now)})` : ageOf(last, now);
}

function eventSource({ source, reportingComponent, reportingInstance }: Event): string {
  const component = source?.component ?? reportingComponent ?? '';
  const host = source?.host ?? reportingInstance ?? '';
  return host === '' ? component : `${component}, ${host}`;
}

const eventColumns = columns<Event>(
  ['Last Seen', lastSeen],
  ['Type', ({ type }) => type ?? ''],
  ['Reason', ({ reason }) => reason ?? ''],
  ['Object', ({ involvedObject: { kind = '', name = '' } }) => `${kind.toLowerCase()}/${name}`],
  ['Subobject', ({ involvedObject }) => involvedObject.fieldPath ?? '', WIDE],
  ['Source', eventSource, WIDE],
  ['Message', ({ message }) => (message ?? '').trim()],
  ['First Seen', (event, now) => ageOf(event.firstTimestamp ?? event.eventTime, now), WIDE],
  ['Count', ({ series, count }) => series?.count ?? count ?? 1, WIDE],
  ['Name', ({ metadata }) => metadata.name, WIDE],
);

const MOST_SHOWN = 3;
const shortened = (items: readonly string[]): string =>
  items.length > MOST_SHOWN ? `${items.slice(0, MOST_SHOWN).join(',')} + ${items.length - MOST_SHOWN} more...` : joined(items);

const sliceColumns = columns<EndpointSlice>(
  NAME,
  ['AddressType', ({ addressType }) => addressType],
  ['Ports', ({ ports }) => (ports?.length ? shortened(ports.map(({ port }) => String(port ?? '*'))) : UNSET)],
  ['Endpoints', ({ endpoints }) => (endpoints.length > 0 ? shortened(endpoints.flatMap(({ addresses }) => addresses)) : UNSET)],
  AGE,
);

const endpointsColumns = columns<Endpoints>(
  NAME,
  [
    'Endpoints',
    ({ subsets }) =>
      shortened(
        (subsets ?? []).flatMap(({ addresses = [], ports = [] }) =>
          addresses.flatMap(({ ip }) => (ports.length > 0 ? ports.map(({ port }) => `${ip}:${port}`) : [ip])),
        ),
      ),
  ],
  AGE,
);

const budgetColumns = columns<PodDisruptionBudget>(
  NAME,
  ['Min Available', ({ spec }) => String(spec?.minAvailable ?? 'N/A')],
  ['Max Unavailable', ({ spec }) => String(spec?.maxUnavailable ?? 'N/A')],
  ['Allowed Disruptions', ({ status }) => status?.disruptionsAllowed ?? 0, INTEGER],
  AGE,
);

function ingressAddresses({ status }: Ingress): string {
  return (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? '').join(',');
}

const ingressColumns = columns<Ingress>(
  NAME,
  ['Class', ({ spec }) => orNone(spec?.ingressClassName)],
  ['Hosts', ({ spec }) => [...new Set((spec?.rules ?? []).map(({ host }) => host ?? ''))].filter((host) => host !== '').join(',') || '*'],
  ['Address', ingressAddresses],
  ['Ports', ({ spec }) => (spec?.tls?.length ? '80, 443' : '80')],
  AGE,
);

const ACCESS: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};
const accessText = (modes: readonly string[] | undefined): string => (modes ?? []).map((mode) => ACCESS[mode] ?? mode).join(',');

const claimColumns = columns<PersistentVolumeClaim>(
  NAME,
  ['Status', ({ status, metadata }) => (metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating')],
  ['Volume', ({ spec }) => spec?.volumeName ?? ''],
  ['Capacity', ({ status }) => status?.capacity?.['storage'] ?? ''],
  ['Access Modes', ({ status }) => accessText(status?.accessModes)],
  ['StorageClass', ({ spec }) => spec?.storageClassName ?? ''],
  ['VolumeAttributesClass', () => UNSET],
  AGE,
  ['VolumeMode', ({ spec }) => spec?.volumeMode ?? UNSET, WIDE],
);

const volumeColumns = columns<PersistentVolume>(
  NAME,
  ['Capacity', ({ spec }) => spec?.capacity?.['storage'] ?? ''],
  ['Access Modes', ({ spec }) => accessText(spec?.accessModes)],
  ['Reclaim Policy', ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? ''],
  ['Status', ({ status, metadata }) => (metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating')],
  ['Claim', ({ spec }) => (spec?.claimRef ? `${spec.claimRef.namespace}/${spec.claimRef.name}` : '')],
  ['StorageClass', ({ spec }) => spec?.storageClassName ?? ''],
  ['VolumeAttributesClass', () => UNSET],
  ['Reason', ({ status }) => status?.reason ?? ''],
  AGE,
  ['VolumeMode', ({ spec }) => spec?.volumeMode ?? UNSET, WIDE],
);

const classColumns = columns<StorageClass>(
  [
    'Name',
    ({ metadata }) =>
      metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true' ? `${metadata.name} (default)` : metadata.name,
  ],
  ['Provisioner', ({ provisioner }) => provisioner],
  ['ReclaimPolicy', ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete'],
  ['VolumeBindingMode', ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate'],
  ['AllowVolumeExpansion', ({ allowVolumeExpansion }) => allowVolumeExpansion === true],
  AGE,
);

const scalerColumns = columns<HorizontalPodAutoscaler>(
  NAME,
  ['Reference', ({ spec }) => `${spec?.scaleTargetRef.kind}/${spec?.scaleTargetRef.name}`],
  ['Targets', ({ spec, status }) => scalerTargets(spec, status)],
  ['MinPods', ({ spec }) => String(spec?.minReplicas ?? UNSET)],
  ['MaxPods', ({ spec }) => spec?.maxReplicas ?? 0, INTEGER],
  ['Replicas', ({ status }) => status?.currentReplicas ?? 0, INTEGER],
  AGE,
);

function scalerTargets(spec: HorizontalPodAutoscaler['spec'], status: HorizontalPodAutoscaler['status']): string {
  const texts = (spec?.metrics ?? []).map(({ resource }, index) => {
    const current = status?.currentMetrics?.[index]?.resource?.current.averageUtilization;
    const target = resource?.target.averageUtilization;
    return `${resource?.name ?? 'metric'}: ${current === undefined ? '<unknown>' : `${current}%`}/${target === undefined ? '<auto>' : `${target}%`}`;
  });
  return joined(texts);
}

const count = (data: object | undefined): number => Object.keys(data ?? {}).length;
interface BindingObject extends KubeObject {
  readonly roleRef?: { readonly kind?: string; readonly name?: string };
}
const bindingColumns = columns<BindingObject>(NAME, ['Role', ({ roleRef }) => `${roleRef?.kind}/${roleRef?.name}`], AGE);
const roleColumns = columns<KubeObject>(NAME, ['Created At', ({ metadata }) => metadata.creationTimestamp ?? '']);

const BY_KIND: Readonly<Record<string, readonly Column[]>> = {
  ConfigMap: columns<ConfigMap>(NAME, ['Data', ({ data, binaryData }) => count(data) + count(binaryData)], AGE),
  CronJob: cronJobColumns,
  DaemonSet: daemonSetColumns,
  Deployment: deploymentColumns,
  Endpoints: endpointsColumns,
  EndpointSlice: sliceColumns,
  Event: eventColumns,
  HorizontalPodAutoscaler: scalerColumns,
  Ingress: ingressColumns,
  Job: jobColumns,
  Lease: columns<Lease>(NAME, ['Holder', ({ spec }) => spec?.holderIdentity ?? ''], AGE),
  Namespace: columns<Namespace>(NAME, ['Status', ({ status }) => status?.phase ?? ''], AGE),
  Node: nodeColumns,
  PersistentVolume: volumeColumns,
  PersistentVolumeClaim: claimColumns,
  Pod: podColumns,
  PodDisruptionBudget: budgetColumns,
  PriorityClass: columns<PriorityClass>(
    NAME,
    ['Value', ({ value }) => value, INTEGER],
    ['Global-Default', ({ globalDefault }) => globalDefault === true, { type: 'boolean' }],
    AGE,
    ['PreemptionPolicy', ({ preemptionPolicy }) => preemptionPolicy ?? ''],
  ),
  ReplicaSet: replicaSetColumns,
  Role: roleColumns,
  ClusterRole: roleColumns,
  RoleBinding: bindingColumns,
  ClusterRoleBinding: bindingColumns,
  Secret: columns<Secret>(NAME, ['Type', ({ type }) => type ?? ''], ['Data', ({ data }) => count(data)], AGE),
  Service: serviceColumns,
  ServiceAccount: columns<KubeObject>(NAME, AGE),
  StatefulSet: statefulSetColumns,
  StorageClass: classColumns,
};

/** The columns of a kind; name and age where it has none of its own. */
export const columnsOf = (kind: string): readonly Column[] => BY_KIND[kind] ?? columns<KubeObject>(NAME, AGE);
