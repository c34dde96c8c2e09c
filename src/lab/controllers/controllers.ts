/** The controllers of the lab's control plane. A new one adds its file and one line here. */
import { garbageCollector } from './garbage-collector.ts';
import { namespace } from './namespace.ts';
import { nodeLifecycle } from './nodes/node-lifecycle.ts';
import { podGarbageCollector } from './nodes/pod-garbage-collector.ts';
import { taintEviction } from './nodes/taint-eviction.ts';
import type { Controller } from './runtime/controller.ts';
import { endpointSlice } from './services/endpoint-slice.ts';
import { endpoints } from './services/endpoints.ts';
import { deployment } from './workloads/deployment.ts';
import { daemonSet } from './workloads/daemon-set.ts';
import { disruption } from './workloads/disruption.ts';
import { replicaSet } from './workloads/replica-set.ts';
import { statefulSet } from './workloads/stateful-set.ts';

export const CONTROLLERS: readonly Controller[] = [
  namespace,
  deployment,
  replicaSet,
  statefulSet,
  daemonSet,
  disruption,
  nodeLifecycle,
  taintEviction,
  podGarbageCollector,
  endpointSlice,
  endpoints,
  garbageCollector,
];
