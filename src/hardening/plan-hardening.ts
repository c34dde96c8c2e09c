import { createRandom, EvenkeelError, plural } from '../base/index.ts';
import type { ClusterModel, WorkloadId, WorkloadModel } from '../cluster/index.ts';
import type { Prediction } from '../whatif/index.ts';
import { applyChanges } from './apply-changes.ts';
import { drained } from './drained.ts';
import { FIXES } from './fixes/index.ts';
import { prove } from './prove.ts';
import { remainingRisks } from './remaining-risks.ts';
import { simulateRolloutEach, type RolloutResult } from './simulate-rollout.ts';
import type { Change, Fix, HardeningGoal, HardeningPlan, LeftAlone } from './types.ts';
import { eligibleNodes, keepsApartByHost, reasonForOne } from './workload-facts.ts';

/** Namespaces of the cluster itself: their workloads are changed only when the goal names the namespace. */
const PROTECTED = /^(kube-.*|gatekeeper-system|calico-system|tigera-operator|azure-arc|aks-.*|app-routing-system)$/;

/** The first of equals, so that the same cluster gives the same plan. */
const FIRST = { integer: () => 0 };

/** The real scheduler picks among equal nodes at random: the rollout is tried with other picks as well. */
const VARIATIONS = ['rollout-1', 'rollout-2', 'rollout-3'];

/** A rollout of more steps is tried with one other pick: thousands of pods are picked for in it anyway. The proof tells how many. */
const MANY_STEPS = 4000;

/** Gives up relaxing after this many rounds; each round settles at least one workload. */
const ROUNDS_MAX = 20;

/** Workloads whose wish could not be met as asked. */
interface Relaxed {
  /** Rather than never on one node. */
  readonly preferApart: Set<WorkloadId>;
  /** Left as they are. */
  readonly untouched: Set<WorkloadId>;
  readonly notes: LeftAlone[];
}

/**
 * Plans the changes that make the goal's workloads survive, and proves the plan on a simulated cluster.
 *
 * What cannot be satisfied as asked is replaced by the nearest that can and named under `leftAlone` with its counter-example.
 * `predict` gives the predictions of every failure for a model. `chance` breaks the scheduler's ties (default: the first by name).
 * Errors: `INVALID_INPUT` for an unknown fix or workload in the goal.
 */
export function planHardening(
  model: ClusterModel,
  goal: HardeningGoal,
  predict: (model: ClusterModel) => Iterable<Prediction>,
  chance: { integer(below: number): number } = FIRST,
): HardeningPlan {
  return drained(planHardeningEach(model, goal, predict, chance));
}

/** As `planHardening`, step by step: each tells how far it is, and between two whoever asks may stop. Errors: as `planHardening`. */
export function* planHardeningEach(
  model: ClusterModel,
  goal: HardeningGoal,
  predict: (model: ClusterModel) => Iterable<Prediction>,
  chance: { integer(below: number): number } = FIRST,
): Generator<string, HardeningPlan> {
  const fixes = chosenFixes(goal);
  for (const id of [...goal.include, ...goal.exclude]) if (model.workload(id) === undefined) throw unknownWorkload(id, model);
  const targets = model.workloads.filter((workload) => isTarget(workload, goal));
  const relaxed: Relaxed = { preferApart: new Set(), untouched: new Set(), notes: [] };
  for (let round = 0; ; round++) {
    const { changes, draft } = yield* propose(model, targets, fixes, goal, relaxed);
    const rollout = yield* simulateRolloutEach(model, draft, chance);
    if (round < ROUNDS_MAX && relaxStuck(rollout, draft, changes, relaxed)) continue;
    const alone = [...leftAlone(model, targets, goal), ...relaxed.notes];
    const hardened = hardenedWorkloads(rollout.model, targets, alone, relaxed);
    const variations = rollout.steps.length > MANY_STEPS ? VARIATIONS.slice(0, 1) : VARIATIONS;
    const others: RolloutResult[] = [];
    for (const seed of variations) others.push(yield* simulateRolloutEach(model, draft, createRandom(seed)));
    const proof = yield* prove(rollout, others, hardened, goal, chance);
    return {
      goal,
      changes,
      leftAlone: alone,
      proof,
      proven: proof.every(({ holds }) => holds),
      before: yield* predicted(predict(model), 'now'),
      after: yield* predicted(predict(rollout.model), 'after the plan'),
      modelAfter: rollout.model,
      remaining: remainingRisks(rollout.model, goal),
    };
  }
}

function chosenFixes({ fixes, survive }: HardeningGoal): Fix[] {
  if (fixes === undefined) return FIXES.filter(({ byDefault, name }) => byDefault || (survive === 'zone' && name === 'topology-spread'));
  const unknown = fixes.find((name) => !FIXES.some((fix) => fix.name === name));
  if (unknown === undefined) return FIXES.filter(({ name }) => fixes.includes(name));
  throw new EvenkeelError('INVALID_INPUT', `no such fix: ${unknown}`, {
    blame: 'input',
    hint: `Choose among ${FIXES.map(({ name }) => name).join(', ')}.`,
  });
}

function unknownWorkload(id: WorkloadId, model: ClusterModel): EvenkeelError {
  const known = model.workloads.slice(0, 10).map((workload) => workload.id);
  return new EvenkeelError('INVALID_INPUT', `no such workload: ${id}`, {
    blame: 'input',
    hint: `Name it as KIND/NAMESPACE/NAME, for example ${known.join(', ')}.`,
  });
}

function isTarget(workload: WorkloadModel, { namespace, include, exclude }: HardeningGoal): boolean {
  if (exclude.includes(workload.id) || workload.kind === 'Job' || workload.kind === 'DaemonSet') return false;
  if (include.includes(workload.id)) return true;
  return namespace === undefined ? !PROTECTED.test(workload.namespace) : workload.namespace === namespace;
}

function* predicted(each: Iterable<Prediction>, when: string): Generator<string, Prediction[]> {
  const predictions: Prediction[] = [];
  for (const prediction of each) {
    predictions.push(prediction);
    yield `${plural(predictions.length, 'failure')} of the cluster ${when} ${predictions.length === 1 ? 'is' : 'are'} predicted`;
  }
  return predictions;
}

/** Fix by fix, so that each sees what those before it have changed. */
function* propose(
  model: ClusterModel,
  targets: readonly WorkloadModel[],
  fixes: readonly Fix[],
  goal: HardeningGoal,
  { preferApart, untouched }: Relaxed,
): Generator<string, { changes: Change[]; draft: ClusterModel }> {
  const changes: Change[] = [];
  let draft = model;
  for (const fix of FIXES) {
    yield `looking where ${fix.name} is missing`;
    const proposed = targets.flatMap(({ id }) => {
      if (untouched.has(id)) return [];
      const asked = fixes.includes(fix);
      const wanted = preferApart.has(id)
        ? fix.name === 'preferred-anti-affinity' || (asked && fix.name !== 'required-anti-affinity')
        : asked;
      return wanted ? fix.propose(draft, id, goal) : [];
    });
    changes.push(...proposed);
    draft = applyChanges(draft, proposed);
  }
  return { changes, draft };
}

/** Takes back, for each workload whose rollout stops, what stops it. True when anything was taken back. */
function relaxStuck({ stuck }: RolloutResult, draft: ClusterModel, changes: readonly Change[], relaxed: Relaxed): boolean {
  let changed = false;
  for (const { workload: id, ready, wanted, message } of stuck) {
    const own = changes.filter(({ workload }) => workload === id);
    const workload = draft.workload(id);
    if (own.length === 0 || workload === undefined || relaxed.untouched.has(id)) continue;
    changed = true;
    const counter = `${ready} of ${wanted} replicas found a node: ${message}`;
    const apart = own.some(({ fix }) => fix === 'required-anti-affinity') && keepsApartByHost(workload);
    if (apart && !relaxed.preferApart.has(id)) {
      relaxed.preferApart.add(id);
      const nodes = eligibleNodes(draft, workload);
      const suggestion = `preferred anti-affinity is planned instead; ${nodes < wanted ? `add ${wanted - nodes} more nodes` : 'make room on the nodes'} to keep its replicas strictly apart`;
      relaxed.notes.push({ workload: id, reason: `required anti-affinity can not be met: ${counter}`, suggestion });
    } else {
      relaxed.untouched.add(id);
      relaxed.notes.push({ workload: id, reason: `more replicas do not fit: ${counter}`, suggestion: 'add nodes or lower its requests' });
    }
  }
  return changed;
}

function leftAlone(model: ClusterModel, targets: readonly WorkloadModel[], goal: HardeningGoal): LeftAlone[] {
  return targets.flatMap((workload) => {
    if (goal.include.includes(workload.id) || workload.replicas >= goal.minReplicas || workload.replicas === 0) return [];
    const found = reasonForOne(model, workload);
    return found === undefined ? [] : [{ workload: workload.id, ...found }];
  });
}

/** What the plan promises to keep up: all targets but those that are named as left alone. */
function hardenedWorkloads(
  after: ClusterModel,
  targets: readonly WorkloadModel[],
  alone: readonly LeftAlone[],
  { preferApart }: Relaxed,
): WorkloadModel[] {
  const unpromised = new Set(alone.map(({ workload }) => workload).filter((id) => !preferApart.has(id)));
  return targets
    .filter(({ id, kind, replicas }) => !unpromised.has(id) && kind !== 'Pod' && replicas > 0)
    .flatMap(({ id }) => after.workload(id) ?? []);
}
