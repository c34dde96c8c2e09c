/** How long a Job waits after failures before it makes another pod. Source: pkg/controller/job/backoff_utils.go (Kubernetes 1.36). */
import type { Pod } from '../../../kubernetes/index.ts';
import { conditionOf } from '../runtime/pods.ts';
import { failuresOf, indexOf } from './job-indexes.ts';

const LONGEST_MS = 600_000;

interface Record {
  readonly failures: number;
  readonly lastMs: number;
}

/** The first pause, doubled with each further failure, from when the last pod ended. */
const remaining = ({ failures, lastMs }: Record, nowMs: number, firstMs: number): number =>
  failures === 0 ? 0 : Math.max(0, lastMs + Math.min(LONGEST_MS, firstMs * 2 ** (failures - 1)) - nowMs);

/** Failures since the last success of each Job, as far as this controller has seen them. */
export class JobBackOff {
  readonly #records = new Map<string, Record>();

  forget(uid: string): void {
    this.#records.delete(uid);
  }

  /** Pods that have ended since the last call. */
  note(uid: string, ended: readonly { readonly pod: Pod; readonly isFailure: boolean }[]): void {
    const inOrder = ended.map((end) => ({ ...end, atMs: endMsOf(end.pod) })).toSorted((a, b) => a.atMs - b.atMs);
    let record = this.#records.get(uid) ?? { failures: 0, lastMs: 0 };
    for (const { isFailure, atMs } of inOrder)
      record = isFailure ? { failures: record.failures + 1, lastMs: atMs } : { failures: 0, lastMs: 0 };
    this.#records.set(uid, record);
  }

  remainingMs(uid: string, nowMs: number, firstMs: number): number {
    return remaining(this.#records.get(uid) ?? { failures: 0, lastMs: 0 }, nowMs, firstMs);
  }
}

/** Where failures are limited per index, each index waits for itself. */
export function indexRemainingMs(index: number, pods: readonly Pod[], { nowMs, firstMs }: { nowMs: number; firstMs: number }): number {
  const failed = pods.filter((pod) => indexOf(pod) === index);
  const last = failed.toSorted((a, b) => failuresOf(b) - failuresOf(a))[0];
  return last === undefined ? 0 : remaining({ failures: failuresOf(last), lastMs: endMsOf(last) }, nowMs, firstMs);
}

/** When its containers ended; else when it was last Ready; else when it was deleted. */
function endMsOf(pod: Pod): number {
  const ends = (pod.status?.containerStatuses ?? []).map(({ state }) => Date.parse(state?.terminated?.finishedAt ?? ''));
  if (ends.length > 0 && ends.every((end) => end > 0)) return Math.max(...ends);
  const ready = conditionOf(pod, 'Ready');
  const unreadyMs = ready?.status === 'False' ? Date.parse(ready.lastTransitionTime ?? '') : Number.NaN;
  if (unreadyMs > 0) return unreadyMs;
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, creationTimestamp = '' } = pod.metadata;
  return deletionTimestamp === undefined
    ? Date.parse(creationTimestamp)
    : Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1000;
}
