import { kubernetesActivity } from './_activity.ts';
import { chooseNodes, nodeParameters, setUnschedulable } from './_nodes.ts';

export const uncordonNode = kubernetesActivity({
  name: 'kubernetes/uncordon-node',
  kind: 'action',
  summary: 'Let pods onto nodes again: one by name, those with a label, or all.',
  aliases: ['chaosk8s.node.actions.uncordon_node'],
  parameters: nodeParameters,
  permissions: ['nodes: list, patch'],
  run: async (args, context) => {
    const names = (await chooseNodes(args, context)).map(({ metadata }) => metadata.name);
    for (const name of names) await setUnschedulable(context.client, name, false, context.signal);
    return names;
  },
});
