/** Services: addresses, ports, defaults. Source: pkg/apis/core/v1/defaults.go, pkg/registry/core/service, 1.36. */
import type { Random } from '../../../base/index.ts';
import type { Service } from '../../../kubernetes/index.ts';
import { rulesFor } from '../kind-rules.ts';
import type { Problems } from '../problems.ts';
import type { Store, Stored } from '../store.ts';
import type { Draft } from '../types.ts';
import { fill } from './_pod-template.ts';

type Spec = NonNullable<Draft<Service>['spec']>;

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const FIRST_NODE_PORT = 30_000;
const NODE_PORTS = 2768;

const usesNodePorts = ({ type }: Spec): boolean => type === 'NodePort' || type === 'LoadBalancer';

export const serviceRules = rulesFor<Draft<Service>>({
  kind: 'Service',
  hasStatus: true,
  defaults(service) {
    const spec = (service.spec ??= {});
    fill(spec, 'sessionAffinity', 'None');
    if (spec.sessionAffinity === 'ClientIP') fill(spec, 'sessionAffinityConfig', { clientIP: { timeoutSeconds: 10_800 } });
    fill(spec, 'type', 'ClusterIP');
    for (const port of spec.ports ?? []) {
      fill(port, 'protocol', 'TCP');
      fill(port, 'targetPort', port.port);
    }
    if (spec.type !== 'ExternalName') fill(spec, 'internalTrafficPolicy', 'Cluster');
    if (usesNodePorts(spec)) fill(spec, 'externalTrafficPolicy', 'Cluster');
    if (spec.type === 'LoadBalancer') fill(spec, 'allocateLoadBalancerNodePorts', true);
  },
  onCreate(service, { store, random }) {
    const spec = (service.spec ??= {});
    service.status = { loadBalancer: {} };
    if (spec.type === 'ExternalName') return;
    const place = `${service.metadata.namespace}/${service.metadata.name}`;
    const address = spec.clusterIP ?? '';
    spec.clusterIP = address === '' ? freeAddress(store, random.fork(`cluster-ip/${place}`)) : address;
    spec.clusterIPs = [spec.clusterIP];
    fill(spec, 'ipFamilies', ['IPv4']);
    fill(spec, 'ipFamilyPolicy', 'SingleStack');
    if (usesNodePorts(spec)) allocateNodePorts(spec, store, random.fork(`node-port/${place}`));
    if (needsHealthPort(spec)) fill(spec, 'healthCheckNodePort', freeNodePort(store, random.fork(`health-port/${place}`)));
  },
  onUpdate(service, previous, { store, random }) {
    const spec = (service.spec ??= {});
    const old = previous.spec ?? {};
    if (spec.type === 'ExternalName') return;
    const place = `${service.metadata.namespace}/${service.metadata.name}`;
    if ((spec.clusterIP ?? '') === '') spec.clusterIP = old.clusterIP ?? freeAddress(store, random.fork(`cluster-ip/${place}`));
    spec.clusterIPs = [spec.clusterIP ?? ''];
    fill(spec, 'ipFamilies', old.ipFamilies ?? ['IPv4']);
    fill(spec, 'ipFamilyPolicy', old.ipFamilyPolicy ?? 'SingleStack');
    if (!needsHealthPort(spec)) delete spec.healthCheckNodePort;
    else fill(spec, 'healthCheckNodePort', old.healthCheckNodePort ?? freeNodePort(store, random.fork(`health-port/${place}`)));
    if (!usesNodePorts(spec)) return;
    for (const port of spec.ports ?? []) {
      const same = old.ports?.find(({ port: number, protocol }) => number === port.port && protocol === port.protocol);
      if (port.nodePort === undefined && same?.nodePort !== undefined) port.nodePort = same.nodePort;
    }
    allocateNodePorts(spec, store, random.fork(`node-port/${place}`));
  },
  validate({ spec = {} }, problems, previous) {
    if (spec.type !== undefined && !TYPES.includes(spec.type)) problems.unsupported('spec.type', spec.type, TYPES);
    const headless = spec.clusterIP === 'None';
    if ((spec.ports ?? []).length === 0 && !headless && spec.type !== 'ExternalName') problems.required('spec.ports');
    validatePorts(spec, problems);
    const before = previous?.spec?.clusterIP;
    if (before !== undefined && previous?.spec?.type !== 'ExternalName' && spec.type !== 'ExternalName' && before !== spec.clusterIP) {
      problems.invalid('spec.clusterIPs[0]', spec.clusterIPs, 'may not change once set');
    }
  },
});

function validatePorts(spec: Spec, problems: Problems): void {
  const ports = spec.ports ?? [];
  for (const [index, { name, port, protocol = 'TCP' }] of ports.entries()) {
    const at = `spec.ports[${index}]`;
    if (ports.length > 1 && (name ?? '') === '') problems.required(`${at}.name`);
    if (port < 1 || port > 65_535) problems.invalid(`${at}.port`, port, 'must be between 1 and 65535, inclusive');
    if (!['SCTP', 'TCP', 'UDP'].includes(protocol)) problems.unsupported(`${at}.protocol`, protocol, ['SCTP', 'TCP', 'UDP']);
    const earlier = ports.slice(0, index);
    if (name !== undefined && earlier.some((other) => other.name === name)) problems.duplicate(`${at}.name`, name);
  }
}

// 10.0.0.0/16: .0.1 is the API's own, .0.10 the cluster's DNS.
function freeAddress(store: Store, random: Random): string {
  const taken = new Set(specs(store).map(({ clusterIP }) => clusterIP));
  for (;;) {
    const address = `10.0.${random.integer(256)}.${1 + random.integer(254)}`;
    if (!taken.has(address) && address !== '10.0.0.10' && address !== '10.0.0.1') return address;
  }
}

/** Load balancers ask there whether a node has endpoints of its own. */
const needsHealthPort = ({ type, externalTrafficPolicy }: Spec): boolean => type === 'LoadBalancer' && externalTrafficPolicy === 'Local';

const takenNodePorts = (store: Store): Set<number | undefined> =>
  new Set(specs(store).flatMap(({ ports = [], healthCheckNodePort }) => [...ports.map(({ nodePort }) => nodePort), healthCheckNodePort]));

function freeNodePort(store: Store, random: Random): number {
  const taken = takenNodePorts(store);
  for (;;) {
    const candidate = FIRST_NODE_PORT + random.integer(NODE_PORTS);
    if (!taken.has(candidate)) return candidate;
  }
}

function allocateNodePorts(spec: Spec, store: Store, random: Random): void {
  const taken = takenNodePorts(store);
  for (const port of spec.ports ?? []) {
    while (port.nodePort === undefined || port.nodePort === 0) {
      const candidate = FIRST_NODE_PORT + random.integer(NODE_PORTS);
      if (!taken.has(candidate)) port.nodePort = candidate;
    }
    taken.add(port.nodePort);
  }
}

const specs = (store: Store): readonly Spec[] =>
  (store.list('Service') as unknown as (Stored & Draft<Service>)[]).flatMap(({ spec }) => (spec ? [spec] : [])); // the kind says so
