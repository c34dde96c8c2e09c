/** Columns of nodes, pods and the small kinds. Source: pkg/printers/internalversion/printers.go, 1.36. */
import type {
  ConfigMap,
  Event,
  KubeObject,
  Lease,
  Namespace,
  Node,
  Pod,
  PriorityClass,
  ResourceQuota,
  Secret,
} from '../../../kubernetes/index.ts';
import { columns, NAME, AGE, NONE, WIDE, INTEGER, orNone, joined, type Column } from './_column.ts';
import { ageOf } from './ages.ts';
import { summarizePod } from './pod-columns.ts';

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

const count = (data: object | undefined): number => Object.keys(data ?? {}).length;
interface BindingObject extends KubeObject {
  readonly roleRef?: { readonly kind?: string; readonly name?: string };
}
const bindingColumns = columns<BindingObject>(NAME, ['Role', ({ roleRef }) => `${roleRef?.kind}/${roleRef?.name}`], AGE);
const createdAt = columns<KubeObject>(NAME, ['Created At', ({ metadata }) => metadata.creationTimestamp ?? '']);

/** A quota's amounts in one line: requests and counts, or limits. */
function quotaText({ spec, status }: ResourceQuota, wantsLimits: boolean): string {
  return Object.keys(spec?.hard ?? {})
    .filter((name) => name.startsWith('limits') === wantsLimits)
    .sort()
    .map((name) => `${name}: ${status?.used?.[name] ?? '0'}/${spec?.hard?.[name] ?? ''}`)
    .join(', ');
}

/** Nodes, pods, and the small kinds of the core, rbac, scheduling and coordination groups. */
export const CORE_COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  ClusterRole: createdAt,
  ClusterRoleBinding: bindingColumns,
  ConfigMap: columns<ConfigMap>(NAME, ['Data', ({ data, binaryData }) => count(data) + count(binaryData)], AGE),
  Event: eventColumns,
  Lease: columns<Lease>(NAME, ['Holder', ({ spec }) => spec?.holderIdentity ?? ''], AGE),
  LimitRange: createdAt,
  Namespace: columns<Namespace>(NAME, ['Status', ({ status }) => status?.phase ?? ''], AGE),
  Node: nodeColumns,
  Pod: podColumns,
  PriorityClass: columns<PriorityClass>(
    NAME,
    ['Value', ({ value }) => value, INTEGER],
    ['Global-Default', ({ globalDefault }) => globalDefault === true, { type: 'boolean' }],
    AGE,
    ['PreemptionPolicy', ({ preemptionPolicy }) => preemptionPolicy ?? ''],
  ),
  ResourceQuota: columns<ResourceQuota>(
    NAME,
    ['Request', (quota) => quotaText(quota, false)],
    ['Limit', (quota) => quotaText(quota, true)],
    AGE,
  ),
  Role: createdAt,
  RoleBinding: bindingColumns,
  Secret: columns<Secret>(NAME, ['Type', ({ type }) => type ?? ''], ['Data', ({ data }) => count(data)], AGE),
  ServiceAccount: columns<KubeObject>(NAME, AGE),
};
