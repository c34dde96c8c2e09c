import { EvenkeelError, listInWords, plural } from '../../base/index.ts';
import type { ClusterModel } from '../../cluster/index.ts';
import type { UndoPlan } from '../../experiment/index.ts';

export interface NodeGuardLimits {
  /** Most nodes that one run may take. */
  readonly maxNodes: number;
}

/**
 * Looks at each fault before it is written down and hence before it acts: not more nodes than allowed, never the last ready one.
 *
 * Errors (of the result): `REFUSED`.
 */
export function createNodeGuard(model: ClusterModel | undefined, { maxNodes }: NodeGuardLimits): (plan: UndoPlan) => Promise<void> {
  const taken = new Set<string>();
  return async (plan) => {
    const named = plan.state['nodeNames'];
    const nodes = Array.isArray(named) ? named.map(String) : [];
    const after = new Set([...taken, ...nodes]);
    if (after.size > maxNodes) {
      throw refused(
        `this run would take ${plural(after.size, 'node')} down, ${plural(maxNodes, 'is', 'are')} allowed`,
        `Allow it: --max-nodes ${after.size}`,
      );
    }
    const left = model?.nodes.filter((node) => node.ready && !after.has(node.name)) ?? [];
    if (model !== undefined && nodes.length > 0 && left.length === 0) {
      throw refused(`no ready node would be left without ${listInWords([...after])}`, 'Wait until other nodes are Ready.');
    }
    for (const node of nodes) taken.add(node);
  };
}

const refused = (why: string, hint: string): EvenkeelError => new EvenkeelError('REFUSED', `refused: ${why}`, { blame: 'input', hint });
