import { z } from 'zod';
import { EvenkeelError } from '../../base/index.ts';
import { patiently } from '../../experiment/index.ts';
import { kind, kubernetesUndo } from './_activity.ts';
import { REPLICAS_UNDO, replicasOf } from './_objects.ts';

/** Gives a workload back the replicas that it had. Verified is the number wanted, not that they are ready. */
export const setReplicasUndo = kubernetesUndo({
  name: REPLICAS_UNDO,
  summary: 'Scale a workload back to the replicas that it had.',
  state: z.object({ server: z.string(), kind: z.string(), namespace: z.string(), name: z.string(), replicas: z.number() }),
  run: async ({ server, kind: kindName, namespace, name, replicas }, context) => {
    const { client, signal } = context;
    if (client.target.server !== server) {
      throw new EvenkeelError(
        'INVALID_INPUT',
        `${namespace}/${name} was scaled at ${server}, but the kubeconfig leads to ${client.target.server}`,
        {
          blame: 'input',
          hint: 'Use the kubeconfig and the context that the run had.',
        },
      );
    }
    const resource = kind(kindName);
    const who = `${kindName} ${namespace}/${name}`;
    const look = () => patiently(() => replicasOf(resource, namespace, name, context), context);
    const before = await look();
    if (before === undefined) return { mended: true, alreadyDone: true, detail: [`${who}: no longer there`] };
    if (before === replicas) return { mended: true, alreadyDone: true, detail: [`${who}: ${replicas} replicas already`] };
    await patiently(() => client.patch(resource, namespace, name, { spec: { replicas } }, { type: 'merge', signal }), context);
    const after = await look();
    return { mended: after === replicas, alreadyDone: false, detail: [`${who}: ${after} replicas`] };
  },
});
