import type { Taint, Toleration } from './objects.ts';

/**
 * Tells whether one toleration covers one taint. An absent key with `Exists` covers every key, an absent effect every effect.
 *
 * Source: Kubernetes documentation, "Taints and Tolerations"; component-helpers Toleration.ToleratesTaint.
 */
export function toleratesTaint(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  switch (toleration.operator ?? 'Equal') {
    case 'Exists':
      return true;
    case '':
    case 'Equal':
      return (toleration.value ?? '') === (taint.value ?? '');
    default:
      return false;
  }
}

/** Tells whether any of the tolerations covers the taint. */
export function tolerates(taint: Taint, tolerations: readonly Toleration[] | undefined): boolean {
  return tolerations?.some((toleration) => toleratesTaint(toleration, taint)) ?? false;
}

/** The first taint with one of the effects that nothing tolerates, or undefined. */
export function findUntolerated(
  taints: readonly Taint[] | undefined,
  tolerations: readonly Toleration[] | undefined,
  effects: readonly string[],
): Taint | undefined {
  return taints?.find((taint) => effects.includes(taint.effect) && !tolerates(taint, tolerations));
}

/**
 * How long a pod may stay on a node with these `NoExecute` taints.
 *
 * Units: seconds; 0 = leaves at once, `Infinity` = for ever, and the least of the tolerationSeconds that apply otherwise.
 * Source: tainteviction controller, getMinTolerationTime (a negative time counts as zero).
 */
export function smallestTolerationSeconds(taints: readonly Taint[], tolerations: readonly Toleration[] | undefined): number {
  const executing = taints.filter((taint) => taint.effect === 'NoExecute');
  let least = Infinity;
  for (const taint of executing) {
    const used = (tolerations ?? []).filter((toleration) => toleratesTaint(toleration, taint));
    if (used.length === 0) return 0;
    for (const { tolerationSeconds } of used) {
      if (tolerationSeconds !== undefined) least = Math.min(least, Math.max(0, tolerationSeconds));
    }
  }
  return least;
}
