/** What the loss of pods means for the services in front of them, and for those that call these. */
import { isPodReady } from '../cluster/index.ts';
import type { ClusterModel, ServiceId, ServiceModel } from '../cluster/index.ts';
import { matchesLabels } from '../kubernetes/index.ts';
import type { Pod } from '../kubernetes/index.ts';
import { isDataStore } from './data-store.ts';
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
  const fateOf = new Map(fates.filter(({ fate }) => fate !== 'stays').map((fate) => [`${fate.namespace}/${fate.name}`, fate]));
  const stays = new Set(notices.map(({ node }) => node));
  const impacts = new Map<ServiceId, ServiceImpact>();
  for (const service of model.services) {
    const impact = ownImpact(model, service, fateOf, stays, noticedAtMs);
    if (impact !== undefined) impacts.set(service.id, impact);
  }
  spreadAlongCalls(model, impacts);
  return [...impacts.values()].sort((a, b) => (a.service < b.service ? -1 : 1));
}

function ownImpact(
  model: ClusterModel,
  service: ServiceModel,
  fateOf: ReadonlyMap<string, PodFate>,
  deadNodes: ReadonlySet<string>,
  noticedAtMs: number,
): ServiceImpact | undefined {
  const endpoints = endpointsOf(model, service);
  const dead = endpoints.filter(
    ({ metadata, spec }) => deadNodes.has(spec?.nodeName ?? '') || fateOf.has(`${metadata.namespace}/${metadata.name}`),
  );
  if (dead.length === 0) return undefined;
  const figures = { service: service.id, readyBefore: endpoints.length, lost: dead.length };
  if (dead.length < endpoints.length) {
    const partial: Span = { fromMs: 0, toMs: noticedAtMs };
    return { ...figures, verdict: 'degraded', down: undefined, partial, failingShare: dead.length / endpoints.length };
  }
  const ready = dead.flatMap(({ metadata }) => readyAgain(fateOf.get(`${metadata.namespace}/${metadata.name}`)) ?? []);
  const down: Span = { fromMs: 0, toMs: ready.length === 0 ? undefined : Math.min(...ready) };
  return { ...figures, verdict: 'down', down, partial: undefined, failingShare: 1 };
}

function readyAgain(fate: PodFate | undefined): number | undefined {
  return fate?.replacement?.node === undefined ? undefined : fate.replacement.readyAtMs;
}

/** Pods that the service sends traffic to today. Pods of a manifest tell no conditions; they count once they have a node. */
function endpointsOf(model: ClusterModel, { namespace, object, workloads }: ServiceModel): Pod[] {
  const { selector, publishNotReadyAddresses = false } = object.spec ?? {};
  return workloads
    .flatMap((id) => model.workload(id)?.pods ?? [])
    .filter((pod) => (pod.metadata.namespace ?? 'default') === namespace && matchesLabels(selector, pod.metadata.labels))
    .filter((pod) => pod.spec?.nodeName && (publishNotReadyAddresses || pod.status?.conditions === undefined || isPodReady(pod)));
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
  const service = model.service(caller);
  const ready = service === undefined ? 0 : endpointsOf(model, service).length;
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
