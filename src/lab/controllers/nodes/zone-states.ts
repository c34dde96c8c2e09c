/** How a zone fares, and what that does to the rate of evictions. Source: nodelifecycle ComputeZoneState, setLimiterInZone (1.36). */
import type { Node } from '../../../kubernetes/index.ts';
import type { ControllerTiming } from '../runtime/controller.ts';

export type ZoneState = 'Normal' | 'PartialDisruption' | 'FullDisruption';

/** Region and zone together; all nodes without labels share one. */
export function zoneOf(node: Node): string {
  const labels = node.metadata.labels ?? {};
  const region = labels['topology.kubernetes.io/region'] ?? labels['failure-domain.beta.kubernetes.io/region'] ?? '';
  const zone = labels['topology.kubernetes.io/zone'] ?? labels['failure-domain.beta.kubernetes.io/zone'] ?? '';
  return `${region}:\0:${zone}`;
}

/** Partial disruption takes more than two nodes and the given share of the zone. */
export function zoneStateOf(ready: number, unready: number, unhealthyFraction: number): ZoneState {
  if (ready === 0 && unready > 0) return 'FullDisruption';
  if (unready > 2 && unready / (ready + unready) >= unhealthyFraction) return 'PartialDisruption';
  return 'Normal';
}

/** Nodes per second. A fully disrupted zone is evicted from at the normal rate, as long as another zone lives. */
export function evictionRate(state: ZoneState, nodes: number, timing: ControllerTiming): number {
  if (state !== 'PartialDisruption') return timing.nodeEvictionRate;
  return nodes > timing.largeClusterNodes ? timing.secondaryNodeEvictionRate : 0;
}
