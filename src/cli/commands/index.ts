import type { CommandEntry } from '../command.ts';

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  { name: 'info', summary: 'versions, folders and what this machine offers', load: async () => (await import('./info.ts')).infoCommand },
];
