/** What the node monitor remembers of each node, and how it judges it. Source: nodelifecycle tryUpdateNodeHealth (1.36). */
import type { Lease, Node } from '../../../kubernetes/index.ts';
import type { LabApi } from '../../kube-api/index.ts';
import { timestamp } from '../runtime/time.ts';

export type Ready = 'True' | 'False' | 'Unknown';

interface Health {
  /** When the monitor itself last saw a sign of life. */
  probeMs: number;
  ready: string | undefined;
  heartbeat: string | undefined;
  renewed: string | undefined;
}

export const readyOf = (node: Node): Ready | undefined =>
  node.status?.conditions?.find(({ type }) => type === 'Ready')?.status as Ready | undefined; // the API allows these three

const WATCHED = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

export class NodeHealth {
  readonly #known = new Map<string, Health>();

  forget(name: string): void {
    this.#known.delete(name);
  }

  /** After all nodes were gone at once, none is blamed for the time before. */
  refreshAll(nowMs: number): void {
    for (const health of this.#known.values()) health.probeMs = nowMs;
  }

  /** Result: the Ready condition before and after; a silent node is marked Unknown. */
  judge(
    api: LabApi,
    node: Node,
    { nowMs, graceMs }: { readonly nowMs: number; readonly graceMs: number },
  ): { readonly observed: Ready | undefined; readonly current: Ready | undefined } {
    const name = node.metadata.name;
    const condition = node.status?.conditions?.find(({ type }) => type === 'Ready');
    const lease = api.get<Lease>('Lease', 'kube-node-lease', name);
    const seen = { ready: condition?.status, heartbeat: condition?.lastHeartbeatTime, renewed: lease?.spec?.renewTime };
    const before = this.#known.get(name);
    const isAlive =
      before === undefined ||
      // The monitor's own verdict is no sign of life.
      (seen.heartbeat !== before.heartbeat && seen.ready !== 'Unknown') ||
      (seen.ready !== before.ready && seen.ready !== 'Unknown') ||
      seen.renewed !== before.renewed;
    const health = { probeMs: isAlive ? nowMs : before.probeMs, ...seen };
    this.#known.set(name, health);
    const observed = readyOf(node);
    if (nowMs < health.probeMs + graceMs || observed === 'Unknown') return { observed, current: observed };
    markUnknown(api, node, nowMs);
    return { observed, current: 'Unknown' };
  }
}

function markUnknown(api: LabApi, node: Node, nowMs: number): void {
  api.modify<Node>(
    'Node',
    undefined,
    node.metadata.name,
    (draft) => {
      draft.status ??= {};
      const conditions = (draft.status.conditions ??= []);
      for (const type of WATCHED) {
        const before = conditions.find((condition) => condition.type === type);
        if (before?.status === 'Unknown') continue;
        const unknown = {
          status: 'Unknown',
          reason: before ? 'NodeStatusUnknown' : 'NodeStatusNeverUpdated',
          message: before ? 'Kubelet stopped posting node status.' : 'Kubelet never posted node status.',
          lastTransitionTime: timestamp(nowMs),
        };
        if (before) Object.assign(before, unknown);
        else conditions.push({ type, ...unknown, lastHeartbeatTime: timestamp(nowMs) });
      }
    },
    { subresource: 'status' },
  );
}
