/** A kubelet for every Node of the lab. */
import type { Clock, Logger, Random } from '../../base/index.ts';
import type { Event, KubeObject, Node, Pod } from '../../kubernetes/index.ts';
import { ApiError, type LabApi, type PodAccess } from '../kube-api/index.ts';
import type { LabNetwork } from '../network/index.ts';
import { Consoles } from './consoles.ts';
import { NodeAgent } from './node-agent.ts';
import { createPodAccess, createReach, type ReachKubelet } from './pod-access.ts';
import { PodAddresses } from './pod-addresses.ts';
import { PodLogStore, type PodLogs } from './pod-logs.ts';
import { timestamp } from './pod-status.ts';
import type { NodeRoom } from './pod-worker.ts';
import { DEFAULT_KUBELET_TIMING, type KubeletTiming } from './timing.ts';
import type { ProgramFor } from './types.ts';
import { UsageMeter, type NodeUse } from './usage-meter.ts';

export interface KubeletsOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** With both, containers are programs that serve on the network; without, pods only pretend. */
  readonly network?: LabNetwork;
  readonly programFor?: ProgramFor;
  readonly timing?: Partial<KubeletTiming>;
}

export interface Kubelets {
  /** `off`: the machine lost power now. `on`: it is powered; the kubelet posts after its boot. Unknown nodes are ignored. */
  setPower(node: string, power: 'off' | 'on'): void;
  readonly logs: PodLogs;
  /** Exec, attach and port-forward. */
  readonly access: PodAccess;
  /** Waits for the kubelet of a pod as long as the API server does. */
  readonly reach: ReachKubelet;
  /** What runs on a node uses; undefined when its kubelet does not answer. */
  use(node: string): NodeUse | undefined;
  stop(): void;
}

/** Starts a kubelet for each Node there is and each that comes. */
export function startKubelets(api: LabApi, options: KubeletsOptions): Kubelets {
  const agents = new Map<string, NodeAgent>();
  const logs = new PodLogStore(options.clock);
  const cancels = [
    api.watch<Node>('Node', ({ type, object }) => {
      const { name } = object.metadata;
      if (type === 'DELETED') {
        agents.get(name)?.stop();
        agents.delete(name);
      } else if (!agents.has(name)) {
        const agent = new NodeAgent(roomOf(api, options, logs, object));
        agents.set(name, agent);
        for (const pod of api.list<Pod>('Pod', { index: { by: 'spec.nodeName', value: name } })) agent.podChanged(pod);
      }
    }),
    api.watch<Pod>('Pod', ({ type, object }) => {
      const agent = agents.get(object.spec?.nodeName ?? '');
      if (type === 'DELETED') agent?.podGone(object);
      else agent?.podChanged(object);
    }),
  ];
  const nodes = { api, clock: options.clock, logs, nodeOf: (name: string) => agents.get(name), nodes: () => [...agents.values()] };
  return {
    logs,
    access: createPodAccess(nodes),
    reach: createReach(nodes),
    use: (node) => {
      const agent = agents.get(node);
      if (agent?.isOn !== true) return undefined;
      return agent.room.usage.read(api.list<Pod>('Pod', { index: { by: 'spec.nodeName', value: node } }), options.clock.now());
    },
    setPower: (node, power) => (power === 'off' ? agents.get(node)?.powerOff() : agents.get(node)?.powerOn()),
    stop: () => {
      for (const cancel of cancels) cancel();
      for (const agent of agents.values()) agent.stop();
      agents.clear();
    },
  };
}

function roomOf(api: LabApi, options: KubeletsOptions, logs: PodLogStore, node: Node): NodeRoom {
  const { clock, random, log, network, programFor, timing } = options;
  const { name } = node.metadata;
  const write = (object: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string, container?: string): void =>
    writeEvent(api, { object, type, reason, message, host: name, fieldPath: fieldPathOf(object, container) });
  const room: NodeRoom = {
    api,
    clock,
    random,
    log,
    timing: { ...DEFAULT_KUBELET_TIMING, ...timing },
    node: name,
    hostIP: node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '',
    addresses: new PodAddresses(node.spec?.podCIDR ?? cidrOf(api, name)),
    images: new Set((node.status?.images ?? []).flatMap(({ names }) => names ?? [])),
    logs,
    consoles: new Consoles(),
    usage: new UsageMeter(Date.parse(node.metadata.creationTimestamp ?? '') || clock.now()),
    event: write,
    nodeEvent: write,
  };
  return network && programFor ? Object.assign(room, { network, programFor }) : room;
}

/** A node without a podCIDR gets one by its place among the nodes. */
function cidrOf(api: LabApi, name: string): string {
  const index = api.list<Node>('Node').findIndex(({ metadata }) => metadata.name === name);
  return `10.${244 + Math.floor(index / 256)}.${index % 256}.0/24`;
}

interface EventInput {
  readonly object: KubeObject;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly host: string;
  /** The part of the object that the event is about. */
  readonly fieldPath: string | undefined;
}

/** Source: pkg/kubelet/container/ref.go, fieldPath. */
function fieldPathOf(object: KubeObject, container: string | undefined): string | undefined {
  if (container === undefined) return undefined;
  const { spec } = object as Pod; // events of containers are told of pods alone
  const lists = ['containers', 'initContainers', 'ephemeralContainers'] as const;
  const list = lists.find((one) => spec?.[one]?.some(({ name }) => name === container));
  return list && `spec.${list}{${container}}`;
}

const EVENTS_SEEN = new WeakMap<LabApi, Map<string, { readonly namespace: string; readonly name: string }>>();

/** Repeats are counted on one event, as client-go's recorder does. */
function writeEvent(api: LabApi, { object, type, reason, message, host, fieldPath }: EventInput): void {
  const seen = EVENTS_SEEN.get(api) ?? new Map<string, { readonly namespace: string; readonly name: string }>();
  EVENTS_SEEN.set(api, seen);
  const { name, uid = '', namespace = 'default' } = object.metadata;
  const key = `${uid}/${fieldPath ?? ''}/${reason}/${message}`;
  const now = timestamp(api.clock.now());
  const before = seen.get(key);
  const repeated =
    before &&
    api.modify<Event>('Event', before.namespace, before.name, (draft) => {
      draft.count = (draft.count ?? 1) + 1;
      draft.lastTimestamp = now;
    });
  if (repeated) return;
  const suffix = (BigInt(Math.round(api.clock.now() * 1000)) * 1000n + BigInt(seen.size % 1000)).toString(16);
  try {
    const made = api.create<Event>('Event', {
      metadata: { name: `${name}.${suffix}`, namespace },
      involvedObject: {
        apiVersion: object.apiVersion ?? 'v1',
        kind: object.kind ?? 'Pod',
        name,
        namespace,
        uid,
        ...(fieldPath !== undefined && { fieldPath }),
      },
      type,
      reason,
      message,
      source: { component: 'kubelet', host },
      reportingComponent: 'kubelet',
      reportingInstance: host,
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    });
    seen.set(key, { namespace, name: made.metadata.name });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}
