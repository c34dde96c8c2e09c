/** Lists the pods behind each Service in EndpointSlices. Source: staging endpointslice/reconciler.go, utils.go (Kubernetes 1.36). */
import {
  matchesLabels,
  type Container,
  type Endpoint,
  type EndpointSlice,
  type Node,
  type Pod,
  type Service,
  type ServicePort,
} from '../../../kubernetes/index.ts';
import type { ControllerContext } from '../runtime/controller.ts';
import { controllerReference, isFinished, isReady, isTerminating, splitKey } from '../runtime/pods.ts';
import { canonicalJson } from '../runtime/template-hash.ts';
import { watchingController } from '../runtime/watching-controller.ts';
import { fillSlices } from './fill-slices.ts';
import { ServicePods } from './service-pods.ts';
import { markChange, TriggerTimes } from './trigger-times.ts';

const SERVICE_NAME = 'kubernetes.io/service-name';
const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
const MANAGER = 'endpointslice-controller.k8s.io';
/** Slices tell serving from ready, and keep terminating endpoints, since this minor version. */
const TERMINATING_SINCE = 22;
const MISSING_NODE_MS = 1_000;

type SlicePort = NonNullable<EndpointSlice['ports']>[number];
interface Group {
  readonly ports: readonly SlicePort[];
  readonly endpoints: Endpoint[];
}

export const endpointSlice = watchingController('endpoint-slice-controller', 'Keeps the EndpointSlices of every Service.', () => {
  const selected = new ServicePods();
  const times = new TriggerTimes();
  return {
    watch: ({ api }, queue) => [
      api.watch<Service>('Service', (event) => selected.noteService(api, event).forEach((key) => queue.add(key))),
      api.watch<Pod>('Pod', (event) => {
        if (event.previous === undefined || event.type === 'DELETED' || matters(event.object, event.previous)) {
          selected.notePod(event).forEach((key) => queue.add(key));
        }
      }),
    ],
    sync(context, key, queue) {
      const { namespace, name } = splitKey(key);
      const service = context.api.get<Service>('Service', namespace, name);
      if (service === undefined) times.forget(key);
      // Slices of a deleted service go with their owner. Without a selector the user keeps the endpoints.
      if (service?.spec === undefined || service.spec.selector === undefined || service.spec.type === 'ExternalName') return;
      const pods = selected.podsOf(context.api, service);
      const placed = pods.filter((pod) => isNodeKnown(context.api, service, pod));
      // Without its node a pod is left out, and looked for again.
      if (placed.length < pods.length) queue.addAfter(key, MISSING_NODE_MS);
      reconcile(context, service, { pods: placed, trigger: times.note(service, pods) });
    },
  };
});

/** Source: staging endpointslice/reconciler.go, reconcileByAddressType: what a service publishes in any case is published without a node, too. */
const isNodeKnown = (api: ControllerContext['api'], { spec }: Service, pod: Pod): boolean =>
  spec?.publishNotReadyAddresses === true || !pod.status?.podIP || api.get<Node>('Node', undefined, pod.spec?.nodeName ?? '') !== undefined;

function matters(pod: Pod, previous: Pod): boolean {
  const view = (of: Pod): string =>
    canonicalJson([of.metadata.labels, of.metadata.deletionTimestamp, of.status?.podIP, of.status?.phase, isReady(of), of.spec?.nodeName]);
  return view(pod) !== view(previous);
}

interface Wanted {
  readonly pods: readonly Pod[];
  /** When what led here happened. */
  readonly trigger: string | undefined;
}

function reconcile({ api, minor }: ControllerContext, service: Service, { pods, trigger }: Wanted): void {
  const namespace = service.metadata.namespace;
  const isOurs = (slice: EndpointSlice): boolean => slice.metadata.labels?.[MANAGED_BY] === MANAGER;
  const existing = api
    .list<EndpointSlice>('EndpointSlice', { namespace, index: { by: 'owner', value: service.metadata.uid ?? '' } })
    .filter((slice) => isOurs(slice) && !isTerminating(slice));
  const free = new Set(existing);
  for (const group of groupsOf(api, service, minor >= TERMINATING_SINCE ? pods : pods.filter((pod) => !isTerminating(pod)))) {
    const wanted = minor >= TERMINATING_SINCE ? group.endpoints : group.endpoints.map(withReadyAlone);
    const ports = canonicalJson(group.ports);
    const alike = [...free].filter((candidate) => canonicalJson(candidate.ports ?? []) === ports);
    const held = alike.map((slice) => ({ name: slice.metadata.name, endpoints: slice.endpoints ?? [] }));
    for (const { name, endpoints } of fillSlices(held, wanted)) {
      const slice = alike.find(({ metadata }) => metadata.name === name);
      if (slice === undefined) {
        api.create<EndpointSlice>('EndpointSlice', newSlice(service, { ports: group.ports, endpoints: [...endpoints] }, trigger));
        continue;
      }
      free.delete(slice);
      api.modify<EndpointSlice>('EndpointSlice', namespace, slice.metadata.name, (draft) => {
        const labels = labelsOf(service);
        const isSame = canonicalJson(byAddress(draft.endpoints ?? [])) === canonicalJson(byAddress(endpoints));
        if (isSame && canonicalJson(draft.metadata.labels) === canonicalJson(labels)) return;
        if (!isSame) draft.endpoints = [...endpoints];
        draft.metadata.labels = labels;
        markChange(draft.metadata, trigger);
      });
    }
  }
  for (const slice of free) api.delete('EndpointSlice', namespace, slice.metadata.name);
}

function withReadyAlone(endpoint: Endpoint): Endpoint {
  const { ready } = endpoint.conditions ?? {};
  return { ...endpoint, conditions: ready === undefined ? {} : { ready } };
}

const byAddress = (endpoints: readonly Endpoint[]): readonly Endpoint[] =>
  [...endpoints].sort((a, b) => (a.addresses[0] ?? '').localeCompare(b.addresses[0] ?? ''));

/** Pods whose named ports resolve alike share slices. A service without pods has one empty slice. */
function groupsOf(api: ControllerContext['api'], service: Service, pods: readonly Pod[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const pod of pods) {
    if (isFinished(pod) || !pod.status?.podIP || !matchesLabels(service.spec?.selector, pod.metadata.labels)) continue;
    const ports = portsFor(service, pod);
    const group = groups.get(canonicalJson(ports)) ?? { ports, endpoints: [] };
    group.endpoints.push(endpointOf(api, service, pod));
    groups.set(canonicalJson(ports), group);
  }
  return groups.size > 0 ? [...groups.values()] : [{ ports: portsFor(service, undefined), endpoints: [] }];
}

export function endpointOf(api: ControllerContext['api'], service: Service, pod: Pod): Endpoint {
  const serving = isReady(pod);
  const terminating = isTerminating(pod);
  const ready = service.spec?.publishNotReadyAddresses === true || (serving && !terminating);
  const nodeName = pod.spec?.nodeName;
  const zone = nodeName && api.get<Node>('Node', undefined, nodeName)?.metadata.labels?.['topology.kubernetes.io/zone'];
  const isNamed = pod.spec?.hostname !== undefined && pod.spec.subdomain === service.metadata.name;
  return {
    addresses: [pod.status?.podIP ?? ''],
    conditions: {
      ready,
      serving,
      terminating,
    },
    targetRef: { kind: 'Pod', namespace: pod.metadata.namespace ?? '', name: pod.metadata.name, uid: pod.metadata.uid ?? '' },
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(zone ? { zone } : {}),
    ...(isNamed && pod.spec?.hostname !== undefined ? { hostname: pod.spec.hostname } : {}),
    ...(ready ? hintsFor(service, nodeName, zone === '' ? undefined : zone) : {}),
  };
}

/** For whom an endpoint is meant, by the Service's traffic distribution. Source: staging endpointslice/trafficdist (1.35). */
function hintsFor({ spec }: Service, node: string | undefined, zone: string | undefined): Pick<Endpoint, 'hints'> {
  const { trafficDistribution } = spec ?? {};
  const isSameNode = trafficDistribution === 'PreferSameNode';
  if (!isSameNode && trafficDistribution !== 'PreferClose' && trafficDistribution !== 'PreferSameZone') return {};
  const hints = {
    ...(zone !== undefined && { forZones: [{ name: zone }] }),
    ...(isSameNode && node !== undefined && { forNodes: [{ name: node }] }),
  };
  return Object.keys(hints).length === 0 ? {} : { hints };
}

/** The number behind a service port on this pod; undefined when the pod has no port of that name. */
export function targetPort(port: ServicePort, pod: Pod | undefined): number | undefined {
  const wanted = port.targetPort ?? port.port;
  if (typeof wanted === 'number') return wanted === 0 ? port.port : wanted;
  if (/^\d+$/.test(wanted)) return Number(wanted);
  const sidecars = (pod?.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const containers: readonly Container[] = [...(pod?.spec?.containers ?? []), ...sidecars];
  return containers
    .flatMap(({ ports }) => ports ?? [])
    .find(({ name, protocol = 'TCP' }) => name === wanted && protocol === (port.protocol ?? 'TCP'))?.containerPort;
}

function portsFor(service: Service, pod: Pod | undefined): SlicePort[] {
  return (service.spec?.ports ?? []).flatMap((port) => {
    const number = targetPort(port, pod);
    if (number === undefined) return [];
    const appProtocol = port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol };
    return [{ name: port.name ?? '', port: number, protocol: port.protocol ?? 'TCP', ...appProtocol }];
  });
}

function labelsOf(service: Service): Record<string, string> {
  const isHeadless = service.spec?.clusterIP === 'None';
  return {
    ...service.metadata.labels,
    [MANAGED_BY]: MANAGER,
    [SERVICE_NAME]: service.metadata.name,
    ...(isHeadless ? { 'service.kubernetes.io/headless': '' } : {}),
  };
}

function newSlice(service: Service, { ports, endpoints }: Group, trigger: string | undefined): EndpointSlice {
  const metadata = {};
  markChange(metadata, trigger);
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: '',
      generateName: `${service.metadata.name}-`,
      namespace: service.metadata.namespace ?? 'default',
      labels: labelsOf(service),
      ...metadata,
      ownerReferences: [controllerReference(service)],
    },
    addressType: 'IPv4',
    endpoints: [...endpoints],
    ports: [...ports],
  };
}
