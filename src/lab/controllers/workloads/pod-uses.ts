/** What pods use, as an autoscaler asks the API for it. Source: pkg/controller/podautoscaler/metrics/client.go (Kubernetes 1.36). */
import { matchesSelector, toMilli, type LabelSelector } from '../../../kubernetes/index.ts';
import { metricsOf, type LabApi, type PodMetrics } from '../../kube-api/index.ts';

export interface UsesAsked {
  readonly namespace: string | undefined;
  readonly selector: LabelSelector | undefined;
  readonly resource: string;
  /** One container of each pod instead of all. */
  readonly container: string | undefined;
}

export interface PodUse {
  /** Thousandths of the unit. */
  readonly value: number;
  readonly atMs: number;
  readonly windowMs: number;
}

/** By pod name; a text says why there is nothing, in the autoscaler's words. */
export function podUses(api: LabApi, asked: UsesAsked): ReadonlyMap<string, PodUse> | string {
  const source = metricsOf(api);
  if (source === undefined) {
    return 'unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)';
  }
  const found = source.pods(asked.namespace ?? 'default', (labels) => matchesSelector(asked.selector, labels));
  if (found.length === 0) return 'no metrics returned from resource metrics API';
  const uses = new Map<string, PodUse>();
  for (const pod of found) {
    const value = valueOf(pod, asked);
    if (typeof value === 'string') return value;
    if (value === undefined) continue;
    uses.set(pod.metadata.name, { value, atMs: Date.parse(pod.timestamp), windowMs: Number.parseFloat(pod.window) * 1000 });
  }
  return uses;
}

function valueOf({ metadata, containers }: PodMetrics, { resource, container }: UsesAsked): number | string | undefined {
  const wanted = container === undefined ? containers : containers.filter(({ name }) => name === container);
  if (wanted.length === 0) return `container ${container} not present in metrics for pod ${metadata.namespace}/${metadata.name}`;
  let total = 0;
  for (const { usage } of wanted) {
    const amount = resource === 'cpu' ? usage.cpu : resource === 'memory' ? usage.memory : undefined;
    if (amount === undefined) return undefined;
    total += toMilli(amount);
  }
  return total;
}
