/** Asks the cloud about unready nodes: taints those whose machine is stopped, deletes those whose machine is gone. Source: cloud-provider controllers/nodelifecycle. */
import { every, type Cancel } from '../../../base/index.ts';
import type { Node } from '../../../kubernetes/index.ts';
import type { Controller } from '../runtime/controller.ts';
import { guarded } from '../runtime/guarded.ts';
import { readyOf } from './node-health.ts';
import { hasTaint, SHUTDOWN, swapTaints } from './taints.ts';

const NAME = 'cloud-node-lifecycle-controller';
const BELONGINGS = [
  ['CSINode', undefined],
  ['Lease', 'kube-node-lease'],
] as const;
const TAINT = { key: SHUTDOWN, effect: 'NoSchedule' };

export const cloudNodeLifecycle: Controller = {
  name: NAME,
  summary: 'Taints nodes whose machine is shut down, and deletes nodes whose machine no longer exists.',
  start(context) {
    const { api, clock, machineState, recorder, timing } = context;
    if (machineState === undefined) return () => {};
    const stoppedSince = new Map<string, number>();
    const look = (node: Node): void => {
      const { name } = node.metadata;
      if (readyOf(node) === 'True') {
        stoppedSince.delete(name);
        if (hasTaint(node, TAINT)) swapTaints(api, name, { remove: [TAINT] }, clock.now());
        return;
      }
      const state = machineState(name);
      if (state === 'gone') {
        recorder(NAME).event(node, 'Normal', 'DeletingNode', `Deleting node ${name} because it does not exist in the cloud provider`);
        api.delete('Node', undefined, name);
        // What belongs to a node goes with it, and no kubelet is left that would make it again.
        for (const [kind, namespace] of BELONGINGS) if (api.get(kind, namespace, name)) api.delete(kind, namespace, name);
      } else if (state === 'stopped') {
        const sinceMs = stoppedSince.get(name) ?? clock.now();
        stoppedSince.set(name, sinceMs);
        // The provider answers from a cache, so it takes a while until it knows.
        if (clock.now() - sinceMs >= timing.cloudCacheMs && !hasTaint(node, TAINT)) swapTaints(api, name, { add: [TAINT] }, clock.now());
      }
    };
    const lookSafely = guarded(context.log, NAME, look);
    const cancel: Cancel = every(clock, timing.cloudNodePeriodMs, () => api.list<Node>('Node').forEach((node) => lookSafely(node)));
    return cancel;
  },
};
