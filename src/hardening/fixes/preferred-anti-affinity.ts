import { matchesSelector } from '../../kubernetes/index.ts';
import type { Fix } from '../types.ts';
import { HOSTNAME, keepsApartByHost, ownSelector } from '../workload-facts.ts';
import { isScalable, templateChange } from './_shared.ts';

/** Pods of a workload on different nodes where there is room for it. */
export const preferredAntiAffinity: Fix = {
  name: 'preferred-anti-affinity',
  summary: "a workload's pods on different nodes where possible",
  byDefault: false,
  propose: (model, id) => {
    const workload = model.workload(id);
    if (workload === undefined || !isScalable(workload) || workload.replicas < 2 || keepsApartByHost(workload)) return [];
    const present = workload.template.spec?.affinity?.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    const labels = workload.template.metadata?.labels;
    const already = present.some(
      ({ podAffinityTerm }) => podAffinityTerm.topologyKey === HOSTNAME && matchesSelector(podAffinityTerm.labelSelector, labels),
    );
    if (already) return [];
    const podAffinityTerm = { labelSelector: ownSelector(model, workload), topologyKey: HOSTNAME };
    const text = {
      summary: `preferred anti-affinity on ${HOSTNAME}`,
      why: 'the scheduler then puts two replicas on one node only when no other has room',
    };
    const podAntiAffinity = { preferredDuringSchedulingIgnoredDuringExecution: [...present, { weight: 100, podAffinityTerm }] };
    return [templateChange('preferred-anti-affinity', workload, text, { affinity: { podAntiAffinity } })];
  },
};
