export { nodeObject } from './node-object.ts';
export type { NodeObjectOptions } from './node-object.ts';
export type { LogLine, LogTarget, PodLogs } from './pod-logs.ts';
export { startKubelets } from './start-kubelets.ts';
export type { Kubelets, KubeletsOptions } from './start-kubelets.ts';
export { DEFAULT_KUBELET_TIMING } from './timing.ts';
export type { KubeletTiming } from './timing.ts';
export type * from './types.ts';
