import type { Cancel } from '../../base/index.ts';
import type { Endpoint, EndpointSlice, Service, ServicePort } from '../../kubernetes/index.ts';
import type { LabApi } from '../kube-api/index.ts';

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
}

/** Services and the endpoints behind them, kept up to date by watches. */
export interface ServiceDirectory {
  service(namespace: string, name: string): Service | undefined;
  byClusterIp(ip: string): Service | undefined;
  /** All endpoints of one port, ready or not, in a stable order. */
  endpoints(service: Service, port: ServicePort): readonly ServiceEndpoint[];
  stop: Cancel;
}

export function createServiceDirectory(api: LabApi): ServiceDirectory {
  const services = new Map<string, Service>();
  const clusterIps = new Map<string, Service>();
  const slices = new Map<string, Map<string, EndpointSlice>>();

  const stopServices = api.watch<Service>('Service', ({ type, object, previous }) => {
    for (const ip of clusterIpsOf(previous ?? object)) clusterIps.delete(ip);
    services.delete(keyOf(object));
    if (type === 'DELETED') return;
    services.set(keyOf(object), object);
    for (const ip of clusterIpsOf(object)) clusterIps.set(ip, object);
  });
  const stopSlices = api.watch<EndpointSlice>('EndpointSlice', ({ type, object, previous }) => {
    const before = sliceKeyOf(previous ?? object);
    slices.get(before)?.delete(object.metadata.name);
    if (type === 'DELETED') return;
    const key = sliceKeyOf(object);
    const group = slices.get(key) ?? new Map<string, EndpointSlice>();
    slices.set(key, group.set(object.metadata.name, object));
  });

  return {
    service: (namespace, name) => services.get(`${namespace}/${name}`),
    byClusterIp: (ip) => clusterIps.get(ip),
    endpoints: (service, port) => [...(slices.get(keyOf(service))?.values() ?? [])].flatMap((slice) => endpointsOf(slice, port)),
    stop() {
      stopServices();
      stopSlices();
    },
  };
}

const keyOf = ({ metadata }: Service): string => `${metadata.namespace ?? 'default'}/${metadata.name}`;
const sliceKeyOf = ({ metadata }: EndpointSlice): string =>
  `${metadata.namespace ?? 'default'}/${metadata.labels?.['kubernetes.io/service-name'] ?? ''}`;
const clusterIpsOf = ({ spec }: Service): readonly string[] =>
  [spec?.clusterIP, ...(spec?.clusterIPs ?? [])].filter((ip): ip is string => ip !== undefined && ip !== '' && ip !== 'None');

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
  return ip === undefined ? [] : [{ ip, port, node: endpoint.nodeName, hostname: endpoint.hostname, ready, serving, terminating }];
}
