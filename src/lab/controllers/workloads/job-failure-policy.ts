/** What a Job makes of a failed pod. Source: pkg/controller/job/pod_failure_policy.go (Kubernetes 1.36). */
import type { Job, Pod } from '../../../kubernetes/index.ts';
import { isFinished, isTerminating } from '../runtime/pods.ts';

export interface FailureVerdict {
  readonly action: 'FailJob' | 'FailIndex' | 'Ignore' | 'Count';
  /** For people, with `FailJob`. */
  readonly message: string;
}

const COUNT: FailureVerdict = { action: 'Count', message: '' };

type Rule = NonNullable<NonNullable<NonNullable<Job['spec']>['podFailurePolicy']>['rules']>[number];

/** Whether a pod that is ending keeps its place until it has ended. */
export const onlyReplacesFailed = ({ spec }: Job): boolean =>
  spec?.podFailurePolicy !== undefined || spec?.podReplacementPolicy === 'Failed';

/** Pods that are being deleted have failed, unless the Job waits until they have ended: then only their phase tells. */
export function hasFailed(found: Job, pod: Pod): boolean {
  if (pod.status?.phase === 'Succeeded') return false;
  return isFinished(pod) || (isTerminating(pod) && !onlyReplacesFailed(found));
}

/** The first rule that the pod meets decides; without one the failure counts. */
export function judgeFailure({ spec }: Job, pod: Pod): FailureVerdict {
  for (const [index, rule] of (spec?.podFailurePolicy?.rules ?? []).entries()) {
    const why = exitCodeMatch(rule, pod) ?? conditionMatch(rule, pod);
    if (why === undefined) continue;
    // The API allows these four.
    const action = rule.action as FailureVerdict['action'];
    return { action, message: `${why} matching ${action} rule at index ${index}` };
  }
  return COUNT;
}

const nameOf = ({ metadata }: Pod): string => `${metadata.namespace ?? 'default'}/${metadata.name}`;

function exitCodeMatch({ onExitCodes }: Rule, pod: Pod): string | undefined {
  if (!onExitCodes) return undefined;
  const { containerName, operator, values } = onExitCodes;
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
  const ended = [...containerStatuses, ...initContainerStatuses].flatMap(({ name, state }) =>
    state?.terminated ? [{ name, code: state.terminated.exitCode }] : [],
  );
  const found = ended.find(
    ({ name, code }) => code !== 0 && (containerName ?? name) === name && values.includes(code) === (operator === 'In'),
  );
  return found && `Container ${found.name} for pod ${nameOf(pod)} failed with exit code ${found.code}`;
}

function conditionMatch({ onPodConditions }: Rule, pod: Pod): string | undefined {
  const found = (onPodConditions ?? []).find(({ type, status }) =>
    pod.status?.conditions?.some((condition) => condition.type === type && condition.status === status),
  );
  return found && `Pod ${nameOf(pod)} has condition ${found.type}`;
}
