import { plural } from '../../base/index.ts';
import type { FindingRule } from './_shared.ts';

export const nodeNotReady: FindingRule = {
  name: 'node-not-ready',
  summary: 'A node is not ready already: one failure has happened, the next one meets a weaker cluster.',
  find: ({ model, nodeName }) =>
    model.nodes
      .filter(({ ready }) => !ready)
      .map(({ name }) => {
        const pods = model.podsOn(name).length;
        const carries = pods === 0 ? '' : ` and still carries ${plural(pods, 'pod')}`;
        return { rule: 'node-not-ready', severity: 'high', subject: name, message: `${nodeName(name)} is not ready${carries}` };
      }),
};
