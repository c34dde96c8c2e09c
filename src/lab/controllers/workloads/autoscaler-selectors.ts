/** Which autoscalers look after which pods: two over the same ones are told so, and scale nothing. Source: pkg/controller/podautoscaler/horizontal.go, validateAndParseSelector (Kubernetes 1.36). */
import { matchesSelector, type HorizontalPodAutoscaler, type LabelSelector, type Pod } from '../../../kubernetes/index.ts';
import type { LabApi } from '../../kube-api/index.ts';
import { keyOf } from '../runtime/pods.ts';

interface Known {
  readonly name: string;
  readonly namespace: string;
  readonly selector: LabelSelector | undefined;
}

export class AutoscalerSelectors {
  readonly #known = new Map<string, Known>();

  /** Forgets those that are gone. */
  keep(keys: ReadonlySet<string>): void {
    for (const key of this.#known.keys()) if (!keys.has(key)) this.#known.delete(key);
  }

  /** Notes what an autoscaler selects. Result: what to say when others select some of the same pods, as far as they have been looked at. */
  conflict(api: LabApi, { metadata }: HorizontalPodAutoscaler, selector: LabelSelector | undefined): string | undefined {
    const { name, namespace = 'default' } = metadata;
    this.#known.set(keyOf({ metadata }), { name, namespace, selector });
    const pods = api.list<Pod>('Pod', { namespace }).filter((pod) => matchesSelector(selector, pod.metadata.labels));
    const selecting = [...this.#known.values()].filter(
      (known) => known.namespace === namespace && pods.some((pod) => matchesSelector(known.selector, pod.metadata.labels)),
    );
    if (selecting.length < 2) return undefined;
    const names = selecting.map((known) => `{${known.name} ${known.namespace}}`).sort();
    return `pods by selector ${selectorText(selector)} are controlled by multiple HPAs: [${names.join(' ')}]`;
  }
}

function selectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector = {}): string {
  const labels = Object.entries(matchLabels).map(([key, value]) => ({ key, text: `${key}=${value}` }));
  const expressions = matchExpressions.map(({ key, operator, values = [] }) => {
    if (operator === 'Exists') return { key, text: key };
    if (operator === 'DoesNotExist') return { key, text: `!${key}` };
    return { key, text: `${key} ${operator === 'In' ? 'in' : 'notin'} (${[...values].sort().join(',')})` };
  });
  return [...labels, ...expressions]
    .sort((a, b) => a.key.localeCompare(b.key))
    .map(({ text }) => text)
    .join(',');
}
