import { z } from 'zod';
import { kubernetesActivity } from './_activity.ts';
import { choosePods, POD, podChoice } from './_pods.ts';

export const terminatePods = kubernetesActivity({
  name: 'kubernetes/terminate-pods',
  kind: 'action',
  summary: 'Delete pods; their controllers replace them.',
  aliases: ['chaosk8s.pod.actions.terminate_pods'],
  parameters: z.object({ ...podChoice, grace_period: z.number().int().default(-1).describe('seconds; -1 = as the pod says') }),
  permissions: ['pods: list, delete'],
  run: async (args, context) => {
    const pods = await choosePods(args, context);
    for (const { metadata } of pods) {
      const grace = args.grace_period >= 0 ? { gracePeriodSeconds: args.grace_period } : {};
      await context.client.delete(POD, metadata.namespace, metadata.name, { ...grace, signal: context.signal });
    }
    return pods.map(({ metadata }) => metadata.name);
  },
});
