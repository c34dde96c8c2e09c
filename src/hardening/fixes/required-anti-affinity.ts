import type { Fix } from '../types.ts';
import { HOSTNAME, keepsApartByHost, ownSelector, requiredTerms } from '../workload-facts.ts';
import { isScalable, templateChange } from './_shared.ts';

/** No two pods of a workload on the same node, enforced. */
export const requiredAntiAffinity: Fix = {
  name: 'required-anti-affinity',
  summary: "never two of a workload's pods on one node",
  byDefault: true,
  propose: (model, id) => {
    const workload = model.workload(id);
    if (workload === undefined || !isScalable(workload) || workload.replicas < 2 || keepsApartByHost(workload)) return [];
    const term = { labelSelector: ownSelector(model, workload), topologyKey: HOSTNAME };
    const text = {
      summary: `required anti-affinity on ${HOSTNAME}`,
      why: 'two replicas on one node are lost together',
    };
    const podAntiAffinity = { requiredDuringSchedulingIgnoredDuringExecution: [...requiredTerms(workload), term] };
    return [templateChange('required-anti-affinity', workload, text, { affinity: { podAntiAffinity } })];
  },
};
