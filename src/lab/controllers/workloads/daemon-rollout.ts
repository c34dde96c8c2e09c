/** How a DaemonSet's pods are exchanged for those of a new template. Source: pkg/controller/daemon/update.go (Kubernetes 1.36). */
import type { DaemonSet, Pod } from '../../../kubernetes/index.ts';
import { intOrPercent } from '../runtime/int-or-percent.ts';
import { isAvailable, isReady, isTerminating } from '../runtime/pods.ts';
import { isUpdated, type DaemonView } from './daemon-pods.ts';

/** What is to be done now. */
export interface DaemonWork {
  readonly remove: readonly Pod[];
  readonly createOn: readonly string[];
}

export const surgeOf = (set: DaemonSet, nodes: number): number =>
  set.spec?.updateStrategy?.type === 'OnDelete' ? 0 : intOrPercent(set.spec?.updateStrategy?.rollingUpdate?.maxSurge ?? 0, nodes, 'up');

interface Place {
  readonly node: string;
  readonly fresh: Pod | undefined;
  readonly old: Pod | undefined;
  /** More than one of a kind: tidied first. */
  readonly isCrowded: boolean;
}

/** Every node with pods, and every one that wants one; pods that are ending count for nothing. */
function placesOf({ byNode, fits, revision }: DaemonView): readonly Place[] {
  const wanting = [...fits].flatMap(([node, { shouldRun }]) => (shouldRun ? [node] : []));
  return [...new Set([...byNode.keys(), ...wanting])].map((node) => {
    const living = (byNode.get(node) ?? []).filter((pod) => !isTerminating(pod));
    const [fresh, old] = [living.filter((pod) => isUpdated(pod, revision)), living.filter((pod) => !isUpdated(pod, revision))];
    return { node, fresh: fresh[0], old: old[0], isCrowded: fresh.length > 1 || old.length > 1 };
  });
}

export function rolloutOf(view: DaemonView): DaemonWork {
  const { set, fits } = view;
  if (set.spec?.updateStrategy?.type === 'OnDelete') return { remove: [], createOn: [] };
  const wanted = [...fits.values()].filter(({ shouldRun }) => shouldRun).length;
  const surge = surgeOf(set, wanted);
  return surge > 0 ? bySurge(view, wanted, surge) : byReplacement(view, wanted);
}

/** Pods that do not serve anyway go at once; of the others as many as may be missing. */
function byReplacement(view: DaemonView, wanted: number): DaemonWork {
  const { set, nowMs } = view;
  const most = Math.max(1, intOrPercent(set.spec?.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, wanted, 'up'));
  const isUp = (pod: Pod): boolean => isAvailable(pod, set.spec?.minReadySeconds ?? 0, nowMs);
  const idle: Pod[] = [];
  const candidates: Pod[] = [];
  let unavailable = 0;
  for (const { fresh, old, isCrowded } of placesOf(view)) {
    if (isCrowded || (fresh === undefined) === (old === undefined)) unavailable += 1;
    else if (fresh) unavailable += isUp(fresh) ? 0 : 1;
    else if (old && !isUp(old)) {
      idle.push(old);
      unavailable += 1;
    } else if (old && unavailable < most) candidates.push(old);
  }
  return { remove: [...idle, ...candidates.slice(0, Math.max(0, most - unavailable))], createOn: [] };
}

/** New pods come beside the old ones, as many at a time as may be too many; where the old one is down anyway, at once. */
function bySurge(view: DaemonView, wanted: number, most: number): DaemonWork {
  const { set, fits, nowMs } = view;
  const isUp = (pod: Pod): boolean => isAvailable(pod, set.spec?.minReadySeconds ?? 0, nowMs);
  const remove: Pod[] = [];
  const unwanted: Pod[] = [];
  const [atOnce, candidates]: [string[], string[]] = [[], []];
  let [surging, available] = [0, 0];
  for (const { node, fresh, old, isCrowded } of placesOf(view)) {
    if (isCrowded) {
      surging += 1;
      continue;
    }
    const first = old ?? fresh;
    if (first && isUp(first)) available += 1;
    if (old === undefined) continue;
    const { shouldRun = false } = fits.get(node) ?? {};
    if (fresh) {
      if (isUp(fresh)) remove.push(old);
      else surging += 1;
    } else if (!isUp(old)) {
      if (shouldRun) atOnce.push(node);
      else remove.push(old);
    } else if (!shouldRun) unwanted.push(old);
    else if (surging < most) candidates.push(node);
  }
  // Where a node is no longer wanted, its pod goes when enough others serve.
  remove.push(...unwanted.slice(0, Math.max(0, available - wanted)));
  return { remove, createOn: [...atOnce, ...candidates.slice(0, Math.max(0, most - surging))] };
}

/** Two pods may stand on a node while the new one is not yet available and the old one is ready. `pods` in their order of age. */
export function surplusOfSurge(pods: readonly Pod[], { set, revision, nowMs }: DaemonView): readonly Pod[] {
  const [fresh, old] = [pods.find((pod) => isUpdated(pod, revision)), pods.find((pod) => !isUpdated(pod, revision))];
  const surplus = pods.filter((pod) => pod !== fresh && pod !== old);
  const isOver = fresh && old && (!isReady(old) || isAvailable(fresh, set.spec?.minReadySeconds ?? 0, nowMs));
  return isOver ? [...surplus, old] : surplus;
}
