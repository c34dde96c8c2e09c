export type * from './types.ts';
export { createKubernetesClient } from './kubernetes/create-kubernetes-client.ts';
export type { KubernetesClientOptions } from './kubernetes/create-kubernetes-client.ts';
export type { Credentials, KubernetesLogin } from './kubernetes/kubernetes-login.ts';
export { loadKubeconfig } from './kubernetes/load-kubeconfig.ts';
export type { KubeconfigChoice } from './kubernetes/load-kubeconfig.ts';
export { httpStatusOf } from './kubernetes/status-error.ts';
export { armCodeOf, createArmClient, resolveAzureLogin } from './arm/index.ts';
export type { ArmClientOptions, AzureLogin, AzureLoginSources } from './arm/index.ts';
