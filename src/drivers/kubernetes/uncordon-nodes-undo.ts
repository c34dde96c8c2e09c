import { z } from 'zod';
import { EvenkeelError, messageOf } from '../../base/index.ts';
import { patiently } from '../../experiment/index.ts';
import type { Node } from '../../kubernetes/index.ts';
import { kubernetesUndo } from './_activity.ts';
import { NODE, setUnschedulable, UNCORDON_UNDO } from './_nodes.ts';

/** Makes nodes schedulable again and looks whether they are. A node that is gone needs no mending. */
export const uncordonNodesUndo = kubernetesUndo({
  name: UNCORDON_UNDO,
  summary: 'Make the nodes schedulable again that a run cordoned.',
  state: z.object({ server: z.string(), nodes: z.array(z.string()) }),
  run: async ({ server, nodes }, context) => {
    const { client, signal } = context;
    if (client.target.server !== server) {
      throw new EvenkeelError(
        'INVALID_INPUT',
        `the nodes were cordoned at ${server}, but the kubeconfig leads to ${client.target.server}`,
        {
          blame: 'input',
          hint: 'Use the kubeconfig and the context that the run had.',
        },
      );
    }
    const isCordoned = async (name: string): Promise<boolean> => {
      const { spec } = await client.get<Node>(NODE, undefined, name, signal);
      return spec?.unschedulable === true;
    };
    const results = await Promise.all(
      nodes.map(async (name) => {
        try {
          if (!(await patiently(() => isCordoned(name), context)))
            return { ok: true, touched: false, line: `node ${name}: schedulable already` };
          await patiently(() => setUnschedulable(client, name, false, signal), context);
          const still = await patiently(() => isCordoned(name), context);
          return { ok: !still, touched: true, line: `node ${name}: ${still ? 'still cordoned' : 'schedulable'}` };
        } catch (thrown) {
          const gone = thrown instanceof EvenkeelError && thrown.code === 'NOT_FOUND';
          return { ok: gone, touched: false, line: gone ? `node ${name}: no longer there` : `node ${name}: ${messageOf(thrown)}` };
        }
      }),
    );
    return {
      mended: results.every(({ ok }) => ok),
      alreadyDone: results.every(({ ok, touched }) => ok && !touched),
      detail: results.map(({ line }) => line),
    };
  },
});
