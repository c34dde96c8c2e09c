import type { Node, Pod } from '../kubernetes/index.ts';
import { findCalls } from './find-calls.ts';
import type { JourneyPath } from './find-calls.ts';
import { findWorkloads } from './find-workloads.ts';
import { isPodFinished } from './pod-state.ts';
import type { ClusterModel, ClusterSnapshot, NodeModel, ServiceModel } from './types.ts';

const ZONE_LABELS = ['topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone'];
const POOL_LABELS = ['kubernetes.azure.com/agentpool', 'agentpool', 'cloud.google.com/gke-nodepool', 'eks.amazonaws.com/nodegroup'];

/**
 * Builds the model that everything else reads: nodes with their zones and pools, workloads with their pods, services, and what calls what.
 *
 * `podsOn` gives every pod that is bound to a node and not finished, terminating ones included.
 */
export function buildModel(
  snapshot: ClusterSnapshot,
  { journeys = [] }: { readonly journeys?: readonly JourneyPath[] } = {},
): ClusterModel {
  const nodes = snapshot.nodes.map(nodeModel).sort((a, b) => (a.name < b.name ? -1 : 1));
  const workloads = findWorkloads(snapshot);
  const byService = new Map<string, string[]>();
  for (const { id, services } of workloads) for (const service of services) byService.set(service, [...(byService.get(service) ?? []), id]);
  const services = snapshot.services
    .map((object): ServiceModel => {
      const namespace = object.metadata.namespace ?? 'default';
      const id = `${namespace}/${object.metadata.name}`;
      return { id, namespace, name: object.metadata.name, object, workloads: byService.get(id) ?? [] };
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const workloadById = new Map(workloads.map((workload) => [workload.id, workload]));
  const serviceById = new Map(services.map((service) => [service.id, service]));
  const podsByNode = groupByNode(snapshot.pods);
  return {
    snapshot,
    nodes,
    zones: [...new Set(nodes.flatMap(({ zone }) => (zone === undefined ? [] : [zone])))].sort(),
    workloads,
    services,
    calls: findCalls(snapshot, workloads, services, journeys),
    workload: (id) => workloadById.get(id),
    service: (id) => serviceById.get(id),
    podsOn: (node) => podsByNode.get(node) ?? [],
  };
}

function nodeModel(object: Node): NodeModel {
  const { labels = {}, name } = object.metadata;
  const first = (keys: readonly string[]): string | undefined =>
    keys.map((key) => labels[key]).find((value) => value !== undefined && value !== '');
  // A manifest or a bare fixture tells no conditions; such a node counts as ready.
  const ready = object.status?.conditions?.find(({ type }) => type === 'Ready')?.status ?? 'True';
  const zone = first(ZONE_LABELS);
  // On Azure a bare number is the fault domain of an instance that stands in no zone.
  const isFaultDomain = object.spec?.providerID?.startsWith('azure://') === true && /^\d+$/.test(zone ?? '');
  return {
    name,
    object,
    zone: isFaultDomain ? undefined : zone,
    pool: first(POOL_LABELS),
    ready: ready === 'True',
    schedulable: object.spec?.unschedulable !== true,
  };
}

function groupByNode(pods: readonly Pod[]): Map<string, Pod[]> {
  const groups = new Map<string, Pod[]>();
  for (const pod of pods) {
    const node = pod.spec?.nodeName;
    if (node === undefined || node === '' || isPodFinished(pod)) continue;
    const group = groups.get(node);
    if (group === undefined) groups.set(node, [pod]);
    else group.push(pod);
  }
  return groups;
}
