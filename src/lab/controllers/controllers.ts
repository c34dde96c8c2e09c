/** The controllers of the lab's control plane. A new one adds its file and one line here. */
import { garbageCollector } from './garbage-collector.ts';
import { namespace } from './namespace.ts';
import { cloudNodeLifecycle } from './nodes/cloud-node-lifecycle.ts';
import { nodeLifecycle } from './nodes/node-lifecycle.ts';
import { podGarbageCollector } from './nodes/pod-garbage-collector.ts';
import { taintEviction } from './nodes/taint-eviction.ts';
import { resourceQuota } from './quota/resource-quota.ts';
import type { Controller } from './runtime/controller.ts';
import { attachDetach } from './storage/attach-detach.ts';
import { ephemeralVolumes } from './storage/ephemeral-volumes.ts';
import { persistentVolumes } from './storage/persistent-volumes.ts';
import { claimProtection, volumeProtection } from './storage/protection.ts';
import { volumeExpansion } from './storage/volume-expansion.ts';
import { endpointSlice } from './services/endpoint-slice.ts';
import { endpointSliceMirroring } from './services/endpoint-slice-mirroring.ts';
import { endpoints } from './services/endpoints.ts';
import { deployment } from './workloads/deployment.ts';
import { cronJob } from './workloads/cron-job.ts';
import { daemonSet } from './workloads/daemon-set.ts';
import { horizontalPodAutoscaler } from './workloads/horizontal-pod-autoscaler.ts';
import { disruption } from './workloads/disruption.ts';
import { job } from './workloads/job.ts';
import { replicaSet } from './workloads/replica-set.ts';
import { statefulSet } from './workloads/stateful-set.ts';

export const CONTROLLERS: readonly Controller[] = [
  namespace,
  deployment,
  replicaSet,
  statefulSet,
  daemonSet,
  job,
  cronJob,
  horizontalPodAutoscaler,
  disruption,
  nodeLifecycle,
  taintEviction,
  podGarbageCollector,
  cloudNodeLifecycle,
  persistentVolumes,
  claimProtection,
  volumeProtection,
  ephemeralVolumes,
  volumeExpansion,
  attachDetach,
  endpointSlice,
  endpointSliceMirroring,
  endpoints,
  resourceQuota,
  garbageCollector,
];
