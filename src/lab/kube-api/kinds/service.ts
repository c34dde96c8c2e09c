/** Services: defaults, addresses, ports. Source: pkg/apis/core/v1/defaults.go, pkg/registry/core/service, 1.36. */
import type { Random } from '../../../base/index.ts';
import type { Service } from '../../../kubernetes/index.ts';
import { sameJson } from '../json.ts';
import { rulesFor, type RuleContext } from '../kind-rules.ts';
import { Problems } from '../problems.ts';
import type { Draft } from '../types.ts';
import { validateAddresses } from '../validation/service-addresses.ts';
import { isReachableFromOutside, needsHealthPort } from '../validation/_service-fields.ts';
import { serviceWarnings, validateService } from '../validation/service.ts';
import { fill } from './_pod-template.ts';
import { allocateHealthPort, allocateNodePorts, checkAddress, freeAddress, refuse, type ServiceSpec } from './_service-allocation.ts';

const usesNodePorts = ({ type }: ServiceSpec): boolean => type === 'NodePort' || type === 'LoadBalancer';
const usesAddress = ({ type }: ServiceSpec): boolean => type !== 'ExternalName';
const placeOf = ({ metadata }: Draft<Service>): string => `${metadata.namespace}/${metadata.name}`;

export const serviceRules = rulesFor<Draft<Service>>({
  kind: 'Service',
  hasStatus: true,
  defaults(service) {
    const spec = (service.spec ??= {});
    if ((spec.sessionAffinity ?? '') === '') spec.sessionAffinity = 'None';
    if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
    if (spec.sessionAffinity === 'ClientIP' && spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined) {
      spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: 10_800 } };
    }
    if ((spec.type ?? '') === '') spec.type = 'ClusterIP';
    for (const port of spec.ports ?? []) {
      if ((port.protocol ?? '') === '') port.protocol = 'TCP';
      if ((port.targetPort ?? 0) === 0 || port.targetPort === '') port.targetPort = port.port;
    }
    if (isReachableFromOutside(spec) && (spec.externalTrafficPolicy ?? '') === '') spec.externalTrafficPolicy = 'Cluster';
    if (usesNodePorts(spec) || spec.type === 'ClusterIP') fill(spec, 'internalTrafficPolicy', 'Cluster');
    if (spec.type === 'LoadBalancer') fill(spec, 'allocateLoadBalancerNodePorts', true);
  },
  onCreate(service, context) {
    const spec = (service.spec ??= {});
    service.status = { loadBalancer: {} };
    if ((spec.clusterIP ?? '') !== '' && (spec.clusterIPs ?? []).length === 0) spec.clusterIPs = [spec.clusterIP ?? ''];
    else if ((spec.clusterIP ?? '') === '' && spec.clusterIPs?.[0] !== undefined) spec.clusterIP = spec.clusterIPs[0];
    allocate(service, context, undefined);
  },
  onUpdate(service, previous, context) {
    const spec = (service.spec ??= {});
    const old = previous.spec ?? {};
    keepAllocated(spec, old);
    syncAddresses(spec, old);
    dropUnneeded(spec, old);
    allocate(service, context, old);
  },
  validate: validateService,
  warnings: serviceWarnings,
});

/** What a client left out of an update, and the Service has. Source: patchAllocatedValues. */
function keepAllocated(spec: ServiceSpec, old: ServiceSpec): void {
  if (usesAddress(old) && usesAddress(spec)) {
    if ((spec.clusterIP ?? '') === '' && old.clusterIP !== undefined) spec.clusterIP = old.clusterIP;
    if ((spec.clusterIPs ?? []).length === 0 && spec.clusterIP === old.clusterIP && old.clusterIPs) spec.clusterIPs = [...old.clusterIPs];
    if (spec.clusterIP === old.clusterIP) {
      if (old.ipFamilies && (spec.ipFamilies ?? []).length === 0) spec.ipFamilies = [...old.ipFamilies];
      if (old.ipFamilyPolicy !== undefined) fill(spec, 'ipFamilyPolicy', old.ipFamilyPolicy);
    }
  }
  if (usesNodePorts(old) && usesNodePorts(spec)) {
    const used = (spec.ports ?? []).map(({ nodePort }) => nodePort).filter((port) => (port ?? 0) !== 0);
    for (const port of spec.ports ?? []) {
      const before = old.ports?.find(({ name = '' }) => name === (port.name ?? ''))?.nodePort;
      if ((port.nodePort ?? 0) === 0 && before !== undefined && !used.includes(before)) port.nodePort = before;
    }
  }
  if (needsHealthPort(old) && needsHealthPort(spec) && old.healthCheckNodePort !== undefined) {
    fill(spec, 'healthCheckNodePort', old.healthCheckNodePort);
  }
}

/** Of the two forms of the same addresses one may be written alone. Source: normalizeClusterIPs. */
function syncAddresses(spec: ServiceSpec, old: ServiceSpec): void {
  const sameList = sameJson(spec.clusterIPs ?? [], old.clusterIPs ?? []);
  if (spec.clusterIP !== old.clusterIP && sameList) {
    if ((spec.clusterIP ?? '') === '') delete spec.clusterIPs;
    else spec.clusterIPs = [spec.clusterIP ?? ''];
  } else if (spec.clusterIP === old.clusterIP && !sameList) {
    const [first] = spec.clusterIPs ?? [];
    if (first === undefined) delete spec.clusterIP;
    else if ((spec.clusterIPs ?? []).length > 0 && (old.clusterIP ?? '') === '') spec.clusterIP = first;
  }
}

/** What the new type has no use for goes, if it was left as it was. Source: dropTypeDependentFields. */
function dropUnneeded(spec: ServiceSpec, old: ServiceSpec): void {
  if (usesAddress(old) && !usesAddress(spec)) {
    if (sameJson(spec.clusterIPs ?? [], old.clusterIPs ?? []) || spec.clusterIP === old.clusterIP) {
      delete spec.clusterIP;
      delete spec.clusterIPs;
    }
    if (sameJson(spec.ipFamilies, old.ipFamilies)) delete spec.ipFamilies;
    if (spec.ipFamilyPolicy === old.ipFamilyPolicy) delete spec.ipFamilyPolicy;
  }
  const portsOf = ({ ports = [] }: ServiceSpec): unknown => ports.map(({ nodePort }) => nodePort ?? 0);
  if (usesNodePorts(old) && !usesNodePorts(spec) && sameJson(portsOf(spec), portsOf(old))) {
    for (const port of spec.ports ?? []) delete port.nodePort;
  }
  if (needsHealthPort(old) && !needsHealthPort(spec) && spec.healthCheckNodePort === old.healthCheckNodePort)
    delete spec.healthCheckNodePort;
  if (old.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    if (spec.allocateLoadBalancerNodePorts === old.allocateLoadBalancerNodePorts) delete spec.allocateLoadBalancerNodePorts;
    if (spec.loadBalancerClass === old.loadBalancerClass) delete spec.loadBalancerClass;
  }
  if (isReachableFromOutside(old) && !isReachableFromOutside(spec) && spec.externalTrafficPolicy === old.externalTrafficPolicy) {
    delete spec.externalTrafficPolicy;
  }
}

/** Families, addresses and ports. Errors: `ApiError` 422 when they can not be had. */
function allocate(service: Draft<Service>, { store, random, isSeeding = false }: RuleContext, old: ServiceSpec | undefined): void {
  const spec = (service.spec ??= {});
  const place = placeOf(service);
  const problems = new Problems();
  if (usesAddress(spec)) {
    if (!isSeeding) {
      validateAddresses(spec, problems);
      refuse(service.metadata.name, problems);
    }
    initFamilies(spec, problems, isSeeding);
    refuse(service.metadata.name, problems);
    giveAddress(spec, problems, { place, store, random, isSeeding, old });
    refuse(service.metadata.name, problems);
  }
  const request = { store, random: random.fork(`node-port/${place}`), place, unchecked: isSeeding };
  if (usesNodePorts(spec)) {
    const own = usesNodePorts(old ?? {}) ? (old?.ports ?? []).flatMap(({ nodePort }) => (nodePort === undefined ? [] : [nodePort])) : [];
    allocateNodePorts(spec, problems, { ...request, own });
    refuse(service.metadata.name, problems);
  }
  if (needsHealthPort(spec) && !needsHealthPort(old ?? {})) {
    allocateHealthPort(spec, { ...request, random: random.fork(`health-port/${place}`) });
  }
}

/** The cluster has addresses of version 4 alone. Source: initIPFamilyFields. */
function initFamilies(spec: ServiceSpec, problems: Problems, isSeeding: boolean): void {
  const families = spec.ipFamilies ?? [];
  const addresses = spec.clusterIPs ?? [];
  fill(spec, 'ipFamilyPolicy', addresses.length === 2 || families.length === 2 ? 'RequireDualStack' : 'SingleStack');
  if (isSeeding) {
    fill(spec, 'ipFamilies', ['IPv4']);
    return;
  }
  if (spec.ipFamilyPolicy === 'SingleStack') {
    const text = (field: string): string => `must be RequireDualStack or PreferDualStack when multiple '${field}' are specified`;
    if (addresses.length === 2) problems.invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, text('clusterIPs'));
    if (families.length === 2) problems.invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, text('ipFamilies'));
  }
  for (const [index, address] of addresses.entries()) {
    if (address === 'None' || families[index] !== undefined || !address.includes(':')) continue;
    problems.invalid(`spec.clusterIPs[${index}]`, addresses, 'IPv6 is not configured on this cluster');
  }
  if (problems.list.length > 0) return;
  if (spec.clusterIP === 'None' && Object.keys(spec.selector ?? {}).length === 0) {
    if (families.length === 0) spec.ipFamilies = ['IPv4'];
    const [first = 'IPv4', second] = spec.ipFamilies ?? [];
    if (second === undefined && spec.ipFamilyPolicy !== 'SingleStack') spec.ipFamilies = [first, first === 'IPv4' ? 'IPv6' : 'IPv4'];
    return;
  }
  if (spec.ipFamilyPolicy === 'RequireDualStack') {
    problems.invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, 'this cluster is not configured for dual-stack services');
  }
  for (const [index, family] of families.entries()) {
    if (family !== 'IPv4') problems.invalid(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster');
  }
  if (families.length === 0) spec.ipFamilies = ['IPv4'];
}

interface AddressRequest extends RuleContext {
  readonly place: string;
  readonly old: ServiceSpec | undefined;
}

/** A new Service gets an address, and one that was a mere name. */
function giveAddress(
  spec: ServiceSpec,
  problems: Problems,
  { place, store, random, isSeeding = false, old }: Omit<AddressRequest, 'clock'>,
): void {
  const asked = spec.clusterIPs ?? [];
  if (asked[0] === 'None') return;
  const isNew = old === undefined || !usesAddress(old);
  if (isNew && asked[0] !== undefined) {
    if (!isSeeding) checkAddress(asked[0], asked, store, place, problems);
    return;
  }
  if (asked.length > 0 || (old?.clusterIP ?? '') !== '') {
    if (!isNew) return;
  }
  spec.clusterIP = freeAddress(store, fork(random, place), place);
  spec.clusterIPs = [spec.clusterIP];
}

const fork = (random: Random, place: string): Random => random.fork(`cluster-ip/${place}`);
