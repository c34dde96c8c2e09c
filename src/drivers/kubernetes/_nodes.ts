/** Choosing nodes, and what they tell of themselves. */
import { z } from 'zod';
import type { KubernetesClient } from '../../clients/index.ts';
import type { Node, Pod } from '../../kubernetes/index.ts';
import { failed, kind, selectors } from './_activity.ts';
import type { KubernetesContext } from './_activity.ts';

export const nodeParameters = z.object({
  name: z.string().nullish().describe('name of the node'),
  label_selector: z.string().nullish().describe('label selector of nodes'),
});

export const NODE = kind('Node');
const POD = kind('Pod');

/** Name of the undo that makes nodes schedulable again. */
export const UNCORDON_UNDO = 'kubernetes/uncordon-nodes';

export interface NodeChoice {
  readonly name?: string | null | undefined;
  readonly label_selector?: string | null | undefined;
  readonly pod_label_selector?: string | null | undefined;
  readonly pod_namespace?: string | null | undefined;
  readonly count?: number | null | undefined;
}

/** The nodes that a choice means; `count` picks different ones at random. Errors: `TARGET_FAILED` when there is none. */
export async function chooseNodes(choice: NodeChoice, { client, random, signal }: KubernetesContext): Promise<Node[]> {
  const byName = choice.name ? `metadata.name=${choice.name}` : undefined;
  let { items } = await client.list<Node>(NODE, { ...selectors(choice.label_selector, byName), signal });
  if (choice.pod_label_selector && choice.pod_namespace) {
    const pods = await client.list<Pod>(POD, { namespace: choice.pod_namespace, labelSelector: choice.pod_label_selector, signal });
    const hosts = new Set(pods.items.map(({ spec }) => spec?.nodeName));
    items = items.filter(({ metadata }) => hosts.has(metadata.name));
  }
  if (items.length === 0) throw failed('failed to find a node that matches selector');
  return choice.count ? random.sample(items, choice.count) : items;
}

/** The status of a node's condition: `True`, `False`, `Unknown`; undefined when the node does not tell. */
export function conditionOf(node: Node, type: string): string | undefined {
  return node.status?.conditions?.find((condition) => condition.type === type)?.status;
}

/** Writes down how to uncordon, then cordons. Nodes that are cordoned already are not written down: they stay so. */
export async function cordon(nodes: readonly Node[], context: KubernetesContext): Promise<string[]> {
  const { client, undo, signal } = context;
  const names = nodes.map(({ metadata }) => metadata.name);
  const touched = nodes.filter(({ spec }) => spec?.unschedulable !== true).map(({ metadata }) => metadata.name);
  if (touched.length > 0) {
    await undo.plan({
      undo: UNCORDON_UNDO,
      state: { server: client.target.server, nodes: touched },
      summary: `make ${touched.join(', ')} schedulable again`,
      targets: touched.map((name) => `kubernetes:${client.target.server}/nodes/${name}`),
    });
  }
  for (const name of names) await setUnschedulable(client, name, true, signal);
  return names;
}

export async function setUnschedulable(client: KubernetesClient, name: string, unschedulable: boolean, signal: AbortSignal): Promise<void> {
  await client.patch(NODE, undefined, name, { spec: { unschedulable } }, { type: 'strategic', signal });
}
