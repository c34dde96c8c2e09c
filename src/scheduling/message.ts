import type { NodeRefusal } from './types.ts';

/** `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable.` Source: kube-scheduler FitError.Error. */
export function fitErrorMessage(nodes: number, refusals: Iterable<NodeRefusal>, everywhere: string | undefined): string {
  if (nodes === 0) return 'no nodes available to schedule pods';
  if (everywhere !== undefined) return `0/${nodes} nodes are available: ${everywhere}.`;
  return `0/${nodes} nodes are available: ${countReasons(refusals)}.`;
}

/** `1 Insufficient cpu, 2 Too many pods`, sorted as texts. */
export function countReasons(refusals: Iterable<Pick<NodeRefusal, 'reasons'>>): string {
  const counts = new Map<string, number>();
  for (const { reasons } of refusals) for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ');
}
