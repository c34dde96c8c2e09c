/** Which pods of an autoscaler's target count, and as what. Source: pkg/controller/podautoscaler/replica_calculator.go, groupPods (Kubernetes 1.36). */
import { toMilli, type Container, type Pod } from '../../../kubernetes/index.ts';
import { conditionOf, isTerminating } from '../runtime/pods.ts';
import type { PodUse } from './pod-uses.ts';

/** While a pod is so young, its processor is taken to be busy with starting. */
const CPU_INITIALIZATION_MS = 300_000;
const INITIAL_READINESS_MS = 30_000;

export interface PodGroups {
  readonly ready: readonly Pod[];
  readonly missing: readonly Pod[];
  readonly unready: readonly Pod[];
}

interface Given {
  readonly uses: ReadonlyMap<string, PodUse>;
  readonly resource: string;
  readonly nowMs: number;
}

/** Pods that end or failed are in no group. */
export function groupPods(pods: readonly Pod[], { uses, resource, nowMs }: Given): PodGroups {
  const groups = { ready: [] as Pod[], missing: [] as Pod[], unready: [] as Pod[] };
  for (const pod of pods) {
    if (isTerminating(pod) || pod.status?.phase === 'Failed') continue;
    const use = uses.get(pod.metadata.name);
    if (pod.status?.phase === 'Pending') groups.unready.push(pod);
    else if (use === undefined) groups.missing.push(pod);
    else if (resource === 'cpu' && isStarting(pod, use, nowMs)) groups.unready.push(pod);
    else groups.ready.push(pod);
  }
  return groups;
}

function isStarting(pod: Pod, use: PodUse, nowMs: number): boolean {
  const ready = conditionOf(pod, 'Ready');
  const startedMs = Date.parse(pod.status?.startTime ?? '');
  if (ready === undefined || Number.isNaN(startedMs)) return true;
  const changedMs = Date.parse(ready.lastTransitionTime ?? '');
  // Within its first minutes a whole window of its readiness must have been measured; later it must have been ready once.
  if (startedMs + CPU_INITIALIZATION_MS > nowMs) return ready.status === 'False' || use.atMs < changedMs + use.windowMs;
  return ready.status === 'False' && startedMs + INITIAL_READINESS_MS > changedMs;
}

type AnyContainer = Container & { readonly restartPolicy?: string };

/** Thousandths by pod name; a text names the container that requests nothing. */
export function podRequests(
  pods: readonly Pod[],
  { resource, container }: { readonly resource: string; readonly container: string | undefined },
): ReadonlyMap<string, number> | string {
  const requests = new Map<string, number>();
  for (const { metadata, spec } of pods) {
    const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }: AnyContainer) => restartPolicy === 'Always');
    let total = 0;
    for (const { name, resources } of [...(spec?.containers ?? []), ...sidecars]) {
      if (container !== undefined && container !== name) continue;
      const request = resources?.requests?.[resource];
      if (request === undefined) return `missing request for ${resource} in container ${name} of Pod ${metadata.name}`;
      total += toMilli(request);
    }
    requests.set(metadata.name, total);
  }
  return requests;
}
