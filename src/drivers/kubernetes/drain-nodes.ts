import { z } from 'zod';
import { EvenkeelError } from '../../base/index.ts';
import type { Pod } from '../../kubernetes/index.ts';
import { failed, kind, kubernetesActivity } from './_activity.ts';
import type { KubernetesContext } from './_activity.ts';
import { chooseNodes, cordon, UNCORDON_UNDO } from './_nodes.ts';

const POD = kind('Pod');
/** As kubectl does. */
const RETRY_MS = 5_000;
const POLL_MS = 2_000;
const MIRROR = 'kubernetes.io/config.mirror';

const parameters = z.object({
  name: z.string().nullish().describe('name of the node'),
  label_selector: z.string().nullish().describe('label selector of nodes'),
  delete_pods_with_local_storage: z.boolean().default(false).describe('evict pods with an emptyDir too; else they are left where they are'),
  timeout: z.number().positive().default(120).describe('seconds for each node'),
  count: z.number().int().positive().nullish().describe('this many of the matching nodes, at random'),
  pod_label_selector: z.string().nullish().describe('only nodes with such pods (with pod_namespace)'),
  pod_namespace: z.string().nullish().describe('only nodes with pods of this namespace (with pod_label_selector)'),
});

/**
 * Cordons nodes and evicts their pods, as `kubectl drain` does: pods of DaemonSets and static pods stay, and a disruption budget without
 * room is waited for until the time limit. Errors: `TARGET_FAILED` for a pod that nothing would replace, `TIMED_OUT`.
 */
export const drainNodes = kubernetesActivity({
  name: 'kubernetes/drain-nodes',
  kind: 'action',
  summary: 'Cordon nodes and evict their pods, within their disruption budgets.',
  aliases: ['chaosk8s.node.actions.drain_nodes'],
  parameters,
  permissions: ['nodes: list, patch', 'pods: list, get', 'pods/eviction: create'],
  undo: UNCORDON_UNDO,
  run: async (args, context) => {
    const names = await cordon(await chooseNodes(args, context), context);
    for (const name of names) await drain(name, args, context);
    return names;
  },
});

async function drain(node: string, args: z.infer<typeof parameters>, context: KubernetesContext): Promise<void> {
  const { client, clock, signal } = context;
  const deadlineMs = clock.now() + args.timeout * 1000;
  const { items } = await client.list<Pod>(POD, { fieldSelector: `spec.nodeName=${node}`, signal });
  const leaving = items.filter((pod) => mustLeave(pod, args.delete_pods_with_local_storage));
  for (const pod of leaving) await evict(pod, node, deadlineMs, context);
  for (const pod of leaving) {
    while (await isStillThere(pod, context)) {
      if (clock.now() >= deadlineMs)
        throw new EvenkeelError(
          'TIMED_OUT',
          `node ${node} is not drained within ${args.timeout} s: pod ${pod.metadata.name} is still there`,
          { blame: 'target' },
        );
      await clock.sleep(POLL_MS, signal);
    }
  }
}

/** Errors: `TARGET_FAILED` for a pod without a controller: nothing would bring it back. */
function mustLeave({ metadata, spec, status }: Pod, withLocalStorage: boolean): boolean {
  if (metadata.annotations?.[MIRROR] !== undefined) return false;
  const controller = metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (controller?.kind === 'DaemonSet') return false;
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return true;
  if (!withLocalStorage && spec?.volumes?.some(({ emptyDir }) => emptyDir !== undefined)) return false;
  if (controller !== undefined) return true;
  throw failed(`Pod '${metadata.name}' on node '${spec?.nodeName}' is unmanaged: nothing would replace it, cannot drain this node`);
}

async function evict(pod: Pod, node: string, deadlineMs: number, { client, clock, log, signal }: KubernetesContext): Promise<void> {
  const { name, namespace = 'default' } = pod.metadata;
  for (;;) {
    try {
      return await client.evict(namespace, name, { signal });
    } catch (thrown) {
      if (!(thrown instanceof EvenkeelError)) throw thrown;
      if (thrown.code === 'NOT_FOUND') return;
      if (thrown.code !== 'CONFLICT' || clock.now() + RETRY_MS > deadlineMs) throw failed(`Failed to evict pod ${name}: ${thrown.message}`);
      log.info(`pod ${name} of node ${node} may not leave yet: ${thrown.message}`);
      await clock.sleep(RETRY_MS, signal);
    }
  }
}

async function isStillThere({ metadata }: Pod, { client, signal }: KubernetesContext): Promise<boolean> {
  try {
    const now = await client.get<Pod>(POD, metadata.namespace, metadata.name, signal);
    return now.metadata.uid === metadata.uid;
  } catch (thrown) {
    if (thrown instanceof EvenkeelError && thrown.code === 'NOT_FOUND') return false;
    throw thrown;
  }
}
