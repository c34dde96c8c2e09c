import { resolve } from 'node:path';
import type { CommandContext } from '../context.ts';

/** The environment in which drivers find the cluster that `--kubeconfig` and `--context` name: else a fault would act on another one. */
export function clusterEnv({ env, globals, cwd }: Pick<CommandContext, 'env' | 'globals' | 'cwd'>): CommandContext['env'] {
  const { kubeconfig, context } = globals;
  return {
    ...env,
    ...(kubeconfig === undefined ? {} : { KUBECONFIG: resolve(cwd, kubeconfig) }),
    ...(context === undefined ? {} : { KUBERNETES_CONTEXT: context }),
  };
}
