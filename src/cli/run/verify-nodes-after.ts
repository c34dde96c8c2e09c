import { formatDuration, messageOf } from '../../base/index.ts';
import type { KubernetesClient } from '../../clients/index.ts';
import type { UndoDescriptor, UndoOutcome } from '../../experiment/index.ts';
import { type Node, resourceOf } from '../../kubernetes/index.ts';

const POLL_MS = 2000;
/** A machine that runs needs some 30 to 60 s until its kubelet is Ready; a slow one some minutes. */
const READY_LIMIT_MS = 10 * 60_000;

/**
 * Makes an undo look further than the cloud does: a machine that runs is mended only once its node is Ready.
 * Without a cluster at hand that is not verified, and said.
 */
export function verifyNodesAfter(undo: UndoDescriptor, connect: () => Promise<KubernetesClient>): UndoDescriptor {
  return {
    ...undo,
    run: async (state, context) => {
      const outcome = await undo.run(state, context);
      const nodes = Array.isArray(state['nodeNames']) ? state['nodeNames'].map(String).filter((name) => name !== '') : [];
      if (!outcome.mended || nodes.length === 0) return outcome;
      let client: KubernetesClient;
      try {
        client = await connect();
      } catch (error) {
        return { ...outcome, detail: [...outcome.detail, `whether ${nodes.join(', ')} is Ready was not verified: ${messageOf(error)}`] };
      }
      const checks = await Promise.all(nodes.map((node) => waitUntilReady(node, client, context)));
      return combined(outcome, checks);
    },
  };
}

function combined(outcome: UndoOutcome, checks: readonly { ready: boolean; line: string }[]): UndoOutcome {
  return {
    ...outcome,
    mended: outcome.mended && checks.every((check) => check.ready),
    detail: [...outcome.detail, ...checks.map((check) => check.line)],
  };
}

async function waitUntilReady(
  name: string,
  client: KubernetesClient,
  { clock, signal }: Parameters<UndoDescriptor['run']>[1],
): Promise<{ ready: boolean; line: string }> {
  const resource = resourceOf('Node');
  if (!resource) return { ready: false, line: 'nodes are unknown' };
  const start = clock.now();
  let last = 'unknown';
  for (;;) {
    try {
      const node = await client.get<Node>(resource, undefined, name, signal);
      const ready = node.status?.conditions?.find((condition) => condition.type === 'Ready');
      last = ready?.status === 'True' ? 'Ready' : `not Ready (${ready?.reason ?? 'no condition'})`;
      if (ready?.status === 'True') return { ready: true, line: `node ${name}: Ready after ${formatDuration(clock.now() - start)}` };
    } catch (error) {
      last = messageOf(error);
    }
    if (clock.now() - start > READY_LIMIT_MS)
      return { ready: false, line: `node ${name}: ${last} after ${formatDuration(READY_LIMIT_MS)}` };
    await clock.sleep(POLL_MS, signal);
  }
}
