/** Faults and probes on Kubernetes. The engine is given descriptors; nothing is contacted until one runs. */
import { type ActivityDescriptor, toActivityDescriptor, toUndoDescriptor, type UndoDescriptor } from '../../experiment/index.ts';
import { type Connect, type KubernetesActivity, withKubernetes } from './_activity.ts';
import { connectToKubernetes } from './_connect.ts';
import { availabilityProbes } from './availability-probes.ts';
import { chaosMeshActivities } from './chaos-mesh.ts';
import { cordonNode } from './cordon-node.ts';
import { countPods } from './count-pods.ts';
import { customObjectActivities } from './custom-objects.ts';
import { deleteObjectUndo } from './delete-object-undo.ts';
import { drainNodes } from './drain-nodes.ts';
import { execInPods } from './exec-in-pods.ts';
import { networkActions } from './network-actions.ts';
import { nodeActivities } from './node-probes.ts';
import { nodeReady } from './node-ready.ts';
import { objectProbes } from './object-probes.ts';
import { podProbes } from './pod-probes.ts';
import { setReplicasUndo } from './set-replicas-undo.ts';
import { terminatePods } from './terminate-pods.ts';
import { uncordonNode } from './uncordon-node.ts';
import { uncordonNodesUndo } from './uncordon-nodes-undo.ts';
import { workloadActions } from './workload-actions.ts';

export type { Connect } from './_activity.ts';
export { connectToKubernetes } from './_connect.ts';
export { observeCluster } from './_observe-cluster.ts';
export type { ClusterEvent } from './_observe-cluster.ts';
export { waitNodeReady } from './_wait-node-ready.ts';

/** All activities and undos, signing in through `connect`. */
export function createKubernetesDriver(connect: Connect = connectToKubernetes): {
  readonly activities: readonly ActivityDescriptor[];
  readonly undos: readonly UndoDescriptor[];
} {
  const within = withKubernetes(connect);
  // One line a fault or probe, or a family of them.
  const activities: readonly KubernetesActivity[] = [
    cordonNode,
    uncordonNode,
    drainNodes,
    nodeReady,
    ...nodeActivities,
    terminatePods,
    execInPods,
    countPods,
    ...podProbes,
    ...workloadActions,
    ...availabilityProbes,
    ...networkActions,
    ...objectProbes,
    ...customObjectActivities,
    ...chaosMeshActivities,
  ];
  return {
    activities: activities.map((activity) => toActivityDescriptor(activity, within)),
    undos: [
      toUndoDescriptor(uncordonNodesUndo, within),
      toUndoDescriptor(setReplicasUndo, within),
      toUndoDescriptor(deleteObjectUndo, within),
    ],
  };
}

const driver = createKubernetesDriver();

/** Every Kubernetes fault and probe. */
export const kubernetesActivities: readonly ActivityDescriptor[] = driver.activities;
/** How what they break is mended. */
export const kubernetesUndos: readonly UndoDescriptor[] = driver.undos;
