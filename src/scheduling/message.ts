import type { NodeRefusal } from './types.ts';

type Reasons = Pick<NodeRefusal, 'reasons'>;

/** `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable.` Source: kube-scheduler FitError.Error. */
export function fitErrorMessage(nodes: number, refusals: readonly (Reasons | undefined)[], everywhere: string | undefined): string {
  if (nodes === 0) return 'no nodes available to schedule pods';
  if (everywhere !== undefined) return `0/${nodes} nodes are available: ${everywhere}.`;
  return `0/${nodes} nodes are available: ${countReasons(refusals)}.`;
}

/** `1 Insufficient cpu, 2 Too many pods`, sorted as texts. `more`: further reasons with how often they were met. */
export function countReasons(refusals: readonly (Reasons | undefined)[], more: readonly (readonly [string, number])[] = []): string {
  // Many nodes share one refusal object, often next to each other, so the objects are counted first.
  const objects = new Map<Reasons, number>();
  let last: Reasons | undefined;
  let times = 0;
  const close = (): void => void (last && objects.set(last, (objects.get(last) ?? 0) + times));
  for (let position = 0; position < refusals.length; position++) {
    const refusal = refusals[position];
    if (refusal !== last) {
      close();
      last = refusal;
      times = 0;
    }
    times++;
  }
  close();
  const counts = new Map<string, number>();
  const add = (reason: string, count: number): void => void counts.set(reason, (counts.get(reason) ?? 0) + count);
  for (const [{ reasons }, count] of objects) for (const reason of reasons) add(reason, count);
  for (const [reason, count] of more) if (count > 0) add(reason, count);
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ');
}
