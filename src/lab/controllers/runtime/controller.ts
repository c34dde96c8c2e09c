/** What every controller of the lab is: a name and a start. */
import type { Cancel, Clock, Logger, Random } from '../../../base/index.ts';
import type { LabApi } from '../../kube-api/index.ts';
import type { EventRecorder } from './event-recorder.ts';

/**
 * Periods and limits of the control plane, in milliseconds of lab time unless named otherwise.
 *
 * Source of the defaults: kube-controller-manager's flags of Kubernetes 1.36 (`failure-clock.md` for what was measured).
 */
export interface ControllerTiming {
  /** From a change in the API to a controller's answer: watch delivery and work queue. */
  readonly reactionMs: number;
  /** One write of a controller that writes many objects in a row. */
  readonly writeMs: number;
  readonly nodeMonitorGraceMs: number;
  readonly nodeMonitorPeriodMs: number;
  /** Until the first pass of the node monitor; undefined = one period. */
  readonly nodeMonitorPhaseMs: number | undefined;
  /** How often queued nodes are looked at for the NoExecute taint. */
  readonly nodeEvictionPeriodMs: number;
  /** Nodes per second and zone that get the NoExecute taint. */
  readonly nodeEvictionRate: number;
  readonly secondaryNodeEvictionRate: number;
  readonly unhealthyZoneFraction: number;
  /** A zone in partial disruption is evicted from (slowly) only when it has more nodes than this. */
  readonly largeClusterNodes: number;
  readonly podGcPeriodMs: number;
  readonly podGcPhaseMs: number | undefined;
  /** How long the pods of a deleted node are left alone. */
  readonly podGcQuarantineMs: number;
  readonly terminatedPodThreshold: number;
  readonly jobSyncBatchMs: number;
  readonly jobBackoffMs: number;
  /** What the cloud's disks take: to be made, to be attached to a machine, to be detached from one. */
  readonly provisionMs: number;
  readonly attachMs: number;
  readonly detachMs: number;
  /** How long a volume stays with a silent node that never said it was unmounted. */
  readonly forceDetachMs: number;
  readonly autoscalerPeriodMs: number;
  /** The highest recommendation within this time is kept when scaling down. */
  readonly downscaleStabilizationMs: number;
  /** Between two looks of the cloud's node controller. */
  readonly cloudNodePeriodMs: number;
  /** How old the cloud provider's knowledge of a stopped machine may be: up to ten minutes on Azure. */
  readonly cloudCacheMs: number;
}

export const DEFAULT_CONTROLLER_TIMING: ControllerTiming = {
  reactionMs: 10,
  writeMs: 12,
  nodeMonitorGraceMs: 50_000,
  nodeMonitorPeriodMs: 5_000,
  nodeMonitorPhaseMs: undefined,
  nodeEvictionPeriodMs: 100,
  nodeEvictionRate: 0.1,
  secondaryNodeEvictionRate: 0.01,
  unhealthyZoneFraction: 0.55,
  largeClusterNodes: 50,
  podGcPeriodMs: 20_000,
  podGcPhaseMs: undefined,
  podGcQuarantineMs: 40_000,
  terminatedPodThreshold: 12_500,
  jobSyncBatchMs: 1_000,
  jobBackoffMs: 10_000,
  provisionMs: 3_000,
  attachMs: 8_000,
  detachMs: 8_000,
  forceDetachMs: 360_000,
  autoscalerPeriodMs: 15_000,
  downscaleStabilizationMs: 300_000,
  cloudNodePeriodMs: 5_000,
  cloudCacheMs: 60_000,
};

/** What the cloud says of the machine behind a node. */
export type MachineState = 'running' | 'stopped' | 'gone';

export interface ControllerContext {
  readonly api: LabApi;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly timing: ControllerTiming;
  /** The minor version that is played: before 1.26 no disruption conditions, and NoExecute one monitor pass later. */
  readonly minor: number;
  readonly machineState: ((node: string) => MachineState) | undefined;
  /** One recorder a component, always the same. */
  readonly recorder: (component: string) => EventRecorder;
}

export interface Controller {
  readonly name: string;
  readonly summary: string;
  start(context: ControllerContext): Cancel;
}
