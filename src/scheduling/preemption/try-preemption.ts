import type { ClusterTable } from '../cluster-table.ts';
import type { Filtered } from '../cycle.ts';
import { countReasons } from '../message.ts';
import type { PodRecord } from '../pod-record.ts';
import type { NodeRefusal } from '../types.ts';
import { pickNodes } from './pick-node.ts';
import { selectVictims, type Candidate } from './select-victims.ts';

/** In large clusters the search ends when this many nodes, or a tenth of all, would do. Source: DefaultPreemptionArgs. */
const CANDIDATES_MIN = 100;
const CANDIDATES_SHARE = 0.1;

export interface PreemptionAttempt {
  readonly ineligible: string | undefined;
  readonly candidates: ReadonlyMap<string, Candidate>;
  /** Nodes tried in vain, with what still refuses the pod there. */
  readonly tried: ReadonlyMap<string, NodeRefusal>;
  /** Nodes where no eviction could help. */
  readonly hopeless: number;
  /** The nodes that hurt least; empty when nothing helps. */
  readonly nominated: readonly string[];
}

/** Looks for room that could be made by evicting pods of lower priority. Changes nothing. */
export function tryPreemption(table: ClusterTable, pod: PodRecord, { refusals, prepared }: Filtered): PreemptionAttempt {
  const candidates = new Map<string, Candidate>();
  const tried = new Map<string, NodeRefusal>();
  const ineligible = whyIneligible(table, pod, refusals);
  if (ineligible !== undefined) return { ineligible, candidates, tried, hopeless: 0, nominated: [] };
  const enough = Math.max(CANDIDATES_MIN, Math.floor(table.nodeCount * CANDIDATES_SHARE));
  let hopeless = 0;
  for (let index = 0; index < refusals.length; index++) {
    const code = refusals[index]?.code;
    if (code === undefined) continue;
    if (code === 'UnschedulableAndUnresolvable') {
      hopeless++;
      continue;
    }
    if (candidates.size >= enough) break;
    const answer = selectVictims({ table, pod, prepared }, index);
    if ('victims' in answer) candidates.set(table.node(index).name, answer);
    else tried.set(table.node(index).name, answer);
  }
  return { ineligible, candidates, tried, hopeless, nominated: candidates.size === 0 ? [] : pickNodes(candidates) };
}

/** Source: DefaultPreemption.PodEligibleToPreemptOthers. */
function whyIneligible(table: ClusterTable, pod: PodRecord, refusals: Filtered['refusals']): string | undefined {
  if (pod.spec.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
  const index = pod.nominated === undefined ? undefined : table.indexOf(pod.nominated);
  if (index === undefined || refusals[index]?.code === 'UnschedulableAndUnresolvable') return undefined;
  const leaving = (table.podsOn[index] ?? []).some((other) => other.priority < pod.priority && isPreempted(other));
  return leaving ? 'not eligible due to a terminating pod on the nominated node.' : undefined;
}

const isPreempted = ({ terminating, pod }: PodRecord): boolean =>
  terminating &&
  (pod.status?.conditions ?? []).some(
    ({ type, status, reason }) => type === 'DisruptionTarget' && status === 'True' && reason === 'PreemptionByScheduler',
  );

/** What the event says after the reasons. Its first part comes from dynamic resource allocation, which had nothing to do. */
export function preemptionMessage(nodes: number, { ineligible, tried, hopeless }: PreemptionAttempt): string {
  const reasons = countReasons([...tried.values()], [['Preemption is not helpful for scheduling', hopeless]]);
  const detail = ineligible ?? `0/${nodes} nodes are available: ${reasons}.`;
  return `no new claims to deallocate, preemption: ${detail}`;
}
