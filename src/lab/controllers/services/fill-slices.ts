/** How endpoints are laid over slices. Source: staging endpointslice/reconciler.go, reconcileByPortMapping (Kubernetes 1.36). */
import type { Endpoint } from '../../../kubernetes/index.ts';
import { canonicalJson } from '../runtime/template-hash.ts';

/** A slice holds no more than so many endpoints. */
export const MOST_PER_SLICE = 100;

export interface FilledSlice {
  /** Undefined for a slice that is to be made. */
  readonly name: string | undefined;
  readonly endpoints: readonly Endpoint[];
}

interface Filling {
  readonly name: string | undefined;
  endpoints: Endpoint[];
  isChanged: boolean;
}

/**
 * Lays the wanted endpoints over the slices that exist, with as few slices touched as can be: each endpoint stays where it is, newcomers
 * go into slices that change anyway, then into the fullest one with room for all that are left, then into new ones.
 *
 * Result: the slices with what they are to hold; those that end up empty are left out. One empty slice stays when nothing is wanted.
 */
export function fillSlices(existing: readonly FilledSlice[], wanted: readonly Endpoint[]): readonly FilledSlice[] {
  const left = new Map(wanted.map((endpoint) => [keyOf(endpoint), endpoint]));
  const slices = existing.map((slice) => keep(slice, left));
  const take = (slice: Filling): void => {
    for (const [key, endpoint] of left) {
      if (slice.endpoints.length >= MOST_PER_SLICE) return;
      slice.endpoints.push(endpoint);
      left.delete(key);
    }
  };
  const changing = slices.filter(({ isChanged, endpoints }) => isChanged && endpoints.length > 0);
  for (const slice of changing.toSorted((a, b) => b.endpoints.length - a.endpoints.length)) take(slice);
  while (left.size > 0) {
    const roomy = slices.filter(({ endpoints }) => endpoints.length > 0 && endpoints.length + left.size <= MOST_PER_SLICE);
    const fullest = roomy.toSorted((a, b) => b.endpoints.length - a.endpoints.length)[0];
    // A slice that lost all it had is used again before a new one is made.
    const next = fullest ?? slices.find(({ endpoints }) => endpoints.length === 0) ?? fresh();
    if (next.name === undefined && !slices.includes(next)) slices.push(next);
    take(next);
  }
  const filled = slices.filter(({ endpoints }) => endpoints.length > 0);
  return filled.length > 0 ? filled : [slices[0] ?? fresh()];
}

const fresh = (): Filling => ({ name: undefined, endpoints: [], isChanged: true });

/** What of a slice is still wanted, as it is now; takes it out of what is left. */
function keep({ name, endpoints }: FilledSlice, left: Map<string, Endpoint>): Filling {
  let isChanged = false;
  const kept = endpoints.flatMap((endpoint) => {
    const now = left.get(keyOf(endpoint));
    left.delete(keyOf(endpoint));
    isChanged ||= now === undefined || canonicalJson(now) !== canonicalJson(endpoint);
    return now ?? [];
  });
  return { name, endpoints: kept, isChanged };
}

/** Source: staging endpointslice/util/endpointset.go: addresses, host name, target; not the node. */
const keyOf = ({ addresses, hostname, targetRef }: Endpoint): string => canonicalJson([addresses, hostname ?? '', targetRef ?? null]);
