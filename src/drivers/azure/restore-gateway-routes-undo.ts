import { z } from 'zod';
import { patiently } from '../../experiment/index.ts';
import { azureUndo } from './_activity.ts';
import { putGateway, readGateway, RESTORE_ROUTES_UNDO, ruleShape } from './_gateways.ts';
import { checkPlace } from './_place.ts';

const LIMIT_MS = 20 * 60_000;

/** Puts removed routing rules back beside those that are there, and looks whether they are. */
export const restoreGatewayRoutesUndo = azureUndo({
  name: RESTORE_ROUTES_UNDO,
  summary: 'Put request routing rules back into an application gateway.',
  state: z.object({ subscriptionId: z.string(), endpoint: z.string(), path: z.string(), rules: z.array(ruleShape) }),
  run: async (plan, context) => {
    checkPlace(plan, context.arm);
    const missingFrom = (rules: readonly { name: string }[]) => plan.rules.filter((rule) => !rules.some(({ name }) => name === rule.name));
    const read = () => readGateway(plan.path, context);
    const before = await patiently(read, context);
    const missing = missingFrom(before.rules);
    const name = plan.path.split('/').at(-1) ?? plan.path;
    if (missing.length === 0) return { mended: true, alreadyDone: true, detail: [`${name}: all rules are there`] };
    await putGateway(plan.path, before, [...before.rules, ...missing], { ...context, limitMs: LIMIT_MS });
    const still = missingFrom((await patiently(read, context)).rules);
    const detail =
      still.length === 0
        ? [`${name}: ${missing.length} rules put back`]
        : [`${name}: missing ${still.map((rule) => rule.name).join(', ')}`];
    return { mended: still.length === 0, alreadyDone: false, detail };
  },
});
