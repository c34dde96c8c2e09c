/** What a pod asks for and may use at most. Source: component-helpers resource.PodRequests and PodLimits, 1.36. */
import type { Container, Pod, Quantity } from '../../../kubernetes/index.ts';
import { addTo, amountsOf, raiseTo, type Quantities } from './amounts.ts';

type Part = 'requests' | 'limits';

const stated = ({ resources }: Container, part: Part): Map<string, Quantity> => amountsOf(resources?.[part]);

/** Containers together, or the largest moment of the start where that is more; pod-level amounts instead where they are set. */
export function podAmounts({ spec }: Pod, part: Part): Map<string, Quantity> {
  const total = new Map<string, Quantity>();
  if (spec === undefined) return total;
  for (const container of spec.containers) addTo(total, stated(container, part));
  const sidecars = new Map<string, Quantity>();
  const peak = new Map<string, Quantity>();
  for (const container of spec.initContainers ?? []) {
    const amounts = stated(container, part);
    if (container.restartPolicy === 'Always') {
      addTo(total, amounts);
      addTo(sidecars, amounts);
      raiseTo(peak, sidecars);
    } else {
      addTo(amounts, sidecars);
      raiseTo(peak, amounts);
    }
  }
  raiseTo(total, peak);
  const { resources } = spec as { readonly resources?: Readonly<Record<Part, Quantities | undefined>> }; // newer than kubernetes-types
  for (const [name, amount] of amountsOf(resources?.[part])) total.set(name, amount);
  const overhead = amountsOf(spec.overhead);
  for (const name of part === 'limits' ? overhead.keys() : []) if (!total.has(name)) overhead.delete(name);
  addTo(total, overhead);
  return total;
}
