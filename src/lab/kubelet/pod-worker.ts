/** One pod on one node, as the node's kubelet sees to it. */
import type { Clock, Logger, Random } from '../../base/index.ts';
import type { Node, Pod } from '../../kubernetes/index.ts';
import type { LabApi } from '../kube-api/index.ts';
import type { LabNetwork } from '../network/index.ts';
import type { Consoles } from './consoles.ts';
import type { PodAddresses } from './pod-addresses.ts';
import type { PodLogStore } from './pod-logs.ts';
import type { KubeletTiming } from './timing.ts';
import type { ProgramFor } from './types.ts';
import type { UsageMeter } from './usage-meter.ts';

export interface PodWorker {
  /** The pod changed in the API (a deletion, above all). */
  update(pod: Pod): void;
  /** The node lost power: nothing of this pod moves any more. */
  freeze(): void;
  /** The kubelet is back; after a boot, containers start again. */
  resume(): void;
  /** The pod is gone from the API, or the lab stops. */
  dispose(): void;
}

/** What a worker has from its node. */
export interface NodeRoom {
  readonly api: LabApi;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly timing: KubeletTiming;
  readonly node: string;
  readonly hostIP: string;
  readonly addresses: PodAddresses;
  /** Images that the node has. */
  readonly images: Set<string>;
  readonly logs: PodLogStore;
  readonly usage: UsageMeter;
  readonly consoles: Consoles;
  /** With the name of a container the event is told of that container. */
  event(pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string, container?: string): void;
  nodeEvent(node: Node, type: 'Normal' | 'Warning', reason: string, message: string): void;
}

export interface ProgramRoom extends NodeRoom {
  readonly network: LabNetwork;
  readonly programFor: ProgramFor;
}
