import { z } from 'zod';
import type { Pod } from '../../kubernetes/index.ts';
import { kubernetesActivity, namespaceParameter } from './_activity.ts';
import { POD } from './_pods.ts';

export const countPods = kubernetesActivity({
  name: 'kubernetes/count-pods',
  kind: 'probe',
  summary: 'Number of pods with a label, of all phases or one.',
  aliases: ['chaosk8s.pod.probes.count_pods'],
  parameters: z.object({ label_selector: z.string(), phase: z.string().nullish(), ns: namespaceParameter }),
  permissions: ['pods: list'],
  run: async ({ label_selector, phase, ns }, { client, signal }) => {
    const { items } = await client.list<Pod>(POD, { namespace: ns, labelSelector: label_selector, signal });
    return items.filter(({ status }) => !phase || status?.phase === phase).length;
  },
});
