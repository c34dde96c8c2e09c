/** What a sweep asks of a model again and again, worked out once. A model never changes, so neither does this. */
import { isPodReady } from '../cluster/index.ts';
import type { ClusterModel, NodeModel, ServiceId, ServiceModel, WorkloadModel } from '../cluster/index.ts';
import { matchesLabels } from '../kubernetes/index.ts';
import type { Pod } from '../kubernetes/index.ts';

export interface ModelIndex {
  readonly node: ReadonlyMap<string, NodeModel>;
  /** By the node lifecycle controller's idea of a zone. */
  readonly nodesOfZone: ReadonlyMap<string, readonly NodeModel[]>;
  workloadOf(pod: Pod): WorkloadModel | undefined;
  /** Pods that the service sends traffic to today. */
  endpointsOf(service: ServiceId): readonly Pod[];
  /** The `namespace/name` of each of these pods. */
  endpointKeysOf(service: ServiceId): readonly string[];
}

const KNOWN = new WeakMap<ClusterModel, ModelIndex>();

/** The index of a model. */
export function indexOf(model: ClusterModel): ModelIndex {
  const known = KNOWN.get(model);
  if (known !== undefined) return known;
  const index = build(model);
  KNOWN.set(model, index);
  return index;
}

/** The controller's own idea of a zone: the labels as they stand, fault domains of Azure included. */
export function zoneKey({ object }: NodeModel): string {
  const labels = object.metadata.labels ?? {};
  return `${labels['topology.kubernetes.io/region'] ?? ''}/${labels['topology.kubernetes.io/zone'] ?? ''}`;
}

/** `namespace/name`. */
export function podKey({ metadata }: Pod): string {
  return `${metadata.namespace ?? 'default'}/${metadata.name}`;
}

function build(model: ClusterModel): ModelIndex {
  const nodesOfZone = new Map<string, NodeModel[]>();
  for (const node of model.nodes) {
    const zone = nodesOfZone.get(zoneKey(node));
    if (zone === undefined) nodesOfZone.set(zoneKey(node), [node]);
    else zone.push(node);
  }
  const owners = new Map(model.workloads.flatMap((workload) => workload.pods.map((pod) => [podKey(pod), workload] as const)));
  const endpoints = new Map<ServiceId, readonly Pod[]>();
  const keys = new Map<ServiceId, readonly string[]>();
  const endpointsOf = (id: ServiceId): readonly Pod[] => {
    const service = model.service(id);
    const known = endpoints.get(id) ?? (service === undefined ? [] : currentEndpoints(model, service));
    endpoints.set(id, known);
    return known;
  };
  return {
    node: new Map(model.nodes.map((node) => [node.name, node])),
    nodesOfZone,
    workloadOf: (pod) => owners.get(podKey(pod)),
    endpointsOf,
    endpointKeysOf: (id) => {
      const known = keys.get(id) ?? endpointsOf(id).map(podKey);
      keys.set(id, known);
      return known;
    },
  };
}

/** Pods of a manifest tell no conditions; they count once they have a node. */
function currentEndpoints(model: ClusterModel, { namespace, object, workloads }: ServiceModel): Pod[] {
  const { selector, publishNotReadyAddresses = false } = object.spec ?? {};
  return workloads
    .flatMap((id) => model.workload(id)?.pods ?? [])
    .filter((pod) => (pod.metadata.namespace ?? 'default') === namespace && matchesLabels(selector, pod.metadata.labels))
    .filter((pod) => pod.spec?.nodeName && (publishNotReadyAddresses || pod.status?.conditions === undefined || isPodReady(pod)));
}
