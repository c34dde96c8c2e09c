import { kubernetesActivity } from './_activity.ts';
import { chooseNodes, cordon, nodeParameters, UNCORDON_UNDO } from './_nodes.ts';

export const cordonNode = kubernetesActivity({
  name: 'kubernetes/cordon-node',
  kind: 'action',
  summary: 'Let no new pods onto nodes: one by name, those with a label, or all.',
  aliases: ['chaosk8s.node.actions.cordon_node'],
  parameters: nodeParameters,
  permissions: ['nodes: list, patch'],
  undo: UNCORDON_UNDO,
  run: async (args, context) => cordon(await chooseNodes(args, context), context),
});
