/** What nodes say of themselves, and two faults that take the Node object. */
import { z } from 'zod';
import type { Node } from '../../kubernetes/index.ts';
import { groupVersionOf, resourcePath } from '../../kubernetes/index.ts';
import { kubernetesActivity, labelParameter, selectors } from './_activity.ts';
import type { KubernetesActivity, KubernetesContext } from './_activity.ts';
import { chooseNodes, conditionOf, NODE } from './_nodes.ts';

const byLabel = z.object({ label_selector: labelParameter });
const listed = async (label: string | null | undefined, { client, signal }: KubernetesContext): Promise<Node[]> =>
  (await client.list<Node>(NODE, { ...selectors(label), signal })).items;

const getNodes = kubernetesActivity({
  name: 'kubernetes/get-nodes',
  kind: 'probe',
  summary: 'The nodes, as the API lists them.',
  aliases: ['chaosk8s.node.probes.get_nodes'],
  parameters: byLabel,
  permissions: ['nodes: list'],
  run: ({ label_selector }, { client, signal }) => client.request('GET', resourcePath(NODE), { query: selectors(label_selector), signal }),
});

const getAllNodeStatusConditions = kubernetesActivity({
  name: 'kubernetes/get-all-node-status-conditions',
  kind: 'probe',
  summary: 'The conditions of each node, by type.',
  aliases: ['chaosk8s.node.probes.get_all_node_status_conditions'],
  parameters: byLabel,
  permissions: ['nodes: list'],
  run: async ({ label_selector }, context) =>
    (await listed(label_selector, context)).map(({ metadata, status }) => ({
      name: metadata.name,
      ...Object.fromEntries((status?.conditions ?? []).map((condition) => [condition.type, condition.status])),
    })),
});

const allNodesMustBeReady = kubernetesActivity({
  name: 'kubernetes/all-nodes-must-be-ready-to-schedule',
  kind: 'probe',
  summary: 'Whether every node is Ready. Cordoned nodes pass; so does a cluster without nodes.',
  aliases: ['chaosk8s.node.probes.all_nodes_must_be_ready_to_schedule'],
  parameters: byLabel,
  permissions: ['nodes: list'],
  run: async ({ label_selector }, context) =>
    (await listed(label_selector, context)).every((node) => conditionOf(node, 'Ready') === 'True'),
});

const verifyNodesCondition = kubernetesActivity({
  name: 'kubernetes/verify-nodes-condition',
  kind: 'probe',
  summary: 'Whether a condition has a value on every node.',
  aliases: ['chaosk8s.node.probes.verify_nodes_condition'],
  parameters: z.object({
    condition_type: z.string().default('PIDPressure'),
    condition_value: z.string().default('False'),
    label_selector: labelParameter,
  }),
  permissions: ['nodes: list'],
  run: async ({ condition_type, condition_value, label_selector }, context) =>
    (await listed(label_selector, context)).every((node) => (conditionOf(node, condition_type) ?? condition_value) === condition_value),
});

const nodesMustBeHealthy = kubernetesActivity({
  name: 'kubernetes/nodes-must-be-healthy',
  kind: 'probe',
  summary: 'Whether every node is Ready and no other of its conditions is True.',
  aliases: ['chaosk8s.node.probes.nodes_must_be_healthy'],
  parameters: byLabel,
  permissions: ['nodes: list'],
  run: async ({ label_selector }, context) =>
    (await listed(label_selector, context)).every(({ status }) =>
      (status?.conditions ?? []).every((condition) => condition.status === (condition.type === 'Ready' ? 'True' : 'False')),
    ),
});

const deleteNodes = kubernetesActivity({
  name: 'kubernetes/delete-nodes',
  kind: 'action',
  summary: 'Delete Node objects (not their machines): the first that matches, some at random, or all.',
  aliases: ['chaosk8s.node.actions.delete_nodes'],
  parameters: z.object({
    label_selector: labelParameter,
    all: z.boolean().default(false),
    rand: z.boolean().default(false),
    count: z.number().int().positive().nullish(),
    grace_period_seconds: z.number().int().nonnegative().nullish(),
    pod_label_selector: z.string().nullish(),
    pod_namespace: z.string().nullish(),
  }),
  permissions: ['nodes: list, delete', 'pods: list'],
  run: async (args, context) => {
    const { client, random, signal } = context;
    const candidates = await chooseNodes({ ...args, count: null }, context);
    const count = args.count ?? 1;
    const chosen = args.all ? candidates : args.rand || args.count ? random.sample(candidates, count) : candidates.slice(0, 1);
    const grace =
      args.grace_period_seconds === null || args.grace_period_seconds === undefined
        ? {}
        : { gracePeriodSeconds: args.grace_period_seconds };
    for (const { metadata } of chosen) await client.delete(NODE, undefined, metadata.name, { ...grace, signal });
    return chosen.map(({ metadata }) => metadata.name);
  },
});

const createNode = kubernetesActivity({
  name: 'kubernetes/create-node',
  kind: 'action',
  summary: 'Create a Node object (not a machine).',
  aliases: ['chaosk8s.node.actions.create_node'],
  parameters: z.object({ meta: z.record(z.string(), z.unknown()).nullish(), spec: z.record(z.string(), z.unknown()).nullish() }),
  permissions: ['nodes: create'],
  run: ({ meta, spec }, { client, signal }) =>
    client.request('POST', resourcePath(NODE), {
      body: { apiVersion: groupVersionOf(NODE), kind: 'Node', metadata: meta ?? {}, spec: spec ?? {} },
      signal,
    }),
});

/** One line each. */
export const nodeActivities: readonly KubernetesActivity[] = [
  getNodes,
  getAllNodeStatusConditions,
  allNodesMustBeReady,
  verifyNodesCondition,
  nodesMustBeHealthy,
  deleteNodes,
  createNode,
];
