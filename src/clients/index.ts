export type * from './types.ts';
export { createKubernetesClient } from './kubernetes/create-kubernetes-client.ts';
export type { KubernetesSession } from './kubernetes/create-kubernetes-client.ts';
export type { ExecOutcome } from './kubernetes/exec-in-container.ts';
export type { KubernetesLogin } from './kubernetes/kubernetes-login.ts';
export { loadKubeconfig } from './kubernetes/load-kubeconfig.ts';
export { httpStatusOf } from './kubernetes/status-error.ts';
export { createArmClient, resolveAzureLogin } from './arm/index.ts';
