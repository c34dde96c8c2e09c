/** NetworkPolicies: who may connect to whom. Source: API reference, NetworkPolicy v1; Kubernetes documentation, "Network Policies". */
import { isIP } from 'node:net';
import type { Namespace, NetworkPolicy, Pod } from '../../kubernetes/index.ts';
import { matchesSelector } from '../../kubernetes/index.ts';
import type { LabApi } from '../kube-api/index.ts';
import { isInRange } from './node-of-address.ts';

type Labels = Readonly<Record<string, string>>;
type Policy = NonNullable<NetworkPolicy['spec']>;
type Peer = NonNullable<NonNullable<NonNullable<Policy['ingress']>[number]['from']>[number]>;
type PolicyPort = NonNullable<NonNullable<Policy['ingress']>[number]['ports']>[number];

/** One end of a connection. */
export interface Party {
  /** Undefined for what is no pod: nodes, users. */
  readonly pod?: { readonly namespace: string; readonly labels: Labels; readonly ports: readonly NamedPort[] } | undefined;
  readonly ip: string;
  readonly node?: string | undefined;
  /** A node itself (or a pod in its network): always heard by its own pods. */
  readonly isNode?: boolean;
}

interface NamedPort {
  readonly name?: string;
  readonly containerPort: number;
}

export interface PolicyRequest {
  readonly from: Party;
  readonly to: Party;
  /** The pod's own port, as it is after a Service's address was translated. */
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
}

export interface NetworkPolicies {
  /** False as long as there is no policy at all: then nobody needs to be looked up. */
  isEmpty(): boolean;
  /** Undefined when the connection is let through, else which policy's isolation it fails. */
  refusal(request: PolicyRequest): string | undefined;
  /** The pod with this address, or the bare address. */
  partyAt(ip: string): Party;
  stop(): void;
}

/** Keeps the policies of a cluster in view. New connections are judged; those that are open stay. */
export function createNetworkPolicies(api: LabApi): NetworkPolicies {
  const policies = new Map<string, NetworkPolicy>();
  const stop = api.watch<NetworkPolicy>('NetworkPolicy', ({ type, object }) => {
    const key = `${object.metadata.namespace}/${object.metadata.name}`;
    if (type === 'DELETED') policies.delete(key);
    else policies.set(key, object);
  });
  const labelsOf = (namespace: string): Labels => ({
    'kubernetes.io/metadata.name': namespace,
    ...api.get<Namespace>('Namespace', undefined, namespace)?.metadata.labels,
  });
  return {
    isEmpty: () => policies.size === 0,
    refusal(request) {
      const { from, to } = request;
      const egress = isolation([...policies.values()], from, 'Egress');
      if (egress.length > 0 && !egress.some((policy) => allows(policy, 'Egress', request, labelsOf))) return told(egress, 'egress');
      // What a node sends to a pod of its own always arrives: probes, and whatever is passed on there under the node's address.
      if (from.isNode === true && from.node !== undefined && from.node === to.node) return undefined;
      const ingress = isolation([...policies.values()], to, 'Ingress');
      if (ingress.length > 0 && !ingress.some((policy) => allows(policy, 'Ingress', request, labelsOf))) return told(ingress, 'ingress');
      return undefined;
    },
    partyAt: (ip) => partyAt(api, ip),
    stop,
  };
}

function told(policies: readonly NetworkPolicy[], direction: string): string {
  return `no ${direction} rule of network policy ${policies.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).join(', ')} lets it through`;
}

function partyAt(api: LabApi, ip: string): Party {
  const pod = api.list<Pod>('Pod').find(({ status }) => status?.podIP === ip && status.phase !== 'Succeeded' && status.phase !== 'Failed');
  if (pod === undefined) return { ip };
  const { namespace = 'default', labels = {} } = pod.metadata;
  const node = pod.spec?.nodeName;
  if (pod.spec?.hostNetwork === true) return { ip, node, isNode: true };
  return { ip, node, pod: { namespace, labels, ports: (pod.spec?.containers ?? []).flatMap(({ ports }) => ports ?? []) } };
}

type Direction = 'Ingress' | 'Egress';

/** The policies that isolate a pod in one direction; none means that everything is let through. */
function isolation(policies: readonly NetworkPolicy[], { pod }: Party, direction: Direction): NetworkPolicy[] {
  if (pod === undefined) return [];
  return policies.filter(
    ({ metadata, spec }) =>
      metadata.namespace === pod.namespace && typesOf(spec).includes(direction) && matchesSelector(spec?.podSelector ?? {}, pod.labels),
  );
}

const typesOf = (spec: Policy | undefined): readonly string[] =>
  spec?.policyTypes ?? (spec?.egress === undefined ? ['Ingress'] : ['Ingress', 'Egress']);

function allows(
  { metadata, spec }: NetworkPolicy,
  direction: Direction,
  { from, to, port, protocol }: PolicyRequest,
  labelsOf: (namespace: string) => Labels,
): boolean {
  const other = direction === 'Ingress' ? from : to;
  const rules =
    direction === 'Ingress'
      ? (spec?.ingress ?? []).map(({ from: peers, ports }) => ({ peers, ports }))
      : (spec?.egress ?? []).map(({ to: peers, ports }) => ({ peers, ports }));
  return rules.some(
    ({ peers = [], ports = [] }) =>
      (peers.length === 0 || peers.some((peer) => isPeer(peer, other, metadata.namespace ?? 'default', labelsOf))) &&
      (ports.length === 0 || ports.some((allowed) => isPort(allowed, to, port, protocol))),
  );
}

function isPeer(
  { podSelector, namespaceSelector, ipBlock }: Peer,
  { pod, ip }: Party,
  own: string,
  labelsOf: (namespace: string) => Labels,
): boolean {
  if (ipBlock) return isIP(ip) === 4 && isInRange(ip, ipBlock.cidr) && !(ipBlock.except ?? []).some((range) => isInRange(ip, range));
  if (pod === undefined) return false;
  const inNamespace = namespaceSelector === undefined ? pod.namespace === own : matchesSelector(namespaceSelector, labelsOf(pod.namespace));
  return inNamespace && (podSelector === undefined || matchesSelector(podSelector, pod.labels));
}

function isPort(allowed: PolicyPort, to: Party, port: number, protocol: string): boolean {
  if ((allowed.protocol ?? 'TCP') !== protocol) return false;
  const wanted = allowed.port;
  if (wanted === undefined) return true;
  if (typeof wanted === 'number') return port >= wanted && port <= (allowed.endPort ?? wanted);
  return to.pod?.ports.some(({ name, containerPort }) => name === wanted && containerPort === port) === true;
}
