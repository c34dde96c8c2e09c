/** What a run may break at most: pure data in, an answer out. The caller supplies the facts. */
import { listInWords, plural } from '../../base/index.ts';

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

export interface GuardAnswer {
  readonly allowed: boolean;
  /** A sentence for each rule that says no. */
  readonly reasons: readonly string[];
}

/** Compares what an act would break with the limits. A target that is no known node is refused: what is unknown is not harmless. */
export function checkGuard({ limits, nodes, targets, alreadyDown, namespaces }: GuardQuestion): GuardAnswer {
  const reasons: string[] = [];
  const down = new Set([...targets, ...alreadyDown]);
  const hit = nodes.filter((node) => down.has(node.name));
  const ready = nodes.filter((node) => node.ready || alreadyDown.includes(node.name));
  const unknown = targets.filter((target) => !nodes.some((node) => node.name === target));
  if (unknown.length > 0) reasons.push(`${listInWords(unknown)} is no known node`);
  const mostNodes = limits.nodes ?? 1;
  if (down.size > mostNodes) reasons.push(`${plural(down.size, 'node')} would be down, allowed is ${mostNodes}`);
  const zones = new Set(hit.flatMap((node) => (node.zone === null ? [] : [node.zone])));
  const mostZones = limits.zones ?? 1;
  if (zones.size > mostZones) reasons.push(`${plural(zones.size, 'zone')} would be touched, allowed is ${mostZones}`);
  const share = ready.length === 0 ? 1 : down.size / ready.length;
  const mostShare = limits.share ?? 0.5;
  if (share > mostShare) reasons.push(`${percent(share)} of the ready nodes would be down, allowed are ${percent(mostShare)}`);
  const left = ready.filter((node) => !down.has(node.name));
  if (left.length === 0 && limits.lastNode !== true) reasons.push('no ready node would be left');
  const pools = hit.flatMap((node) => (node.pool !== null && limits.protectedPools?.includes(node.pool) ? [node.pool] : []));
  if (pools.length > 0) reasons.push(`the node pool ${listInWords([...new Set(pools)])} is protected`);
  const hurt = namespaces.filter((namespace) => limits.protectedNamespaces?.includes(namespace));
  if (hurt.length > 0) reasons.push(`pods of the protected namespace ${listInWords([...new Set(hurt)])} would be hit`);
  return { allowed: reasons.length === 0, reasons };
}

function percent(fraction: number): string {
  return `${Math.round(fraction * 100)} %`;
}
