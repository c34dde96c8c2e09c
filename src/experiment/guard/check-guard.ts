/** What a run may break at most: pure data in, an answer out. The caller supplies the facts. */
import { formatPercent, listInWords, plural } from '../../base/index.ts';

export interface GuardLimits {
  /** How many nodes a run may take down. Default 1. */
  readonly nodes?: number;
  /** How many zones it may touch. Default 1. */
  readonly zones?: number;
  /** Which part (0 to 1) of all ready nodes. Default 0.5. */
  readonly share?: number;
  readonly protectedNamespaces?: readonly string[];
  readonly protectedPools?: readonly string[];
  /** Whether the last ready node may be taken down. Default false. */
  readonly lastNode?: boolean;
}

export interface GuardNode {
  readonly name: string;
  readonly zone: string | null;
  readonly pool: string | null;
  readonly ready: boolean;
}

export interface GuardQuestion {
  readonly limits: GuardLimits;
  /** All nodes as they are now. */
  readonly nodes: readonly GuardNode[];
  /** Nodes that this act takes down, and those that the run took down before. */
  readonly targets: readonly string[];
  readonly alreadyDown: readonly string[];
  /** Namespaces of pods that run on the targets and are not part of every node (daemon sets). */
  readonly namespaces: readonly string[];
}

export type GuardRule = 'unknown' | 'nodes' | 'zones' | 'share' | 'last-node' | 'pool' | 'namespace' | 'uncounted';

export interface GuardRefusal {
  readonly rule: GuardRule;
  readonly reason: string;
  /** What would have to be allowed: `2` nodes or zones, `67%` of them, pools or namespaces. */
  readonly needs: readonly string[];
}

export interface GuardAnswer {
  readonly allowed: boolean;
  /** A sentence for each rule that says no. */
  readonly reasons: readonly string[];
  /** The same, with the rule's name. */
  readonly refusals: readonly GuardRefusal[];
}

/** Compares what an act would break with the limits. A target that is no known node is refused: what is unknown is not harmless. */
export function checkGuard({ limits, nodes, targets, alreadyDown, namespaces }: GuardQuestion): GuardAnswer {
  const refusals: GuardRefusal[] = [];
  const refuse = (rule: GuardRule, reason: string, needs: readonly string[] = []): void => void refusals.push({ rule, reason, needs });
  const down = new Set([...targets, ...alreadyDown]);
  const hit = nodes.filter((node) => down.has(node.name));
  const ready = nodes.filter((node) => node.ready || alreadyDown.includes(node.name));
  const unknown = targets.filter((target) => !nodes.some((node) => node.name === target));
  if (unknown.length > 0) refuse('unknown', `${listInWords(unknown)} is no known node`);
  const mostNodes = limits.nodes ?? 1;
  if (down.size > mostNodes) refuse('nodes', `${plural(down.size, 'node')} would be down, allowed is ${mostNodes}`, [`${down.size}`]);
  const zones = zonesHit(nodes, hit, down.size);
  const mostZones = limits.zones ?? 1;
  if (zones > mostZones) refuse('zones', `${plural(zones, 'zone')} would be touched, allowed is ${mostZones}`, [`${zones}`]);
  const share = ready.length === 0 ? 1 : down.size / ready.length;
  const mostShare = limits.share ?? 0.5;
  if (share > mostShare) {
    const reason = `${formatPercent(Math.min(1, share))} of the ready nodes would be down, allowed are ${formatPercent(mostShare)}`;
    refuse('share', reason, [`${Math.ceil(Math.min(1, share) * 100)}%`]);
  }
  const left = ready.filter((node) => !down.has(node.name));
  if (left.length === 0 && limits.lastNode !== true) refuse('last-node', 'no ready node would be left');
  const pools = hit.flatMap((node) => (node.pool !== null && limits.protectedPools?.includes(node.pool) ? [node.pool] : []));
  const poolNames = [...new Set(pools)];
  if (poolNames.length > 0) refuse('pool', `the node pool ${listInWords(poolNames)} is protected`, poolNames);
  const poolless = (limits.protectedPools ?? []).length === 0 ? [] : withoutPool(nodes, targets);
  if (poolless.length > 0) {
    refuse('pool', `the node pool of ${listInWords(poolless)} is not known, and ${listInWords(limits.protectedPools ?? [])} is protected`, [
      ...(limits.protectedPools ?? []),
    ]);
  }
  const hurt = namespaces.filter((namespace) => limits.protectedNamespaces?.includes(namespace));
  const namespaceNames = [...new Set(hurt)];
  if (hurt.length > 0) refuse('namespace', `pods of the protected namespace ${listInWords(namespaceNames)} would be hit`, namespaceNames);
  return { allowed: refusals.length === 0, reasons: refusals.map(({ reason }) => reason), refusals };
}

/** A machine whose zone is not known may stand in one of its own: as many zones as can be are counted. */
function zonesHit(nodes: readonly GuardNode[], hit: readonly GuardNode[], taken: number): number {
  const all = new Set(nodes.flatMap(({ zone }) => zone ?? []));
  const known = new Set(hit.flatMap(({ zone }) => zone ?? []));
  const unplaced = taken - hit.filter(({ zone }) => zone !== null).length;
  return known.size + Math.min(unplaced, all.size - known.size);
}

function withoutPool(nodes: readonly GuardNode[], targets: readonly string[]): readonly string[] {
  return targets.filter((target) => (nodes.find(({ name }) => name === target)?.pool ?? null) === null);
}
