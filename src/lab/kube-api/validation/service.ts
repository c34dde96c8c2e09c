/** Services. Source: ValidateService and ValidateServiceUpdate, pkg/apis/core/validation, 1.36. */
import type { Problems } from '../problems.ts';
import { validateAddress, validateOrdinaryAddress, validateRangeOfAddresses } from './_ip-fields.ts';
import { validateLabels } from './_labels.ts';
import { qualifiedNameProblems, subdomainProblems } from './_names.ts';
import { validatePortNumber } from './_numbers.ts';
import { isHeadless, isReachableFromOutside, needsHealthPort, type ServiceSpecFields } from './_service-fields.ts';
import { validateAddresses, validateAddressUpdate } from './service-addresses.ts';
import { validateServicePorts } from './service-ports.ts';

export interface ServiceFields {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: ServiceSpecFields | undefined;
}

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const POLICIES = ['Cluster', 'Local'];
const DISTRIBUTIONS = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
const HINTS = 'service.kubernetes.io/topology-aware-hints';
const MODE = 'service.kubernetes.io/topology-mode';
const SOURCE_RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges';
const LONGEST_AFFINITY_SECONDS = 86_400;

export function validateService(service: ServiceFields, problems: Problems, previous?: ServiceFields): void {
  const { spec = {}, metadata } = service;
  if (previous) validateUpdate(spec, previous.spec ?? {}, problems);
  const { [HINTS]: hints, [MODE]: mode } = metadata.annotations ?? {};
  if (hints !== undefined && mode !== undefined && hints !== mode) {
    problems.invalid(`metadata.annotations[${MODE}]`, mode, `must match annotations[${HINTS}] when both are specified`);
  }
  validateType(spec, problems);
  validateServicePorts(spec, problems);
  validateLabels(spec.selector, 'spec.selector', problems);
  validateAffinity(spec, problems);
  validateAddresses(spec, problems);
  for (const [index, address] of (spec.externalIPs ?? []).entries()) {
    const at = `spec.externalIPs[${index}]`;
    if (validateAddress(address, at, problems)) validateOrdinaryAddress(address, at, problems);
  }
  const { type = '' } = spec;
  if (type === '') problems.required('spec.type');
  else if (!TYPES.includes(type)) problems.unsupported('spec.type', type, TYPES);
  validateNodePorts(spec, problems);
  validateSourceRanges(service, problems);
  validateBalancer(spec, problems);
  validatePolicies(spec, problems);
}

function validateType(spec: ServiceSpecFields, problems: Problems): void {
  const { type, ports = [], externalName = '' } = spec;
  if (ports.length === 0 && !isHeadless(spec) && type !== 'ExternalName') problems.required('spec.ports');
  if ((type === 'LoadBalancer' || type === 'NodePort') && isHeadless(spec)) {
    problems.invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`);
  }
  if (type !== 'ExternalName') return;
  if ((spec.clusterIPs ?? []).length > 0) problems.forbidden('spec.clusterIPs', 'may not be set for ExternalName services');
  if ((spec.ipFamilies ?? []).length > 0) problems.forbidden('spec.ipFamilies', 'may not be set for ExternalName services');
  if (spec.ipFamilyPolicy !== undefined) problems.forbidden('spec.ipFamilyPolicy', 'may not be set for ExternalName services');
  const name = externalName.replace(/\.$/, '');
  if (name === '') problems.required('spec.externalName');
  else problems.eachInvalid('spec.externalName', name, subdomainProblems(name));
}

function validateAffinity({ sessionAffinity = '', sessionAffinityConfig: config }: ServiceSpecFields, problems: Problems): void {
  const path = 'spec.sessionAffinityConfig';
  if (sessionAffinity === '') problems.required('spec.sessionAffinity');
  else if (sessionAffinity !== 'ClientIP' && sessionAffinity !== 'None') {
    problems.unsupported('spec.sessionAffinity', sessionAffinity, ['ClientIP', 'None']);
  }
  if (sessionAffinity === 'None' && config) problems.forbidden(path, 'must not be set when session affinity is None');
  if (sessionAffinity !== 'ClientIP') return undefined;
  if (config === undefined) return problems.required(path, 'when session affinity type is ClientIP');
  if (config.clientIP === undefined) return problems.required(`${path}.clientIP`, 'when session affinity type is ClientIP');
  const { timeoutSeconds } = config.clientIP;
  const at = `${path}.clientIP.timeoutSeconds`;
  if (timeoutSeconds === undefined) return problems.required(at, 'when session affinity type is ClientIP');
  if (timeoutSeconds <= 0 || timeoutSeconds > LONGEST_AFFINITY_SECONDS) {
    problems.invalid(at, timeoutSeconds, `must be greater than 0 and less than ${LONGEST_AFFINITY_SECONDS}`);
  }
  return undefined;
}

function validateNodePorts({ type, ports = [] }: ServiceSpecFields, problems: Problems): void {
  if (type === 'ClusterIP') {
    for (const [index, { nodePort = 0 }] of ports.entries()) {
      if (nodePort !== 0) problems.forbidden(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'");
    }
  }
  for (const [index, { nodePort = 0, protocol }] of ports.entries()) {
    const earlier = ports.slice(0, index);
    if (nodePort !== 0 && earlier.some((other) => other.nodePort === nodePort && other.protocol === protocol)) {
      problems.duplicate(`spec.ports[${index}].nodePort`, nodePort);
    }
  }
  for (const [index, { port = 0, protocol = '' }] of ports.entries()) {
    if (!ports.slice(0, index).some((other) => other.port === port && other.protocol === protocol)) continue;
    const told = { Name: '', Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 };
    problems.duplicate(`spec.ports[${index}]`, told);
  }
}

function validateSourceRanges({ spec = {}, metadata }: ServiceFields, problems: Problems): void {
  const ranges = spec.loadBalancerSourceRanges ?? [];
  const annotation = metadata.annotations?.[SOURCE_RANGES];
  const path = ranges.length > 0 ? 'spec.LoadBalancerSourceRanges' : `metadata.annotations[${SOURCE_RANGES}]`;
  if (ranges.length === 0 && annotation === undefined) return;
  if (spec.type !== 'LoadBalancer') problems.forbidden(path, "may only be used when `type` is 'LoadBalancer'");
  for (const [index, range = ''] of ranges.entries()) validateRangeOfAddresses(range.trim(), `${path}[${index}]`, problems);
  const listed = ranges.length > 0 ? '' : (annotation ?? '').trim();
  for (const range of listed === '' ? [] : listed.split(',')) validateRangeOfAddresses(range.trim(), path, problems);
}

function validateBalancer(spec: ServiceSpecFields, problems: Problems): void {
  const { type, allocateLoadBalancerNodePorts: allocate } = spec;
  if (allocate !== undefined && type !== 'LoadBalancer') {
    problems.forbidden('spec.allocateLoadBalancerNodePorts', "may only be used when `type` is 'LoadBalancer'");
  }
  if (allocate === undefined && type === 'LoadBalancer') problems.required('allocateLoadBalancerNodePorts');
  validateClass(spec, problems);
}

function validateClass({ type, loadBalancerClass }: ServiceSpecFields, problems: Problems): void {
  const path = 'spec.loadBalancerClass';
  if (loadBalancerClass === undefined) return;
  if (type === 'LoadBalancer') problems.eachInvalid(path, loadBalancerClass, qualifiedNameProblems(loadBalancerClass));
  else problems.forbidden(path, "may only be used when `type` is 'LoadBalancer'");
}

function validatePolicies(spec: ServiceSpecFields, problems: Problems): void {
  const { type = '', externalTrafficPolicy: outside = '', internalTrafficPolicy: inside, trafficDistribution: distribution } = spec;
  const port = spec.healthCheckNodePort ?? 0;
  if (!isReachableFromOutside(spec)) {
    if (outside !== '') problems.invalid('spec.externalTrafficPolicy', outside, 'may only be set for externally-accessible services');
  } else if (outside === '') problems.required('spec.externalTrafficPolicy');
  else if (!POLICIES.includes(outside)) problems.unsupported('spec.externalTrafficPolicy', outside, POLICIES);
  if (!needsHealthPort(spec)) {
    if (port !== 0) {
      const text = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
      problems.invalid('spec.healthCheckNodePort', port, text);
    }
  } else if (port === 0) problems.required('spec.healthCheckNodePort');
  else validatePortNumber(port, 'spec.healthCheckNodePort', problems);
  if (inside === undefined) {
    if (['ClusterIP', 'LoadBalancer', 'NodePort'].includes(type)) problems.required('spec.internalTrafficPolicy');
  } else if (!POLICIES.includes(inside)) problems.unsupported('spec.internalTrafficPolicy', inside, POLICIES);
  if (distribution !== undefined && !DISTRIBUTIONS.includes(distribution)) {
    problems.unsupported('spec.trafficDistribution', distribution, DISTRIBUTIONS);
  }
}

function validateUpdate(spec: ServiceSpecFields, old: ServiceSpecFields, problems: Problems): void {
  validateAddressUpdate(spec, old, problems);
  if (old.type === 'LoadBalancer' && spec.type === 'LoadBalancer' && old.loadBalancerClass !== spec.loadBalancerClass) {
    problems.invalid('spec.loadBalancerClass', spec.loadBalancerClass, 'may not change once set');
  }
  validateClass(spec, problems);
  if (needsHealthPort(old) && needsHealthPort(spec) && old.healthCheckNodePort !== spec.healthCheckNodePort) {
    problems.forbidden('spec.healthCheckNodePort', 'field is immutable');
  }
}

/** Source: pkg/api/service/warnings.go. */
export function serviceWarnings({ spec = {}, metadata }: ServiceFields): string[] {
  const warnings: string[] = [];
  const { type, externalIPs = [], loadBalancerIP = '', externalName = '' } = spec;
  if (metadata.annotations?.[HINTS] !== undefined) warnings.push(`annotation ${HINTS} is deprecated, please use ${MODE} instead`);
  if (type === 'ClusterIP' && isHeadless(spec)) {
    if (loadBalancerIP !== '') warnings.push('spec.loadBalancerIP is ignored for headless services');
    if (externalIPs.length > 0) warnings.push('spec.externalIPs is ignored for headless services');
    if (spec.sessionAffinity !== 'None') warnings.push('spec.SessionAffinity is ignored for headless services');
  }
  if (externalIPs.length > 0) warnings.push('spec.externalIPs is deprecated');
  if (type === 'ExternalName' && externalIPs.length > 0) {
    warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  }
  if (type !== 'ExternalName' && externalName !== '') {
    warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  }
  if (spec.trafficDistribution === 'PreferClose') {
    warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  }
  return warnings;
}
