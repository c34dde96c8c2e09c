import type { Journal } from '../experiment/index.ts';
import type { JournalSections } from './types.ts';

const LISTS = ['prediction', 'journeys', 'timeline', 'faults'] as const;

/**
 * The sections that other rooms left in a journal. Their inside is trusted (we wrote it), their presence is not:
 * a journal of the original tool has none, one of a newer version may hold something else.
 */
export function sectionsOf(journal: Journal): JournalSections {
  const raw = journal.evenkeel?.sections;
  if (raw === undefined || raw === null) return {};
  const lists = Object.fromEntries(LISTS.flatMap((name) => (Array.isArray(raw[name]) ? [[name, raw[name]]] : [])));
  const spread = raw['spread'];
  const hasSpread = typeof spread === 'object' && spread !== null && 'nodes' in spread && 'workloads' in spread;
  return { ...lists, ...(hasSpread ? { spread } : {}) } as JournalSections; // written by `evenkeel run` from this very type
}
