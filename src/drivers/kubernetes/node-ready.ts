import { z } from 'zod';
import { kubernetesActivity } from './_activity.ts';
import { waitNodeReady } from './_wait-node-ready.ts';

export const nodeReady = kubernetesActivity({
  name: 'kubernetes/node-ready',
  kind: 'probe',
  summary: 'Whether a node is Ready, now or within a time.',
  aliases: [],
  parameters: z.object({ name: z.string(), timeout: z.number().nonnegative().default(0).describe('seconds to wait at most') }),
  permissions: ['nodes: list, watch'],
  run: async ({ name, timeout }, { client, clock, signal }) =>
    (await waitNodeReady(client, name, { clock, limitMs: Math.max(1_000, timeout * 1000), signal })).ready,
});
