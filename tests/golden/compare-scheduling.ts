/** Compares one recorded decision of kube-scheduler with ours. */
import type { Pod, PodDisruptionBudget } from '../../src/kubernetes/index.ts';
import { createSchedulingState, type NodeExplanation, type SchedulingObjects, type SchedulingState } from '../../src/scheduling/index.ts';

export interface ExpectedDecision {
  readonly feasible: number;
  readonly best: readonly string[];
  readonly message?: string;
  readonly nodes: Readonly<Record<string, NodeExplanation>>;
}

export interface RecordedCluster extends Omit<SchedulingObjects, 'podDisruptionBudgets'> {
  readonly id: string;
  readonly tags: readonly string[];
  readonly pdbs?: readonly PodDisruptionBudget[];
}

export function stateOf(recorded: RecordedCluster): SchedulingState {
  return createSchedulingState(recorded.pdbs ? { ...recorded, podDisruptionBudgets: recorded.pdbs } : recorded);
}

/** Every difference as `area: text`; empty when all agrees. */
export function differences(state: SchedulingState, pod: Pod, expected: ExpectedDecision): { area: string; why: string }[] {
  const found: { area: string; why: string }[] = [];
  const differ = (area: string, ours: unknown, theirs: unknown, where = ''): void => {
    const [a, b] = [JSON.stringify(ours), JSON.stringify(theirs)];
    if (a !== b) found.push({ area, why: `${where} ours ${a}, recorded ${b}`.trim() });
  };
  const explained = state.explain(pod);
  for (const [name, theirs] of Object.entries(expected.nodes)) {
    const ours = explained.get(name);
    differ('feasible', ours?.fits, theirs.fits, name);
    if (ours === undefined || ours.fits !== theirs.fits) continue;
    if (!ours.fits && !theirs.fits) {
      // The sequences were recorded without status codes.
      const code = theirs.code === undefined ? undefined : ours.code;
      differ('refusals', [ours.plugin, code, ours.reasons], [theirs.plugin, theirs.code, theirs.reasons], name);
    } else if (ours.fits && theirs.fits) {
      const plugins = new Set([...Object.keys(ours.scores), ...Object.keys(theirs.scores)]);
      for (const plugin of plugins) differ(`score ${plugin}`, ours.scores[plugin] ?? 0, theirs.scores[plugin] ?? 0, name);
    }
  }
  const placement = state.schedule(pod, { integer: () => 0 });
  differ('best', placement.kind === 'placed' ? placement.best.slice().sort() : [], expected.best.slice().sort());
  return found;
}
