export { quotaUsage } from './admission/quota-usage-in.ts';
export { serveKubeApi } from './http/serve-kube-api.ts';
export type { LogRequest, PodLogs, ServedKubeApi, ServeOptions, TokenEntry } from './http/types.ts';
export { createLabApi } from './lab-api.ts';
export type { LabApiOptions } from './lab-api.ts';
export { ApiError } from './types.ts';
export type * from './types.ts';
export type { CommandIo, ContainerTarget, PodAccess } from './streams/types.ts';
