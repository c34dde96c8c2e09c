/** What the loss of pods means for the services in front of them, and for those that call these. */
import type { ClusterModel, ServiceId } from '../cluster/index.ts';
import { isDataStore } from './data-store.ts';
import { indexOf } from './model-index.ts';
import type { NodeNotice } from './notice-times.ts';
import type { PodFate, ServiceImpact, Span } from './types.ts';

/**
 * The services that a failure hurts, by their own losses or through what they call; others are not listed.
 *
 * - No endpoint left: `down` from the failure (connections hang, later are refused) until the first replacement is ready.
 * - Some left: `partial` until the cluster notices; the share of requests is that of the lost endpoints.
 * - A callee is down: a caller of a data store is down with it; a caller of another service is degraded, for only the requests that need
 *   that service fail. Both say so in `brokenBy`.
 */
export function serviceImpacts(model: ClusterModel, fates: readonly PodFate[], notices: readonly NodeNotice[]): ServiceImpact[] {
  const noticedAtMs = Math.max(...notices.map(({ notReady }) => notReady.atMs));
  const fateOf = new Map(fates.map((fate) => [`${fate.namespace}/${fate.name}`, fate]));
  const deadNodes = new Set(notices.map(({ node }) => node));
  const impacts = new Map<ServiceId, ServiceImpact>();
  for (const service of new Set(fates.flatMap(({ workload }) => model.workload(workload)?.services ?? []))) {
    const impact = ownImpact(service, indexOf(model).endpointKeysOf(service), { fateOf, deadNodes, noticedAtMs });
    if (impact !== undefined) impacts.set(service, impact);
  }
  spreadAlongCalls(model, impacts);
  return [...impacts.values()].sort((a, b) => (a.service < b.service ? -1 : 1));
}

interface Loss {
  /** Of the pods that are lost, by `namespace/name`. */
  readonly fateOf: ReadonlyMap<string, PodFate>;
  readonly deadNodes: ReadonlySet<string>;
  readonly noticedAtMs: number;
}

function ownImpact(service: ServiceId, endpoints: readonly string[], { fateOf, deadNodes, noticedAtMs }: Loss): ServiceImpact | undefined {
  const lost = endpoints.flatMap((key) => fateOf.get(key) ?? []);
  // Pods that make room for others leave in order: their endpoints go first, and no request fails.
  const silent = lost.filter(({ node }) => deadNodes.has(node));
  const figures = { service, readyBefore: endpoints.length, lost: lost.length };
  if (lost.length === 0 || (silent.length === 0 && lost.length < endpoints.length)) return undefined;
  const failingShare = silent.length / endpoints.length;
  const partial: Span | undefined = silent.length === 0 || failingShare === 1 ? undefined : { fromMs: 0, toMs: noticedAtMs };
  if (lost.length < endpoints.length) return { ...figures, verdict: 'degraded', down: undefined, partial, failingShare };
  const fromMs = Math.max(...lost.map(({ node, evictedAtMs = 0 }) => (deadNodes.has(node) ? 0 : evictedAtMs)));
  const ready = lost.flatMap((fate) => readyAgain(fate) ?? []);
  const toMs = ready.length === 0 ? undefined : Math.min(...ready);
  // Whoever is replaced before the last one leaves keeps the service up.
  if (toMs !== undefined && toMs <= fromMs)
    return { ...figures, verdict: partial === undefined ? 'survives' : 'degraded', down: undefined, partial, failingShare };
  return { ...figures, verdict: 'down', down: { fromMs, toMs }, partial, failingShare };
}

function readyAgain(fate: PodFate): number | undefined {
  return fate.replacement?.node === undefined ? undefined : fate.replacement.readyAtMs;
}

function spreadAlongCalls(model: ClusterModel, impacts: Map<ServiceId, ServiceImpact>): void {
  const open = [...impacts.values()].filter(({ down }) => down !== undefined);
  for (let cause = open.shift(); cause !== undefined; cause = open.shift()) {
    if (cause.down === undefined) continue;
    for (const callee of model.calls.filter(({ to, evidence }) => to === cause?.service && evidence !== 'journey')) {
      for (const caller of model.workload(callee.from)?.services ?? []) {
        const before = impacts.get(caller);
        if (caller === cause.service || before?.brokenBy?.services.includes(cause.service)) continue;
        const after = broken(model, caller, before, cause.service, cause.down);
        impacts.set(caller, after);
        if (after.down !== undefined && !same(after.down, before?.down)) open.push(after);
      }
    }
  }
}

function broken(model: ClusterModel, caller: ServiceId, before: ServiceImpact | undefined, callee: ServiceId, span: Span): ServiceImpact {
  const ready = indexOf(model).endpointsOf(caller).length;
  const own = before ?? {
    service: caller,
    verdict: 'survives' as const,
    readyBefore: ready,
    lost: 0,
    down: undefined,
    partial: undefined,
    failingShare: 0,
  };
  const brokenBy = { services: [...(own.brokenBy?.services ?? []), callee], span: union(own.brokenBy?.span, span) };
  const essential = isDataStore(model, callee);
  return {
    ...own,
    brokenBy,
    down: essential ? union(own.down, span) : own.down,
    verdict: essential || own.down !== undefined ? 'down' : 'degraded',
  };
}

function union(a: Span | undefined, b: Span): Span {
  if (a === undefined) return b;
  const toMs = a.toMs === undefined || b.toMs === undefined ? undefined : Math.max(a.toMs, b.toMs);
  return { fromMs: Math.min(a.fromMs, b.fromMs), toMs };
}

function same(a: Span, b: Span | undefined): boolean {
  return b !== undefined && a.fromMs === b.fromMs && a.toMs === b.toMs;
}
