/** Ports of the nodes as the world outside reaches them: on loopback, through a load balancer such as clouds put before the nodes. */
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { every, messageOf } from '../../base/index.ts';
import type { Cancel, Clock, Logger, Random } from '../../base/index.ts';
import type { Service, ServicePort } from '../../kubernetes/index.ts';
import { connectTo, nodeSender } from './dial.ts';
import type { Dialing } from './dial.ts';
import { createHealthProbes } from './health-probes.ts';
import type { HealthProbes } from './health-probes.ts';
import { usesNodePorts } from './service-directory.ts';

export interface LoadBalancersOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly dialing: Dialing;
}

interface Listener {
  /** Where it listens on loopback. */
  readonly wallPort: number;
  readonly stop: Cancel;
}

/** By the Service's port and its node port: another node port is another listener. */
type Ports = Map<string, Promise<Listener | undefined>>;

const LOOPBACK = '127.0.0.1';

/**
 * Serves the TCP ports of Services of the types NodePort and LoadBalancer on loopback: on the node port's own number where it is free,
 * else on any; a LoadBalancer's status says which. Each connection goes to a node that the probes hold for healthy, and there to kube-proxy.
 *
 * A dead node is sent connections until two probes (5 s apart) have failed. Source: Azure's documentation, "Load Balancer health probes";
 * AKS, "Use a public Standard Load Balancer".
 */
export function startLoadBalancers(options: LoadBalancersOptions): { stop(): Promise<void> } {
  const { clock, log, dialing } = options;
  const { api, names } = dialing;
  const services = new Map<string, Ports>();
  const connections = new Set<Socket>();
  const probes = createHealthProbes(dialing);
  const stopProbing = every(clock, probes.periodMs, () => {
    if (services.size > 0) probes.probe();
  });
  const close = async (ports: Ports): Promise<void> => {
    for (const listener of ports.values()) (await listener)?.stop();
  };

  const stopWatching = api.watch<Service>('Service', ({ type, object }) => {
    const key = `${object.metadata.namespace}/${object.metadata.name}`;
    const wanted = type === 'DELETED' ? [] : servedPorts(object);
    const open = services.get(key) ?? (new Map() as Ports);
    for (const [port, listener] of open) {
      if (wanted.some((one) => keyOf(one) === port)) continue;
      open.delete(port);
      void close(new Map([[port, listener]]));
    }
    if (wanted.length === 0) services.delete(key);
    else services.set(key, open);
    for (const port of wanted) {
      if (open.has(keyOf(port))) continue;
      const serve = (socket: Socket): void => {
        connections.add(socket);
        socket.once('close', () => connections.delete(socket));
        const service = names.directory.service(object.metadata.namespace ?? 'default', object.metadata.name);
        const current = service?.spec?.ports?.find((candidate) => candidate.port === port.port);
        if (service && current) void passOn(options, probes, { service, port: current, client: socket });
        else socket.resetAndDestroy();
      };
      open.set(keyOf(port), listenAt(port.nodePort ?? 0, serve, log));
    }
    if (type !== 'DELETED') void publish(options, object, open);
  });

  return {
    async stop() {
      stopWatching();
      stopProbing();
      for (const ports of services.values()) await close(ports);
      for (const socket of connections) socket.destroy();
    },
  };
}

const keyOf = ({ port, nodePort }: ServicePort): string => `${port}/${nodePort ?? ''}`;

function servedPorts(service: Service): readonly ServicePort[] {
  return usesNodePorts(service) ? (service.spec?.ports ?? []).filter(({ protocol = 'TCP' }) => protocol === 'TCP') : [];
}

/** Undefined when loopback has no port left, which is logged: one Service less is no reason to be without a lab. */
async function listenAt(wanted: number, serve: (socket: Socket) => void, log: Logger): Promise<Listener | undefined> {
  for (const port of wanted === 0 ? [0] : [wanted, 0]) {
    const server = createServer({ noDelay: true, allowHalfOpen: true }, serve);
    const problem = await listening(server, port);
    const address = server.address();
    if (problem === undefined && typeof address === 'object' && address !== null) {
      return { wallPort: address.port, stop: () => void server.close() };
    }
    if (port === 0) log.warning(`load balancer: can not listen on loopback: ${problem}`);
  }
  return undefined;
}

function listening(server: Server, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    server.once('error', (error) => resolve(messageOf(error)));
    server.listen(port, LOOPBACK, () => resolve(undefined));
  });
}

/** UDP has an address there too, which nothing answers. The form is the API's: a name with its owner. */
const UDP_ERROR = 'evenkeel.dev/UDPIsNotServed';

/** The address on loopback, in the Service's status: EXTERNAL-IP of `kubectl get service`. It goes when the Service is of another type. */
async function publish({ dialing: { api } }: LoadBalancersOptions, { metadata }: Service, open: Ports): Promise<void> {
  const listeners = await Promise.all(open.values());
  const { namespace, name } = metadata;
  const service = api.get<Service>('Service', namespace, name);
  if (service === undefined || service.metadata.uid !== metadata.uid) return;
  const tcp = listeners.flatMap((listener) => (listener === undefined ? [] : [{ port: listener.wallPort, protocol: 'TCP' }]));
  const udp = (service.spec?.ports ?? []).flatMap(({ port, protocol }) =>
    protocol === 'UDP' ? [{ port, protocol: 'UDP', error: UDP_ERROR }] : [],
  );
  const isBalanced = service.spec?.type === 'LoadBalancer';
  const status = isBalanced ? { ingress: [{ ip: LOOPBACK, ipMode: 'Proxy', ports: [...tcp, ...udp] }] } : {};
  const before = service.status?.loadBalancer ?? {};
  const isOurs = before.ingress?.some(({ ip }) => ip === LOOPBACK) === true;
  if (JSON.stringify(before) === JSON.stringify(status) || (!isBalanced && !isOurs)) return;
  api.modify<Service>('Service', namespace, name, (draft) => void (draft.status = { ...draft.status, loadBalancer: status }), {
    subresource: 'status',
  });
}

interface Arrival {
  readonly service: Service;
  readonly port: ServicePort;
  readonly client: Socket;
}

async function passOn({ dialing, random }: LoadBalancersOptions, probes: HealthProbes, { service, port, client }: Arrival): Promise<void> {
  const gone = new AbortController();
  client.once('close', () => gone.abort());
  client.on('error', () => {}); // 'close' follows
  try {
    const entry = await probes.choose(service, random, gone.signal);
    const choice = dialing.names.proxy(service, port, { key: LOOPBACK, node: entry, traffic: 'external' });
    if (choice.kind === 'refused') return void client.resetAndDestroy();
    const route =
      choice.kind === 'dropped' ? choice : ({ kind: 'open', host: choice.endpoint.ip, port: choice.endpoint.port, via: entry } as const);
    // Under the policy Cluster pods see the node's address, under Local the user's.
    const isLocal = service.spec?.externalTrafficPolicy === 'Local';
    const sender = isLocal ? { node: entry, party: () => ({ ip: LOOPBACK }) } : nodeSender(dialing.api, entry);
    if (dialing.reachability.isDead(entry)) await dialing.reachability.untilAlive([entry], gone.signal);
    const server = await connectTo(dialing, sender, route, gone.signal);
    server.on('error', () => client.resetAndDestroy());
    client.once('close', () => server.destroy());
    client.pipe(server).pipe(client);
  } catch {
    // Refused by the pod, or the user gave up meanwhile: either way this connection is over.
    client.resetAndDestroy();
  }
}
