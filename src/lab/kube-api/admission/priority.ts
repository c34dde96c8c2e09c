/** The Priority admission plugin: a pod's class says how much it counts. Source: plugin/pkg/admission/priority, 1.36. */
import { assert } from '../../../base/index.ts';
import { resourceOf, type Pod, type PriorityClass } from '../../../kubernetes/index.ts';
import type { RuleContext } from '../kind-rules.ts';
import { forbidden } from '../statuses.ts';
import type { Stored } from '../store.ts';
import type { Draft } from '../types.ts';

/** Sets priority and preemption policy. Who gives numbers of their own is refused (403). Errors: `ApiError`. */
export function admitPriority(pod: Draft<Pod>, { store }: RuleContext): void {
  const spec = (pod.spec ??= { containers: [] });
  const classes = store.list('PriorityClass') as unknown as (Stored & PriorityClass)[]; // the kind says so
  const name = spec.priorityClassName ?? '';
  const found =
    name === '' ? classes.find(({ globalDefault }) => globalDefault === true) : classes.find((item) => item.metadata.name === name);
  const resource = resourceOf('Pod');
  assert(resource, 'pods are known');
  const refuse = (why: string): Error => forbidden(resource, pod.metadata.name, why);
  if (found === undefined && name !== '') throw refuse(`no PriorityClass with name ${name} was found`);
  if (found) spec.priorityClassName = found.metadata.name;
  const priority = found?.value ?? 0;
  const policy = found?.preemptionPolicy ?? 'PreemptLowerPriority';
  const source = 'must not be provided in pod spec; priority admission controller computed';
  if (spec.priority !== undefined && spec.priority !== priority) {
    throw refuse(`the integer value of priority (${spec.priority}) ${source} ${priority} from the given PriorityClass name`);
  }
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
    throw refuse(`the string value of PreemptionPolicy (${spec.preemptionPolicy}) ${source} ${policy} from the given PriorityClass name`);
  }
  spec.priority = priority;
  spec.preemptionPolicy = policy;
}
