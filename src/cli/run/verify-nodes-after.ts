import { EvenkeelError, formatDuration, messageOf } from '../../base/index.ts';
import type { KubernetesClient } from '../../clients/index.ts';
import { patiently, type UndoContext, type UndoDescriptor, type UndoOutcome } from '../../experiment/index.ts';
import { waitNodeReady } from '../../drivers/kubernetes/index.ts';
import { type Lease, resourceOf } from '../../kubernetes/index.ts';

const POLL_MS = 2000;
/** A machine that runs needs some 30 to 60 s until its kubelet is Ready; a slow one some minutes. */
const READY_LIMIT_MS = 10 * 60_000;
/** However fast the clock: a lab on a busy machine may stall for seconds. */
const READY_LEAST_WALL_MS = 10_000;

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

/**
 * Ready counts only with a heartbeat that is newer than the start of the machine: for up to 50 s after its death a node still
 * looks Ready. Heartbeats are compared with each other, not with this machine's clock.
 */
async function waitUntilReady(name: string, client: KubernetesClient, context: UndoContext): Promise<{ ready: boolean; line: string }> {
  const { clock, signal } = context;
  const start = clock.now();
  const limitMs = Math.max(READY_LIMIT_MS, READY_LEAST_WALL_MS * clock.speed);
  const limit = (): number => Math.max(0, limitMs - (clock.now() - start));
  try {
    if (!(await beatsAgain(name, client, { ...context, limit })))
      return { ready: false, line: `node ${name}: no heartbeat within ${formatDuration(limitMs)}` };
    const { ready, detail } = await patiently(() => waitNodeReady(client, name, { clock, limitMs: limit(), signal }), context);
    return { ready, line: ready ? `${detail} ${formatDuration(clock.now() - start)} after its machine ran` : detail };
  } catch (error) {
    return { ready: false, line: `node ${name}: ${messageOf(error)}` };
  }
}

/** Waits for a heartbeat after the last one; true at once where leases may not be read. */
async function beatsAgain(
  name: string,
  client: KubernetesClient,
  { limit, ...context }: Pick<UndoContext, 'clock' | 'signal' | 'log'> & { readonly limit: () => number },
): Promise<boolean> {
  const { clock, signal } = context;
  const look = (): Promise<string | undefined> => patiently(() => heartbeat(name, client, signal), context);
  const last = await look();
  let latest = last;
  while (latest !== undefined && latest === last) {
    if (limit() === 0) return false;
    await clock.sleep(POLL_MS, signal);
    latest = await look();
  }
  return true;
}

/** When the kubelet last renewed its lease; undefined where leases may not be read. */
async function heartbeat(node: string, client: KubernetesClient, signal: AbortSignal): Promise<string | undefined> {
  const resource = resourceOf('Lease');
  try {
    return resource && (await client.get<Lease>(resource, 'kube-node-lease', node, signal)).spec?.renewTime;
  } catch (error) {
    if (error instanceof EvenkeelError && (error.code === 'DENIED' || error.code === 'NOT_FOUND')) return undefined;
    throw error;
  }
}
