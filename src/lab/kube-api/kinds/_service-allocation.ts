/** Who has which address and port of a cluster. Source: pkg/registry/core/service (ipallocator, portallocator, storage/alloc.go), 1.36. */
import type { Random } from '../../../base/index.ts';
import { resourceOf, type Service } from '../../../kubernetes/index.ts';
import { assert } from '../../../base/index.ts';
import type { Problems } from '../problems.ts';
import { internalError, invalid } from '../statuses.ts';
import type { Store, Stored } from '../store.ts';
import type { Draft } from '../types.ts';
import { parseAddress } from '../validation/_ip-fields.ts';

export type ServiceSpec = NonNullable<Draft<Service>['spec']>;

const FIRST_NODE_PORT = 30_000;
const NODE_PORTS = 2768;
// .0.1 is the API's own, .0.10 the cluster's DNS.
const RANGE = '10.0.0.0/16';
const KEPT = ['10.0.0.1', '10.0.0.10'];
const TAKEN = 'provided IP is already allocated';
const PORT_TAKEN = 'provided port is already allocated';
const PORT_OUTSIDE = `provided port is not in the valid range. The range of valid ports is ${FIRST_NODE_PORT}-${FIRST_NODE_PORT + NODE_PORTS - 1}`;

/** The Services that stand, but for the one of this place. */
function others(store: Store, place: string): ServiceSpec[] {
  return (store.list('Service') as unknown as (Stored & Draft<Service>)[]) // the kind says so
    .filter(({ metadata }) => `${metadata.namespace}/${metadata.name}` !== place)
    .flatMap(({ spec }) => (spec ? [spec] : []));
}

/** Refuses with what `problems` holds. Errors: `ApiError` 422. */
export function refuse(name: string, problems: Problems): void {
  if (problems.list.length === 0) return;
  const resource = resourceOf('Service');
  assert(resource, 'services are known');
  throw invalid(resource, name, problems.list);
}

/** Tells why an address can not be had. */
export function checkAddress(address: string, listed: readonly string[], store: Store, place: string, problems: Problems): void {
  const bytes = parseAddress(address)?.bytes ?? [];
  const tell = (why: string): void => problems.invalid('spec.clusterIPs', listed, `failed to allocate IP ${address}: ${why}`);
  if (bytes.length !== 4 || bytes[0] !== 10 || bytes[1] !== 0) return tell('the provided network does not match the current range');
  const last = (bytes[2] ?? 0) * 256 + (bytes[3] ?? 0);
  if (last === 0 || last === 65_535)
    return tell(`the provided IP (${address}) is not in the valid range. The range of valid IPs is ${RANGE}`);
  return others(store, place).some(({ clusterIP }) => clusterIP === address) ? tell(TAKEN) : undefined;
}

export function freeAddress(store: Store, random: Random, place: string): string {
  const taken = new Set(others(store, place).map(({ clusterIP }) => clusterIP));
  for (;;) {
    const address = `10.0.${random.integer(256)}.${1 + random.integer(254)}`;
    if (!taken.has(address) && !KEPT.includes(address)) return address;
  }
}

const takenPorts = (store: Store, place: string): Set<number | undefined> =>
  new Set(
    others(store, place).flatMap(({ ports = [], healthCheckNodePort }) => [...ports.map(({ nodePort }) => nodePort), healthCheckNodePort]),
  );

function portProblem(port: number, taken: ReadonlySet<number | undefined>): string | undefined {
  if (port < FIRST_NODE_PORT || port >= FIRST_NODE_PORT + NODE_PORTS) return PORT_OUTSIDE;
  return taken.has(port) ? PORT_TAKEN : undefined;
}

function freePort(taken: ReadonlySet<number | undefined>, random: Random): number {
  for (;;) {
    const candidate = FIRST_NODE_PORT + random.integer(NODE_PORTS);
    if (!taken.has(candidate)) return candidate;
  }
}

export interface PortRequest {
  readonly store: Store;
  readonly random: Random;
  readonly place: string;
  /** What the Service had before stays its own. */
  readonly own?: readonly number[];
  /** What is asked for is given, whoever else has it. */
  readonly unchecked: boolean;
}

/** Gives every port of the Service one of the nodes; ports of one number and several protocols share it. */
export function allocateNodePorts(spec: ServiceSpec, problems: Problems, { store, random, place, own = [], unchecked }: PortRequest): void {
  const taken = takenPorts(store, place);
  const shared = new Map<number, number>();
  const allocates = spec.type === 'NodePort' || spec.allocateLoadBalancerNodePorts !== false;
  for (const [index, port] of (spec.ports ?? []).entries()) {
    const asked = port.nodePort ?? 0;
    if (asked === 0 && !allocates) continue;
    const wanted = asked === 0 ? (shared.get(port.port) ?? askedElsewhere(spec, port.port)) : asked;
    if (wanted === undefined) port.nodePort = freePort(taken, random);
    else {
      const isOurs = own.includes(wanted) || [...shared.values()].includes(wanted);
      const problem = isOurs || unchecked ? undefined : portProblem(wanted, taken);
      if (problem !== undefined) problems.invalid(`spec.ports[${index}].nodePort`, wanted, problem);
      port.nodePort = wanted;
    }
    taken.add(port.nodePort);
    shared.set(port.port, port.nodePort ?? 0);
    if (problems.list.length > 0) return;
  }
}

const askedElsewhere = ({ ports = [] }: ServiceSpec, number: number): number | undefined =>
  ports.find(({ port, nodePort = 0 }) => port === number && nodePort !== 0)?.nodePort;

/** The port where load balancers ask for a node's health. Errors: `ApiError` 500, as the real one has it. */
export function allocateHealthPort(spec: ServiceSpec, { store, random, place, unchecked }: PortRequest): void {
  const taken = takenPorts(store, place);
  const asked = spec.healthCheckNodePort ?? 0;
  if (asked === 0) {
    spec.healthCheckNodePort = freePort(taken, random);
    return;
  }
  const problem = unchecked ? undefined : portProblem(asked, taken);
  if (problem !== undefined) {
    throw internalError(`Internal error occurred: failed to allocate requested HealthCheck NodePort ${asked}: ${problem}`);
  }
}
