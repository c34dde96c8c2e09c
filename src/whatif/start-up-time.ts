import { isPodReady } from '../cluster/index.ts';
import type { WorkloadModel } from '../cluster/index.ts';
import type { Container, Pod } from '../kubernetes/index.ts';
import type { ClockSettings } from './types.ts';

const LONGEST_SANE_MS = 600_000;

/**
 * How long a replacement takes from binding to Ready: what the workload's own pods took when they started, else what their probes
 * ask for, else the settings. Milliseconds.
 *
 * A Ready condition also changes when a probe fails for a while, which makes a start look longer than it was; so pods that restarted are
 * left out and the shortest of the rest counts. Timestamps of the API have whole seconds.
 */
export function startUpTime({ pods, template }: WorkloadModel, settings: ClockSettings): number {
  const observed = quickestOf(pods);
  if (observed !== undefined) return observed;
  const asked = Math.max(0, ...(template.spec?.containers ?? []).map(askedByProbes));
  return settings.imageMs + (asked > 0 ? asked : settings.readinessMs);
}

/** A sweep asks for every pod that it loses, and lists of pods never change. */
const KNOWN = new WeakMap<readonly Pod[], number>();

function quickestOf(pods: readonly Pod[]): number | undefined {
  let quickest = KNOWN.get(pods);
  if (quickest === undefined) {
    quickest = Infinity;
    for (const pod of pods) quickest = Math.min(quickest, observedStart(pod) ?? Infinity);
    KNOWN.set(pods, quickest);
  }
  return Number.isFinite(quickest) ? quickest : undefined;
}

function observedStart(pod: Pod): number | undefined {
  const { containerStatuses = [], conditions = [] } = pod.status ?? {};
  if (!isPodReady(pod) || containerStatuses.some(({ restartCount }) => restartCount > 0)) return undefined;
  const at = (type: string): number => Date.parse(conditions.find((condition) => condition.type === type)?.lastTransitionTime ?? '');
  const bound = at('PodScheduled');
  const ready = at('Ready');
  const started = Math.max(...containerStatuses.map(({ state }) => Date.parse(state?.running?.startedAt ?? '')));
  const tookMs = ready - bound;
  const sane = tookMs > 0 && tookMs <= LONGEST_SANE_MS && !(started > ready) && !(started < bound);
  return sane ? tookMs : undefined;
}

function askedByProbes({ readinessProbe, startupProbe }: Container): number {
  const { initialDelaySeconds = 0, periodSeconds = 10, successThreshold = 1 } = readinessProbe ?? {};
  const readySeconds = readinessProbe === undefined ? 0 : initialDelaySeconds + (successThreshold - 1) * periodSeconds;
  return Math.max(readySeconds, startupProbe?.initialDelaySeconds ?? 0) * 1000;
}
