/** Network policies. Source: pkg/apis/networking/validation, 1.36. */
import type { NetworkPolicy } from '../../../kubernetes/index.ts';
import type { Problems } from '../problems.ts';
import { isStrictlyWithin, parseRange, rangeWarnings, validateRangeOfAddresses } from './_ip-fields.ts';
import { portNameProblems } from './_names.ts';
import { validatePortNumber } from './_numbers.ts';
import type { Loose } from './_pod-fields.ts';
import { isUsableSelector } from './_selectors.ts';

export type PolicySpecFields = Loose<NonNullable<NetworkPolicy['spec']>>;
type Port = NonNullable<NonNullable<PolicySpecFields['ingress']>[number]['ports']>[number];
type Peer = NonNullable<NonNullable<PolicySpecFields['ingress']>[number]['from']>[number];

const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];
const TYPES = ['Ingress', 'Egress'];

export function validateNetworkPolicy(spec: PolicySpecFields, problems: Problems): void {
  isUsableSelector(spec.podSelector, 'spec.podSelector', problems);
  for (const [index, { ports = [], from = [] }] of (spec.ingress ?? []).entries()) {
    for (const [at, port] of ports.entries()) validatePort(port, `spec.ingress[${index}].ports[${at}]`, problems);
    for (const [at, peer] of from.entries()) validatePeer(peer, `spec.ingress[${index}].from[${at}]`, problems);
  }
  for (const [index, { ports = [], to = [] }] of (spec.egress ?? []).entries()) {
    for (const [at, port] of ports.entries()) validatePort(port, `spec.egress[${index}].ports[${at}]`, problems);
    for (const [at, peer] of to.entries()) validatePeer(peer, `spec.egress[${index}].to[${at}]`, problems);
  }
  const { policyTypes = [] } = spec;
  if (policyTypes.length > TYPES.length)
    return problems.invalid('spec.policyTypes', policyTypes, 'may not specify more than two policyTypes');
  for (const [index, type = ''] of policyTypes.entries()) {
    if (!TYPES.includes(type)) problems.unsupported(`spec.policyTypes[${index}]`, type, TYPES);
  }
  return undefined;
}

function validatePort({ protocol, port, endPort }: Port, path: string, problems: Problems): void {
  if (protocol !== undefined && !PROTOCOLS.includes(protocol)) problems.unsupported(`${path}.protocol`, protocol, PROTOCOLS);
  if (port === undefined) {
    if (endPort !== undefined) problems.invalid(`${path}.endPort`, endPort, 'may not be specified when `port` is not specified');
  } else if (typeof port === 'number') {
    validatePortNumber(port, `${path}.port`, problems);
    if (endPort === undefined) return;
    if (endPort < port) problems.invalid(`${path}.endPort`, port, 'must be greater than or equal to `port`');
    validatePortNumber(endPort, `${path}.endPort`, problems);
  } else {
    if (endPort !== undefined) problems.invalid(`${path}.endPort`, endPort, 'may not be specified when `port` is non-numeric');
    problems.eachInvalid(`${path}.port`, port, portNameProblems(port));
  }
}

function validatePeer({ podSelector, namespaceSelector, ipBlock }: Peer, path: string, problems: Problems): void {
  isUsableSelector(podSelector, `${path}.podSelector`, problems);
  isUsableSelector(namespaceSelector, `${path}.namespaceSelector`, problems);
  if (ipBlock) validateBlock(ipBlock, `${path}.ipBlock`, problems);
  if (!podSelector && !namespaceSelector && !ipBlock) problems.required(path, 'must specify a peer');
  else if (ipBlock && (podSelector ?? namespaceSelector)) problems.forbidden(path, 'may not specify both ipBlock and another peer');
}

function validateBlock({ cidr = '', except = [] }: NonNullable<Peer['ipBlock']>, path: string, problems: Problems): void {
  if (cidr === '') return problems.required(`${path}.cidr`);
  validateRangeOfAddresses(cidr, `${path}.cidr`, problems);
  const outer = parseRange(cidr);
  if (outer === undefined) return undefined;
  for (const [index, text = ''] of except.entries()) {
    validateRangeOfAddresses(text, `${path}.except[${index}]`, problems);
    const inner = parseRange(text);
    if (inner && !isStrictlyWithin(inner, outer)) problems.invalid(`${path}.except[${index}]`, text, 'must be a strict subset of `cidr`');
  }
  return undefined;
}

/** Source: pkg/registry/networking/networkpolicy strategy. */
export function networkPolicyWarnings({ ingress = [], egress = [] }: PolicySpecFields): string[] {
  const peers = [
    ...ingress.flatMap(({ from = [] }, index) => from.map((peer, at) => ({ peer, path: `spec.ingress[${index}].from[${at}].ipBlock` }))),
    ...egress.flatMap(({ to = [] }, index) => to.map((peer, at) => ({ peer, path: `spec.egress[${index}].to[${at}].ipBlock` }))),
  ];
  return peers.flatMap(({ peer: { ipBlock }, path }) => [
    ...(ipBlock ? rangeWarnings(`${path}.cidr`, ipBlock.cidr ?? '') : []),
    ...(ipBlock?.except ?? []).flatMap((text, index) => rangeWarnings(`${path}.except[${index}]`, text)),
  ]);
}
