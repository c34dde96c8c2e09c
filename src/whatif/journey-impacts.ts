import { resolveName } from '../cluster/index.ts';
import type { ClusterModel, JourneyPath, ServiceId } from '../cluster/index.ts';
import type { JourneyImpact, ServiceImpact, Span } from './types.ts';

/**
 * What a failure means for journeys, each by the services on its path: down while one of them is, degraded while one loses some requests.
 *
 * A journey that names several services is judged by these alone: that its frontend also calls others which are down does not
 * concern it. One that names a single service is degraded by what that service calls.
 */
export function journeyImpacts(
  model: ClusterModel,
  journeys: readonly JourneyPath[],
  { impacts, already }: { readonly impacts: readonly ServiceImpact[]; readonly already: readonly ServiceId[] },
): JourneyImpact[] {
  const impactOf = new Map(impacts.map((impact) => [impact.service, impact]));
  return journeys.map(({ name, services }) => {
    const path = [...new Set(services.flatMap((service) => resolveName(service, model.services) ?? []))];
    const before = path.filter((service) => already.includes(service));
    const brokenAlready = before.length === 0 ? {} : { brokenAlready: before };
    const hurt = path.flatMap((service) => impactOf.get(service) ?? []);
    const down = hurt.filter((impact) => impact.down !== undefined);
    if (down.length > 0) {
      return {
        journey: name,
        verdict: 'down',
        because: down.map(({ service }) => service),
        down: envelope(down.flatMap((impact) => impact.down ?? [])),
        ...brokenAlready,
      };
    }
    const degraded = hurt.filter(({ partial, brokenBy }) => partial !== undefined || (path.length === 1 && brokenBy !== undefined));
    const verdict = degraded.length > 0 ? 'degraded' : 'survives';
    return { journey: name, verdict, because: degraded.map(({ service }) => service), down: undefined, ...brokenAlready };
  });
}

function envelope(spans: readonly Span[]): Span {
  const ends = spans.map(({ toMs }) => toMs ?? Infinity);
  const toMs = Math.max(...ends);
  return { fromMs: Math.min(...spans.map(({ fromMs }) => fromMs)), toMs: Number.isFinite(toMs) ? toMs : undefined };
}
