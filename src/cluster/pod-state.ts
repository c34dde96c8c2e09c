import type { Pod } from '../kubernetes/index.ts';

/** Tells whether a pod is Ready, as endpoints and workload statuses count it. */
export function isPodReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

/** Tells whether a pod has run to its end: it takes no room and counts for nothing. */
export function isPodFinished(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** Tells whether a pod is being deleted. */
export function isPodTerminating(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}
