/** Faults and probes on Kubernetes. The engine is given descriptors; nothing is contacted until one runs. */
import type { ActivityDescriptor, UndoDescriptor } from '../../experiment/index.ts';
import { toActivityDescriptor, toUndoDescriptor } from './_activity.ts';
import type { Connect } from './_activity.ts';
import { connectToKubernetes } from './_connect.ts';
import { cordonNode } from './cordon-node.ts';
import { countPods } from './count-pods.ts';
import { drainNodes } from './drain-nodes.ts';
import { nodeReady } from './node-ready.ts';
import { terminatePods } from './terminate-pods.ts';
import { uncordonNode } from './uncordon-node.ts';
import { uncordonNodesUndo } from './uncordon-nodes-undo.ts';

export type { Connect } from './_activity.ts';
export { observeCluster } from './_observe-cluster.ts';
export type { ClusterEvent, ClusterObservation, ObserveOptions } from './_observe-cluster.ts';
export { waitNodeReady } from './_wait-node-ready.ts';
export type { NodeReadiness } from './_wait-node-ready.ts';

/** All activities and undos, signing in through `connect`. */
export function createKubernetesDriver(connect: Connect = connectToKubernetes): {
  readonly activities: readonly ActivityDescriptor[];
  readonly undos: readonly UndoDescriptor[];
} {
  // One line a fault or probe.
  const activities = [
    activity(cordonNode, connect),
    activity(uncordonNode, connect),
    activity(drainNodes, connect),
    activity(nodeReady, connect),
    activity(terminatePods, connect),
    activity(countPods, connect),
  ];
  return { activities, undos: [toUndoDescriptor(uncordonNodesUndo, connect)] };
}

const activity = toActivityDescriptor;
const driver = createKubernetesDriver();

/** Every Kubernetes fault and probe. */
export const kubernetesActivities: readonly ActivityDescriptor[] = driver.activities;
/** How what they break is mended. */
export const kubernetesUndos: readonly UndoDescriptor[] = driver.undos;
