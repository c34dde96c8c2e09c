import { createInterface } from 'node:readline';
import type { InterruptionKind } from '../experiment/index.ts';
import { chaosMain } from './chaos/index.ts';
import { clockFor } from './lab-session.ts';
import { stateFolder } from './state-folder.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2'] as const;

/** Runs the Chaos Toolkit's command line on this process, and leaves with its exit code. */
export async function main(argv: readonly string[]): Promise<never> {
  const code = await chaosMain(argv, {
    env: process.env,
    get cwd() {
      return process.cwd();
    },
    clock: clockFor(process.env),
    stateFolder: stateFolder(process.env),
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    lines: () => createInterface({ input: process.stdin }),
    onSignal: listen,
    changeFolder: (path) => process.chdir(path),
    drivers: async () => {
      const [azure, kubernetes] = await Promise.all([import('../drivers/azure/index.ts'), import('../drivers/kubernetes/index.ts')]);
      return {
        activities: [...azure.azureActivities, ...kubernetes.kubernetesActivities],
        undos: [...azure.azureUndos, ...kubernetes.kubernetesUndos],
      };
    },
  });
  process.exit(code);
}

function listen(handle: (kind: InterruptionKind) => void): () => void {
  const listeners = SIGNALS.map((signal) => [signal, (): void => handle(signal)] as const);
  for (const [signal, listener] of listeners) process.on(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener);
  };
}
