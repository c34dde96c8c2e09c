/** Exec, attach and port-forward as a node's kubelet answers them, and what a silent node answers. */
import type { Duplex } from 'node:stream';
import { EvenkeelError, type Clock } from '../../base/index.ts';
import type { Node, Pod } from '../../kubernetes/index.ts';
import { ApiError, type CommandIo, type ContainerTarget, type LabApi, type PodAccess } from '../kube-api/index.ts';
import { runOf, untilEnded } from './container-life.ts';
import { insideOf } from './inside-of.ts';
import { kubeletPage } from './kubelet-pages.ts';
import type { NodeRoom, ProgramRoom } from './pod-worker.ts';
import type { LogLine, PodLogs } from './pod-logs.ts';
import { runCommand } from './shell/index.ts';

/** How long the API server tries to connect to a kubelet. Source: pkg/kubelet/client, `Dial` (1.36). */
const DIAL_LIMIT_MS = 30_000;
const KUBELET_PORT = 10_250;
/** The exit code of what dies with its container. */
const KILLED = 137;

export interface ReachedNode {
  readonly isOn: boolean;
  readonly room: NodeRoom | ProgramRoom;
}

export interface PodAccessOptions {
  readonly api: LabApi;
  readonly clock: Clock;
  readonly logs: PodLogs;
  readonly nodeOf: (name: string) => ReachedNode | undefined;
  readonly nodes: () => readonly ReachedNode[];
}

/** Waits for a kubelet as the API server does. `what` begins the message of its `ApiError`: the address is `ip:port`. */
export type ReachKubelet = (pod: Pod | undefined, what: (address: string) => string, signal: AbortSignal) => Promise<void>;

export function createReach({ api, clock, nodeOf }: Omit<PodAccessOptions, 'logs' | 'nodes'>): ReachKubelet {
  return async (pod, what, signal) => {
    const name = pod?.spec?.nodeName ?? '';
    if (nodeOf(name)?.isOn === true) return;
    const addresses = api.get<Node>('Node', undefined, name)?.status?.addresses;
    const address = `${addresses?.find(({ type }) => type === 'InternalIP')?.address ?? name}:${KUBELET_PORT}`;
    await clock.sleep(DIAL_LIMIT_MS, signal).catch(() => {});
    if (nodeOf(name)?.isOn !== true) throw failure(500, `${what(address)}dial tcp ${address}: i/o timeout`);
  };
}

const failure = (code: number, message: string): ApiError =>
  new ApiError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    code,
    ...(code === 501 && { reason: 'NotImplemented' }),
  });

export function createPodAccess(options: PodAccessOptions): PodAccess {
  const { api, nodeOf } = options;
  const reach = createReach(options);
  const podOf = ({ namespace, pod }: Omit<ContainerTarget, 'container'>): Pod | undefined => api.get<Pod>('Pod', namespace, pod);
  const roomOf = (target: Omit<ContainerTarget, 'container'>): { pod: Pod; node: ReachedNode; room: ProgramRoom } => {
    const pod = podOf(target);
    const node = nodeOf(pod?.spec?.nodeName ?? '');
    if (pod === undefined || node === undefined) throw new Error(`container not found ("${target.pod}")`);
    if (!('programFor' in node.room)) throw failure(501, 'this lab runs no programs in its pods (--without-programs)');
    return { pod, node, room: node.room };
  };
  return {
    async ready(target, signal) {
      const pod = podOf(target);
      await reach(pod, () => 'error dialing backend: ', signal);
      roomOf(target);
      return runOf(podOf(target), target.container) === undefined ? `container not found ("${target.container}")` : undefined;
    },
    async exec(target, command, io) {
      const { pod, node, room } = roomOf(target);
      const life = untilEnded(api, target, io.signal);
      try {
        const killed = life.ended.then(() => KILLED);
        const running = runCommand(insideOf(room, pod, target.container), command, { ...io, signal: life.signal });
        const code = await Promise.race([running, killed]);
        // Nobody hears from a node that went down meanwhile.
        if (node.isOn) return code;
        await untilGone(io.signal);
        return code;
      } finally {
        life.stop();
      }
    },
    async attach(target, io) {
      const node = nodeOf(podOf(target)?.spec?.nodeName ?? '');
      const process = node?.room.consoles.get(target);
      await (process === undefined ? attach(options, target, io) : process.attach(io));
      if (node?.isOn === false) await untilGone(io.signal);
    },
    async ended(target, signal) {
      const first = podOf(target)?.spec?.containers[0]?.name ?? '';
      const life = untilEnded(api, { ...target, container: first }, signal, { isPod: true });
      await life.ended;
      life.stop();
    },
    dial: (target, signal) => dialFromControlPlane(options, target, signal),
    async askKubelet(name, path, signal) {
      if (nodeOf(name)?.isOn !== true) await reach({ metadata: { name: '' }, spec: { nodeName: name, containers: [] } }, () => '', signal);
      const node = nodeOf(name);
      if (node === undefined) throw new Error(`dial tcp: lookup ${name}: no such host`);
      return kubeletPage(api, node.room, path);
    },
    async connect(target, port, signal) {
      const { pod, room } = roomOf(target);
      const address = { host: pod.status?.podIP ?? '', port };
      try {
        return await room.network.connect({ kind: 'node', node: room.node }, address, signal);
      } catch (error) {
        if (!(error instanceof EvenkeelError)) throw error;
        const where = `failed to connect to localhost:${port} inside namespace "${pod.metadata.uid}"`;
        throw new Error(`${where}, IPv4: dial tcp4 127.0.0.1:${port}: connect: connection refused`, { cause: error });
      }
    },
  };
}

/** Packets of the control plane enter the network at the node that they are for. */
async function dialFromControlPlane(
  { clock, nodeOf, nodes }: PodAccessOptions,
  { host, port, node }: { readonly host: string; readonly port: number; readonly node: string | undefined },
  signal: AbortSignal,
): Promise<Duplex> {
  const entry = nodeOf(node ?? '') ?? nodes().find(({ isOn }) => isOn);
  if (entry === undefined || !('programFor' in entry.room))
    throw failure(501, 'this lab runs no programs in its pods (--without-programs)');
  const limit = new AbortController();
  const giveUp = (): void => limit.abort();
  const cancel = clock.after(DIAL_LIMIT_MS, giveUp);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await entry.room.network.connect({ kind: 'node', node: entry.room.node }, { host, port }, limit.signal);
  } catch (error) {
    const why = limit.signal.aborted ? 'i/o timeout' : 'connect: connection refused';
    throw new Error(`dial tcp ${host}:${port}: ${why}`, { cause: error });
  } finally {
    cancel();
    signal.removeEventListener('abort', giveUp);
  }
}

/** What the container writes from now on, until it ends or the client goes. Programs of the lab read no input. */
function attach({ api, logs }: PodAccessOptions, target: ContainerTarget, io: CommandIo): Promise<void> {
  return new Promise((resolve) => {
    const tell = ({ text }: LogLine): void => io.write('stdout', `${text}${io.tty ? '\r\n' : '\n'}`);
    const cancels = [
      logs.follow(target, tell),
      api.watch<Pod>('Pod', ({ type, object }) => {
        if (object.metadata.namespace !== target.namespace || object.metadata.name !== target.pod) return;
        if (type === 'DELETED' || runOf(object, target.container) === undefined) end();
      }),
    ];
    const end = (): void => {
      for (const cancel of cancels) cancel();
      resolve();
    };
    if (io.signal.aborted) end();
    io.signal.addEventListener('abort', end, { once: true });
  });
}

const untilGone = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
