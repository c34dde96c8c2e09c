/** Columns of what leads to pods. Source: pkg/printers/internalversion/printers.go, 1.36. */
import type { EndpointSlice, Endpoints, Ingress, IngressClass, NetworkPolicy, Service } from '../../../kubernetes/index.ts';
import { columns, NAME, AGE, NONE, UNSET, WIDE, orNone, joined, pairs, selectorText, type Column } from './_column.ts';

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

/** Services, their endpoints, ingresses and policies. */
export const NETWORK_COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  Endpoints: endpointsColumns,
  EndpointSlice: sliceColumns,
  Ingress: ingressColumns,
  IngressClass: columns<IngressClass>(
    NAME,
    ['Controller', ({ spec }) => spec?.controller ?? ''],
    [
      'Parameters',
      ({ spec }) => (spec?.parameters ? `${spec.parameters.kind}.${spec.parameters.apiGroup ?? ''}/${spec.parameters.name}` : NONE),
    ],
    AGE,
  ),
  NetworkPolicy: columns<NetworkPolicy>(NAME, ['Pod-Selector', ({ spec }) => selectorText(spec?.podSelector)], AGE),
  Service: serviceColumns,
};
