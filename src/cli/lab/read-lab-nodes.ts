import { createKubernetesClient, loadKubeconfig } from '../../clients/index.ts';
import { resourceOf, type Node, type Pod, type Resource } from '../../kubernetes/index.ts';
import type { CommandContext } from '../context.ts';

/** A node of the running lab, as its Kubernetes API shows it. */
export interface LabNodeState {
  readonly name: string;
  readonly zone: string;
  /** `Ready`, `NotReady`, `Unknown`; with `SchedulingDisabled` when it is cordoned. */
  readonly status: string;
  readonly pods: number;
}

const LIMIT_MS = 5_000;

/** Errors: `UNREACHABLE`, `TIMED_OUT` when the lab's process does not answer. */
export async function readLabNodes(kubeconfig: string, context: CommandContext): Promise<readonly LabNodeState[]> {
  const login = await loadKubeconfig({ env: context.env, path: kubeconfig });
  const client = createKubernetesClient(login, { clock: context.clock, log: context.log, defaultTimeoutMs: LIMIT_MS });
  try {
    const [nodes, pods] = await Promise.all([client.list<Node>(kind('Node')), client.list<Pod>(kind('Pod'))]);
    return nodes.items.map((node) => stateOf(node, pods.items));
  } finally {
    client.close();
  }
}

function kind(name: string): Resource {
  const found = resourceOf(name);
  if (found === undefined) throw new TypeError(`no kind ${name}`);
  return found;
}

const READY: Readonly<Record<string, string>> = { True: 'Ready', False: 'NotReady' };

function stateOf({ metadata, spec, status }: Node, pods: readonly Pod[]): LabNodeState {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status ?? 'Unknown';
  return {
    name: metadata.name,
    zone: metadata.labels?.['topology.kubernetes.io/zone'] ?? '',
    status: `${READY[ready] ?? 'Unknown'}${spec?.unschedulable === true ? ',SchedulingDisabled' : ''}`,
    pods: pods.filter((pod) => pod.spec?.nodeName === metadata.name).length,
  };
}
