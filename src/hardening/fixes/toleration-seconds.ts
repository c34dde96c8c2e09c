import { smallestTolerationSeconds, type Toleration } from '../../kubernetes/index.ts';
import type { Fix } from '../types.ts';
import { isScalable, templateChange } from './_shared.ts';

/** Long enough for a kubelet that restarts, short beside the default of 300. */
const SECONDS = 30;
const TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/** Replacements for the pods of a lost node after 30 seconds rather than five minutes. */
export const tolerationSeconds: Fix = {
  name: 'toleration-seconds',
  summary: `pods of a lost node are replaced after ${SECONDS} s instead of 300 s`,
  byDefault: false,
  propose: (model, id) => {
    const workload = model.workload(id);
    // A pod of a stateful set is not replaced before its node is back, however short the time.
    if (workload === undefined || !isScalable(workload) || workload.kind === 'StatefulSet') return [];
    const present: readonly Toleration[] = workload.template.spec?.tolerations ?? [];
    const slow = TAINTS.filter((key) => {
      const seconds = smallestTolerationSeconds([{ key, effect: 'NoExecute' }], present);
      // Without a toleration the API server adds one of 300 s; one without limit was meant so.
      return seconds === 0
        ? !present.some((each) => each.key === key && each.tolerationSeconds === 0)
        : seconds > SECONDS && seconds < Infinity;
    });
    if (slow.length === 0) return [];
    const kept = present.filter(({ key }) => !slow.includes(key ?? ''));
    const added = slow.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: SECONDS }));
    const text = {
      summary: `tolerationSeconds ${SECONDS} for ${slow.map((key) => key.split('/')[1]).join(' and ')}`,
      why: 'by default a pod of a lost node waits 300 s before it is replaced',
    };
    return [templateChange('toleration-seconds', workload, text, { tolerations: [...kept, ...added] })];
  },
};
