import type { Journal } from '../experiment/index.ts';

/**
 * Fills in what a journal lacks: one that a crash cut off, or that an old version or another program wrote.
 * Nothing is made up: absent lists become empty ones.
 */
export function wholeJournal(journal: Partial<Journal> & Pick<Journal, 'experiment'>): Journal {
  const states: Partial<Journal['steady_states']> = journal.steady_states ?? {};
  return {
    'chaoslib-version': 'unknown',
    platform: '',
    node: '',
    start: '',
    status: 'aborted',
    end: '',
    duration: 0,
    ...journal,
    deviated: journal.deviated ?? false,
    steady_states: { before: states.before ?? null, after: states.after ?? null, during: states.during ?? [] },
    run: journal.run ?? [],
    rollbacks: journal.rollbacks ?? [],
  };
}
