/** The claims that make a plan acceptable, each tried on the simulated cluster. */
import { plural } from '../base/index.ts';
import type { ClusterModel, WorkloadModel } from '../cluster/index.ts';
import { boundPods, failureOfAll, lossesOf, outagesByNode, outagesOf, replaceAfter } from './failures.ts';
import { schedulingStateOf, type RolloutResult } from './simulate-rollout.ts';
import type { HardeningGoal, ProofStep } from './types.ts';
import { budgetsOf, resolveShare } from './workload-facts.ts';

type Chance = { integer(below: number): number };

/** Tells how far it is. `hardened`: the workloads that the plan promises to keep up. `others`: the same rollout where the scheduler breaks ties differently. */
export function* prove(
  rollout: RolloutResult,
  others: readonly RolloutResult[],
  hardened: readonly WorkloadModel[],
  goal: HardeningGoal,
  chance: Chance,
): Generator<string, ProofStep[]> {
  return [
    fitsNow(hardened),
    rolloutEnds([rollout, ...others]),
    failuresSurvived(rollout.model, hardened, goal),
    yield* replacementsFit(rollout.model, hardened, goal, chance),
    drainsPossible(rollout.model, hardened),
  ];
}

function fitsNow(hardened: readonly WorkloadModel[]): ProofStep {
  const claim = 'every replica has a node';
  const short = hardened.find((workload) => boundPods(workload).length < workload.replicas);
  if (short === undefined) {
    const pods = hardened.reduce((sum, { replicas }) => sum + replicas, 0);
    return { claim, holds: true, detail: `${plural(pods, 'pod')} of ${plural(hardened.length, 'workload')} placed` };
  }
  const message = short.pods.find(({ spec }) => !spec?.nodeName)?.status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message;
  return {
    claim,
    holds: false,
    detail: `${short.id}: ${boundPods(short).length} of ${short.replicas} placed${message ? `: ${message}` : ''}`,
  };
}

function rolloutEnds(rollouts: readonly RolloutResult[]): ProofStep {
  const claim = 'the rollout that installs it comes to its end';
  const first = rollouts.flatMap(({ stuck }) => stuck)[0];
  if (first !== undefined) {
    return { claim, holds: false, detail: `${first.workload} stops at ${first.ready} of ${first.wanted}: ${first.message}` };
  }
  const steps = rollouts[0]?.steps.length ?? 0;
  if (steps === 0) return { claim, holds: true, detail: 'no pod changes' };
  return {
    claim,
    holds: true,
    detail: `${plural(steps, 'step')} simulated, in ${plural(rollouts.length, 'order')} of the scheduler's choices`,
  };
}

function failuresSurvived(model: ClusterModel, hardened: readonly WorkloadModel[], { survive }: HardeningGoal): ProofStep {
  const outages = outagesOf(model, survive);
  const claim = `each single ${survive} failure leaves at least one replica of each of them`;
  if (outages.length < 2)
    return {
      claim,
      holds: false,
      detail: `there ${outages.length === 1 ? 'is only one' : 'are no'} ${survive}${outages.length === 1 ? '' : 's'}`,
    };
  const byNode = outagesByNode(outages);
  for (const workload of hardened) {
    const pods = boundPods(workload);
    const outage = failureOfAll(pods, outages, byNode);
    if (outage !== undefined) {
      return { claim, holds: false, detail: `${outage.name} takes all ${plural(pods.length, 'pod')} of ${workload.id}` };
    }
  }
  return { claim, holds: true, detail: `${plural(outages.length, 'failure')} and ${plural(hardened.length, 'workload')} tried` };
}

function* replacementsFit(
  model: ClusterModel,
  hardened: readonly WorkloadModel[],
  { survive }: HardeningGoal,
  chance: Chance,
): Generator<string, ProofStep> {
  const claim = 'what a failure takes fits on the rest, or is known to wait';
  const outages = outagesOf(model, survive);
  const state = schedulingStateOf(model);
  let waiting = 0;
  let example = '';
  const losses = lossesOf(outages, hardened);
  for (const [place, loss] of losses.entries()) {
    yield `the replacements of ${place} of ${plural(losses.length, 'failure')} are placed`;
    for (const { pod, message } of replaceAfter(model, state, loss, chance)) {
      waiting++;
      if (example === '') example = `${loss.outage.name}: ${pod.metadata.name} stays Pending: ${message}`;
    }
  }
  if (waiting === 0) return { claim, holds: true, detail: `all replacements placed in ${plural(outages.length, 'failure')}` };
  return {
    claim,
    holds: true,
    detail: `${plural(waiting, 'replacement')} in ${plural(outages.length, 'failure')} will wait until the ${survive} is back, first ${example}`,
  };
}

function drainsPossible(model: ClusterModel, hardened: readonly WorkloadModel[]): ProofStep {
  const claim = 'disruption budgets leave room to drain a node';
  let budgets = 0;
  for (const workload of hardened) {
    for (const { metadata, spec } of budgetsOf(model, workload)) {
      budgets++;
      const ready = boundPods(workload).length;
      const least =
        spec?.minAvailable === undefined
          ? workload.replicas - resolveShare(spec?.maxUnavailable, workload.replicas, '0', true)
          : resolveShare(spec.minAvailable, workload.replicas, '0', true);
      if (ready - least < 1)
        return {
          claim,
          holds: false,
          detail: `${metadata.name} wants ${least} of ${ready} pods of ${workload.id} to stay: no eviction is allowed`,
        };
    }
  }
  return {
    claim,
    holds: true,
    detail:
      budgets === 0
        ? 'there is no budget in the way'
        : budgets === 1
          ? '1 budget allows one eviction'
          : `${budgets} budgets allow one eviction each`,
  };
}
