import { z } from 'zod';
import { EvenkeelError } from '../../base/index.ts';
import { patiently } from '../../experiment/index.ts';
import { kubernetesUndo } from './_activity.ts';
import { DELETE_UNDO } from './_objects.ts';

const GONE_WITHIN_MS = 60_000;
const POLL_MS = 1_000;

/** Deletes what a fault created, and looks whether it is gone. */
export const deleteObjectUndo = kubernetesUndo({
  name: DELETE_UNDO,
  summary: 'Delete an object that a run created.',
  state: z.object({ server: z.string(), path: z.string() }),
  run: async ({ server, path }, context) => {
    const { client, clock, signal } = context;
    if (client.target.server !== server) {
      throw new EvenkeelError('INVALID_INPUT', `${path} was created at ${server}, but the kubeconfig leads to ${client.target.server}`, {
        blame: 'input',
        hint: 'Use the kubeconfig and the context that the run had.',
      });
    }
    const isThere = async (method: string): Promise<boolean> => {
      try {
        await patiently(() => client.request(method, path, { signal }), context);
        return true;
      } catch (thrown) {
        if (thrown instanceof EvenkeelError && thrown.code === 'NOT_FOUND') return false;
        throw thrown;
      }
    };
    if (!(await isThere('DELETE'))) return { mended: true, alreadyDone: true, detail: [`${path}: gone already`] };
    const deadlineMs = clock.now() + GONE_WITHIN_MS;
    while (await isThere('GET')) {
      if (clock.now() > deadlineMs) return { mended: false, alreadyDone: false, detail: [`${path}: still there`] };
      await clock.sleep(POLL_MS, signal);
    }
    return { mended: true, alreadyDone: false, detail: [`${path}: deleted`] };
  },
});
