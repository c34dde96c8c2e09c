import type { Campaign } from './campaign.ts';

/** Every campaign; only the one that is asked for is loaded. */
export const CAMPAIGNS: Readonly<Record<string, () => Promise<Campaign>>> = {
  crash: async () => (await import('./crash.ts')).crash,
  fuzz: async () => (await import('./fuzz.ts')).fuzz,
  informer: async () => (await import('./informer.ts')).informer,
  'undo-log': async () => (await import('./undo-log.ts')).undoLog,
};
