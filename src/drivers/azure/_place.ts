import { EvenkeelError } from '../../base/index.ts';
import type { ArmClient } from '../../clients/index.ts';

/** Another subscription or cloud than the one where something was broken can only be harmed by mending. Errors: `INVALID_INPUT`. */
export function checkPlace(plan: { readonly subscriptionId: string; readonly endpoint: string }, arm: ArmClient): void {
  if (plan.subscriptionId.toLowerCase() === arm.subscriptionId.toLowerCase() && plan.endpoint === arm.endpoint) return;
  throw new EvenkeelError(
    'INVALID_INPUT',
    `the run acted in subscription ${plan.subscriptionId} at ${plan.endpoint}, but the credentials lead to ${arm.subscriptionId} at ${arm.endpoint}`,
    { blame: 'input', hint: 'Use the credentials and the subscription that the run had.' },
  );
}
