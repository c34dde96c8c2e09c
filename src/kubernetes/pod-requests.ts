/** What a pod asks of a node, as the scheduler counts it. Source: component-helpers resource.PodRequests, Kubernetes 1.36. */
import type { Container, PodSpec } from './objects.ts';
import { toMilli } from './quantity.ts';

/** Resource name to thousandths of the unit (milli-cores, milli-bytes). A name that nothing asks for is absent. */
export type MilliAmounts = ReadonlyMap<string, number>;

type Quantities = Readonly<Record<string, string>> | undefined;

/** What a container that says nothing is taken to need when nodes are scored: 100m and 200Mi. */
const NON_ZERO_MILLI: Quantities = { cpu: '100m', memory: '209715200' };

/** Pod-level resources may set these; all others come from the containers. */
const isPodLevel = (name: string): boolean => name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');

function add(into: Map<string, number>, amounts: MilliAmounts): void {
  for (const [name, milli] of amounts) into.set(name, (into.get(name) ?? 0) + milli);
}

function raise(into: Map<string, number>, amounts: MilliAmounts): void {
  for (const [name, milli] of amounts) {
    const before = into.get(name);
    if (before === undefined || milli > before) into.set(name, milli);
  }
}

const amountsOf = (quantities: Quantities): Map<string, number> =>
  new Map(Object.entries(quantities ?? {}).map(([name, text]) => [name, toMilli(text)]));

/** Limits stand in for absent requests, as the API server's defaulting has it. */
const requestsOf = (container: Container, missing: Quantities): Map<string, number> =>
  amountsOf({ ...missing, ...container.resources?.limits, ...container.resources?.requests });

function containerRequests(spec: PodSpec, missing: Quantities): Map<string, number> {
  const total = new Map<string, number>();
  for (const container of spec.containers) add(total, requestsOf(container, missing));
  const peak = new Map<string, number>();
  const sidecars = new Map<string, number>();
  for (const container of spec.initContainers ?? []) {
    const amounts = requestsOf(container, missing);
    if (container.restartPolicy === 'Always') {
      add(total, amounts);
      add(sidecars, amounts);
      raise(peak, sidecars);
    } else {
      add(amounts, sidecars);
      raise(peak, amounts);
    }
  }
  raise(total, peak);
  return total;
}

/** Pod-level requests after the API server's defaulting. The field is newer than kubernetes-types. */
function podLevelRequests(spec: PodSpec, fromContainers: MilliAmounts): MilliAmounts {
  const { resources } = spec as { readonly resources?: { readonly requests?: Quantities; readonly limits?: Quantities } };
  const set = amountsOf(resources?.requests);
  const limits = amountsOf(resources?.limits);
  for (const [name, milli] of limits) {
    const overcommits = name === 'cpu' || name === 'memory';
    if (!set.has(name)) set.set(name, (overcommits ? fromContainers.get(name) : undefined) ?? milli);
  }
  if (limits.size > 0) {
    for (const name of ['cpu', 'memory']) {
      const milli = fromContainers.get(name);
      if (!set.has(name) && milli !== undefined) set.set(name, milli);
    }
  }
  return new Map([...set].filter(([name]) => isPodLevel(name)));
}

function effective(spec: PodSpec, missing: Quantities): Map<string, number> {
  const total = containerRequests(spec, missing);
  const podLevel = podLevelRequests(spec, missing === undefined ? total : containerRequests(spec, undefined));
  for (const [name, milli] of podLevel) total.set(name, milli);
  add(total, amountsOf(spec.overhead));
  return total;
}

/**
 * Everything a pod asks for: containers together, or the largest moment of its start (init containers beside the side-cars
 * started so far) where that is more; pod-level resources instead where they are set; overhead on top.
 */
export function podRequests(spec: PodSpec): MilliAmounts {
  return effective(spec, undefined);
}

/**
 * As `podRequests`, with a small amount assumed for each container that asks for no processor or memory.
 *
 * Nodes are scored with it, so that many silent pods do not look like none. Source: scheduler util GetNonzeroRequests.
 */
export function podRequestsForScoring(spec: PodSpec): { readonly milliCpu: number; readonly memoryMilli: number } {
  const requests = effective(spec, undefined);
  const hasPodLevel = podLevelRequests(spec, containerRequests(spec, undefined)).size > 0;
  const missing = hasPodLevel ? withoutKeysOf(requests) : NON_ZERO_MILLI;
  const amounts = effective(spec, missing);
  return { milliCpu: amounts.get('cpu') ?? 0, memoryMilli: amounts.get('memory') ?? 0 };
}

const withoutKeysOf = (requests: MilliAmounts): Quantities =>
  Object.fromEntries(Object.entries(NON_ZERO_MILLI ?? {}).filter(([name]) => !requests.has(name)));
