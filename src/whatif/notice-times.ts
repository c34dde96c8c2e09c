/** When the control plane notices dead nodes, and when it begins to evict their pods: the node lifecycle controller's rules. */
import type { ClusterModel, NodeModel } from '../cluster/index.ts';
import { indexOf } from './model-index.ts';
import type { ClockSettings } from './types.ts';

/** A moment with its uncertainty. Milliseconds after the failure. */
export interface Moment {
  readonly atMs: number;
  readonly earliestMs: number;
  readonly latestMs: number;
}

export type ZoneMode = 'normal' | 'partial' | 'full';

export interface NodeNotice {
  readonly node: string;
  readonly notReady: Moment;
  /** Undefined = the node is never tainted NoExecute, so nothing is evicted from it. */
  readonly noExecute: Moment | undefined;
  readonly mode: ZoneMode;
}

const NODES_PER_SECOND = 0.1;
const NODES_PER_SECOND_DISRUPTED = 0.01;
const LARGE_ZONE_NODES = 50;
const UNHEALTHY_SHARE = 0.55;
const UNHEALTHY_AT_LEAST = 3;

/**
 * Ready turns Unknown one grace period after the last heartbeat, at the next monitor pass. The heartbeat is 0 to one period old at the
 * failure, the pass 0 to one monitor period away; the expected moment takes half of each.
 */
export function notReadyMoment({ nodeMonitorGracePeriodMs, nodeMonitorPeriodMs, heartbeatPeriodMs }: ClockSettings): Moment {
  return {
    atMs: nodeMonitorGracePeriodMs - heartbeatPeriodMs / 2 + nodeMonitorPeriodMs / 2,
    earliestMs: nodeMonitorGracePeriodMs - heartbeatPeriodMs,
    latestMs: nodeMonitorGracePeriodMs + nodeMonitorPeriodMs,
  };
}

/**
 * The notices of all failed nodes, in the order in which they are tainted.
 *
 * A zone without a ready node is fully disrupted and evicts at the normal rate (one node in 10 s), unless every zone is: then nothing
 * is evicted anywhere. A zone with more than two nodes and at least 55 % of its nodes unready is partially disrupted: one node in 100 s, none
 * at all in a zone of 50 nodes or fewer.
 * Source: Kubernetes documentation, "Nodes", rate limits on eviction; node lifecycle controller, ComputeZoneState.
 */
export function noticeTimes(model: ClusterModel, failed: readonly string[], settings: ClockSettings): NodeNotice[] {
  const notReady = notReadyMoment(settings);
  const gone = new Set(failed);
  const zones = indexOf(model).nodesOfZone;
  const modes = new Map([...zones].map(([zone, nodes]) => [zone, zoneMode(nodes, gone)]));
  const nothingEvicted = [...modes.values()].every((mode) => mode === 'full');
  const notices: NodeNotice[] = [];
  for (const [zone, nodes] of zones) {
    const mode = modes.get(zone) ?? 'normal';
    const gapMs = nothingEvicted ? undefined : gapBetweenNodes(mode, nodes.length);
    nodes
      .filter(({ name }) => gone.has(name))
      .forEach(({ name }, place) => {
        const delayMs = gapMs === undefined ? undefined : settings.noExecuteDelayMs + place * gapMs;
        notices.push({ node: name, notReady, noExecute: delayMs === undefined ? undefined : later(notReady, delayMs), mode });
      });
  }
  return notices;
}

/** The same uncertainty, later. */
export function later(moment: Moment, delayMs: number): Moment {
  return { atMs: moment.atMs + delayMs, earliestMs: moment.earliestMs + delayMs, latestMs: moment.latestMs + delayMs };
}

function zoneMode(nodes: readonly NodeModel[], gone: ReadonlySet<string>): ZoneMode {
  const unready = nodes.filter(({ name, ready }) => gone.has(name) || !ready).length;
  if (unready === nodes.length) return 'full';
  return unready >= UNHEALTHY_AT_LEAST && unready / nodes.length >= UNHEALTHY_SHARE ? 'partial' : 'normal';
}

function gapBetweenNodes(mode: ZoneMode, zoneSize: number): number | undefined {
  if (mode !== 'partial') return 1000 / NODES_PER_SECOND;
  return zoneSize > LARGE_ZONE_NODES ? 1000 / NODES_PER_SECOND_DISRUPTED : undefined;
}
