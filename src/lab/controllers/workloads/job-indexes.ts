/** Indexes of Indexed Jobs, and the text that they are told in. Source: pkg/controller/job/indexed_job_utils.go (Kubernetes 1.36). */
import type { Job, Pod } from '../../../kubernetes/index.ts';

export const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index';
/** How often the index failed before this pod. */
export const FAILURE_COUNT = 'batch.kubernetes.io/job-index-failure-count';

export const isIndexed = ({ spec }: Job): boolean => spec?.completionMode === 'Indexed';

/** The pod's index; undefined for pods without one. */
export function indexOf({ metadata }: Pod): number | undefined {
  const text = metadata.annotations?.[COMPLETION_INDEX];
  return text === undefined || !/^\d+$/.test(text) ? undefined : Number(text);
}

/** `1,3-5,7`: three or more in a row are joined; two stand beside each other. */
export function formatIndexes(indexes: ReadonlySet<number>): string {
  const sorted = [...indexes].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let at = 0; at < sorted.length;) {
    let end = at;
    while (sorted[end + 1] === (sorted[end] ?? 0) + 1) end++;
    const [first, last] = [sorted[at] ?? 0, sorted[end] ?? 0];
    parts.push(end === at ? `${first}` : end === at + 1 ? `${first},${last}` : `${first}-${last}`);
    at = end + 1;
  }
  return parts.join(',');
}

/** Indexes of `completions` and beyond are left out, as are parts that can not be read. */
export function parseIndexes(text: string | undefined, completions: number): Set<number> {
  const indexes = new Set<number>();
  for (const part of (text ?? '').split(',')) {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(part.trim()) ?? [];
    for (let index = Number(first); index <= Number(last) && index < completions; index++) indexes.add(index);
  }
  return indexes;
}

/** How often the index has failed, this pod counted. */
export const failuresOf = ({ metadata }: Pod): number => Number(metadata.annotations?.[FAILURE_COUNT] ?? 0) + 1;
