import type { PodAffinityTerm } from '../../kubernetes/index.ts';
import type { Fix } from '../types.ts';
import { HOSTNAME, ownSelector } from '../workload-facts.ts';
import { isScalable, templateChange } from './_shared.ts';

const WEIGHT = 50;

/** A caller rather on other nodes than what it calls, so that one node takes fewer links of a chain. Only wished for, never enforced. */
export const serviceAntiAffinity: Fix = {
  name: 'service-anti-affinity',
  summary: 'services that depend on each other on different nodes where possible',
  byDefault: false,
  propose: (model, id) => {
    const workload = model.workload(id);
    if (workload === undefined || !isScalable(workload)) return [];
    const present = workload.template.spec?.affinity?.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    const known = new Set(present.map(({ podAffinityTerm }) => keyOf(podAffinityTerm)));
    const called = new Set(model.calls.filter(({ from }) => from === id).flatMap(({ to }) => model.service(to)?.workloads ?? []));
    const added = [...called].flatMap((other) => {
      const target = model.workload(other);
      if (target === undefined || other === id) return [];
      const elsewhere = target.namespace === workload.namespace ? {} : { namespaces: [target.namespace] };
      const podAffinityTerm: PodAffinityTerm = { labelSelector: ownSelector(model, target), topologyKey: HOSTNAME, ...elsewhere };
      return known.has(keyOf(podAffinityTerm)) ? [] : [{ name: target.name, weight: WEIGHT, podAffinityTerm }];
    });
    if (added.length === 0) return [];
    const terms = [...present, ...added.map(({ weight, podAffinityTerm }) => ({ weight, podAffinityTerm }))];
    const text = {
      summary: `preferred anti-affinity to ${added.map(({ name }) => name).join(', ')}`,
      why: 'one node should not take both a service and what it calls',
    };
    const podAntiAffinity = { preferredDuringSchedulingIgnoredDuringExecution: terms };
    return [templateChange('service-anti-affinity', workload, text, { affinity: { podAntiAffinity } })];
  },
};

const keyOf = ({ labelSelector, topologyKey, namespaces }: PodAffinityTerm): string =>
  JSON.stringify([labelSelector, topologyKey, namespaces ?? []]);
