import type { Cancel } from '../../base/index.ts';
import type { Endpoint, EndpointSlice, Node, Service, ServicePort } from '../../kubernetes/index.ts';
import type { LabApi } from '../kube-api/index.ts';

const ZONE = 'topology.kubernetes.io/zone';

/** One address behind a port of a Service. */
export interface ServiceEndpoint {
  readonly ip: string;
  readonly port: number;
  readonly node: string | undefined;
  /** The name a stateful pod answers to, `web-0`. */
  readonly hostname: string | undefined;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  /** Zones and nodes whose clients this endpoint is meant for; empty without a hint. */
  readonly forZones: readonly string[];
  readonly forNodes: readonly string[];
}

/** Services and the endpoints behind them, kept up to date by watches. */
export interface ServiceDirectory {
  service(namespace: string, name: string): Service | undefined;
  /** The Service that has this address: as its cluster address, an external one, or one of a load balancer. */
  byAddress(ip: string): Service | undefined;
  byNodePort(nodePort: number): { readonly service: Service; readonly port: ServicePort } | undefined;
  /** All endpoints of one port, ready or not, in a stable order. */
  endpoints(service: Service, port: ServicePort): readonly ServiceEndpoint[];
  /** One entry for each address behind a Service, its ports aside (0): what the cluster's DNS knows of a headless one. */
  addresses(service: Service): readonly ServiceEndpoint[];
  zoneOf(node: string | undefined): string | undefined;
  stop: Cancel;
}

export function createServiceDirectory(api: LabApi): ServiceDirectory {
  const services = new Map<string, Service>();
  const addresses = new Map<string, Service>();
  const slices = new Map<string, Map<string, EndpointSlice>>();

  const stopServices = api.watch<Service>('Service', ({ type, object, previous }) => {
    for (const ip of addressesOf(previous ?? object)) addresses.delete(ip);
    services.delete(keyOf(object));
    if (type === 'DELETED') return;
    services.set(keyOf(object), object);
    for (const ip of addressesOf(object)) addresses.set(ip, object);
  });
  const stopSlices = api.watch<EndpointSlice>('EndpointSlice', ({ type, object, previous }) => {
    const before = sliceKeyOf(previous ?? object);
    slices.get(before)?.delete(object.metadata.name);
    if (type === 'DELETED') return;
    const key = sliceKeyOf(object);
    const group = slices.get(key) ?? new Map<string, EndpointSlice>();
    slices.set(key, group.set(object.metadata.name, object));
  });

  const slicesOf = (service: Service): EndpointSlice[] => [...(slices.get(keyOf(service))?.values() ?? [])];
  return {
    service: (namespace, name) => services.get(`${namespace}/${name}`),
    byAddress: (ip) => addresses.get(ip),
    byNodePort(nodePort) {
      for (const service of services.values()) {
        const port = usesNodePorts(service) ? service.spec?.ports?.find((candidate) => candidate.nodePort === nodePort) : undefined;
        if (port) return { service, port };
      }
      return undefined;
    },
    endpoints: (service, port) => slicesOf(service).flatMap((slice) => endpointsOf(slice, port)),
    addresses: (service) => slicesOf(service).flatMap((slice) => slice.endpoints.flatMap((endpoint) => describe(endpoint, 0))),
    zoneOf: (node) => (node === undefined ? undefined : api.get<Node>('Node', undefined, node)?.metadata.labels?.[ZONE]),
    stop() {
      stopServices();
      stopSlices();
    },
  };
}

const keyOf = ({ metadata }: Service): string => `${metadata.namespace ?? 'default'}/${metadata.name}`;
const sliceKeyOf = ({ metadata }: EndpointSlice): string =>
  `${metadata.namespace ?? 'default'}/${metadata.labels?.['kubernetes.io/service-name'] ?? ''}`;
const addressesOf = ({ spec, status }: Service): readonly string[] =>
  [
    spec?.clusterIP,
    ...(spec?.clusterIPs ?? []),
    ...(spec?.externalIPs ?? []),
    ...(status?.loadBalancer?.ingress ?? []).map(({ ip }) => ip),
  ].filter((ip): ip is string => ip !== undefined && ip !== '' && ip !== 'None' && !ip.startsWith('127.'));

/** Whether a Service is to be reached through a port of every node. */
export const usesNodePorts = ({ spec }: Service): boolean => spec?.type === 'NodePort' || spec?.type === 'LoadBalancer';

/** A slice's ports carry the Service port's name; the number in it is the target port, already looked up in the pods. */
function endpointsOf(slice: EndpointSlice, port: ServicePort): ServiceEndpoint[] {
  const target = (slice.ports ?? []).find((candidate) => (candidate.name ?? '') === (port.name ?? ''))?.port;
  if (target === undefined) return [];
  return slice.endpoints.flatMap((endpoint) => describe(endpoint, target));
}

function describe(endpoint: Endpoint, port: number): ServiceEndpoint[] {
  const { ready = true, serving = ready, terminating = false } = endpoint.conditions ?? {};
  // Consumers use the first address alone. Source: API reference, EndpointSlice, `endpoints.addresses`.
  const [ip] = endpoint.addresses;
  if (ip === undefined) return [];
  const { forZones = [], forNodes = [] }: Hints = endpoint.hints ?? {};
  const names = (hints: readonly { readonly name: string }[]): string[] => hints.map(({ name }) => name);
  const { nodeName: node, hostname } = endpoint;
  return [{ ip, port, node, hostname, ready, serving, terminating, forZones: names(forZones), forNodes: names(forNodes) }];
}

/** `forNodes` is newer than the types. */
interface Hints {
  readonly forZones?: readonly { readonly name: string }[];
  readonly forNodes?: readonly { readonly name: string }[];
}
