export { askHealth, whyUnhealthy } from './grpc-probe.ts';
export { nodeObject } from './node-object.ts';
export type { ReachKubelet } from './pod-access.ts';
export type { LogLine, PodLogs } from './pod-logs.ts';
export { startKubelets } from './start-kubelets.ts';
export type { Kubelets } from './start-kubelets.ts';
export type * from './types.ts';
export type { ContainerUse, NodeUse } from './usage-meter.ts';
