/** How fast an autoscaler may follow its recommendations. Source: pkg/controller/podautoscaler/horizontal.go, …WithBehaviors (Kubernetes 1.36). */
import type { HorizontalPodAutoscaler } from '../../../kubernetes/index.ts';

export interface Recommendation {
  readonly atMs: number;
  readonly replicas: number;
}

/** One rescaling: positive when replicas were added. */
export interface Rescaling {
  readonly atMs: number;
  readonly change: number;
}

type Behavior = NonNullable<NonNullable<HorizontalPodAutoscaler['spec']>['behavior']>;
type Rules = NonNullable<Behavior['scaleUp']>;

const UP: Rules = {
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
};
const DOWN: Rules = { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] };

const rulesOf = (own: Rules | undefined, defaults: Rules): Rules => ({
  ...defaults,
  ...own,
  policies: own?.policies && own.policies.length > 0 ? own.policies : (defaults.policies ?? []),
});

/** How long recommendations are remembered, each way. */
export const windowsMs = (behavior: Behavior | undefined, downMs: number): { readonly up: number; readonly down: number } => ({
  up: (behavior?.scaleUp?.stabilizationWindowSeconds ?? 0) * 1000,
  down: behavior?.scaleDown?.stabilizationWindowSeconds === undefined ? downMs : behavior.scaleDown.stabilizationWindowSeconds * 1000,
});

/** Not above the lowest recommendation of late on the way up, not below the highest on the way down; `latest` is one of them. */
export function stabilized(
  recommendations: readonly Recommendation[],
  {
    current,
    latest,
    windows,
  }: { readonly current: number; readonly latest: Recommendation; readonly windows: ReturnType<typeof windowsMs> },
): number {
  const within = (windowMs: number): number[] =>
    [...recommendations.filter(({ atMs }) => latest.atMs - atMs < windowMs), latest].map(({ replicas }) => replicas);
  return Math.min(Math.max(current, Math.min(...within(windows.up))), Math.max(...within(windows.down)));
}

interface Limits {
  readonly behavior: Behavior | undefined;
  readonly current: number;
  readonly rescalings: readonly Rescaling[];
  readonly nowMs: number;
}

/** The most replicas that the policies allow now. */
export function mostAllowed({ behavior, current, rescalings, nowMs }: Limits): number {
  // Source: calculateScaleUpLimit, which holds where no behavior is stated.
  if (behavior === undefined) return Math.max(2 * current, 4);
  const { selectPolicy, policies = [] } = rulesOf(behavior.scaleUp, UP);
  if (selectPolicy === 'Disabled') return current;
  const allowed = policies.map(({ type, value, periodSeconds }) => {
    const start = current - changeSince(rescalings, nowMs - periodSeconds * 1000);
    return type === 'Pods' ? start + value : Math.ceil(start * (1 + value / 100));
  });
  return Math.max(current, selectPolicy === 'Min' ? Math.min(...allowed) : Math.max(...allowed));
}

/** The fewest replicas that the policies allow now. */
export function leastAllowed({ behavior, current, rescalings, nowMs }: Limits): number {
  const { selectPolicy, policies = [] } = rulesOf(behavior?.scaleDown, DOWN);
  if (selectPolicy === 'Disabled') return current;
  const allowed = policies.map(({ type, value, periodSeconds }) => {
    const start = current - changeSince(rescalings, nowMs - periodSeconds * 1000);
    return type === 'Pods' ? start - value : Math.trunc(start * (1 - value / 100));
  });
  return Math.min(current, selectPolicy === 'Min' ? Math.max(...allowed) : Math.min(...allowed));
}

const changeSince = (rescalings: readonly Rescaling[], sinceMs: number): number =>
  rescalings.filter(({ atMs }) => atMs > sinceMs).reduce((sum, { change }) => sum + change, 0);
