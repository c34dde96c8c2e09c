import type { Campaign } from './campaign.ts';

/** Every campaign; only the one that is asked for is loaded. */
export const CAMPAIGNS: Readonly<Record<string, () => Promise<Campaign>>> = {
  'api-model': async () => (await import('./api-model.ts')).apiModel,
  crash: async () => (await import('./crash.ts')).crash,
  fuzz: async () => (await import('./fuzz.ts')).fuzz,
  informer: async () => (await import('./informer.ts')).informer,
  kubectl: async () => (await import('./kubectl.ts')).kubectl,
  placement: async () => (await import('./placement.ts')).placement,
  'real-cluster': async () => (await import('./real-cluster.ts')).realCluster,
  'undo-fault': async () => (await import('./undo-fault.ts')).undoFault,
  'undo-log': async () => (await import('./undo-log.ts')).undoLog,
};
