import type { Clock } from '../../base/index.ts';
import { EvenkeelError } from '../../base/index.ts';
import type { KubernetesClient } from '../../clients/index.ts';
import type { Node } from '../../kubernetes/index.ts';
import { conditionOf, NODE } from './_nodes.ts';

export interface NodeReadiness {
  readonly ready: boolean;
  readonly waitedMs: number;
  /** `node aks-…09: Ready`, or what it still is. */
  readonly detail: string;
}

/**
 * Waits until a node is Ready, for whoever started its machine and wants to be sure. Not ready in time is an answer, not an error.
 *
 * Units: milliseconds of the clock. Errors: those of the API; `CANCELLED` when the signal aborts.
 */
export async function waitNodeReady(
  client: KubernetesClient,
  name: string,
  { clock, limitMs, signal }: { readonly clock: Clock; readonly limitMs: number; readonly signal: AbortSignal },
): Promise<NodeReadiness> {
  const startMs = clock.now();
  const stop = new AbortController();
  const cancel = clock.after(limitMs, () => stop.abort());
  let last = 'is not there';
  try {
    const watching = AbortSignal.any([signal, stop.signal]);
    for await (const event of client.watch<Node>(NODE, { fieldSelector: `metadata.name=${name}`, signal: watching })) {
      const nodes = event.type === 'RESET' ? event.objects : event.type === 'DELETED' ? [] : [event.object];
      const node = nodes.find(({ metadata }) => metadata.name === name);
      const status = node === undefined ? undefined : (conditionOf(node, 'Ready') ?? 'unknown');
      if (status === 'True') return { ready: true, waitedMs: clock.now() - startMs, detail: `node ${name}: Ready` };
      last = status === undefined ? 'is not there' : `Ready is ${status}`;
    }
  } catch (thrown) {
    // The limit may strike in the middle of the first list.
    if (!stop.signal.aborted || signal.aborted) throw thrown;
  } finally {
    cancel();
    stop.abort();
  }
  if (signal.aborted)
    throw new EvenkeelError('CANCELLED', `the wait for node ${name} was cancelled`, { blame: 'input', cause: signal.reason });
  return { ready: false, waitedMs: clock.now() - startMs, detail: `node ${name}: ${last} after ${limitMs / 1000} s` };
}
