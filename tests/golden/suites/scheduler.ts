import type { Pod } from '../../../src/kubernetes/index.ts';
import { differences, stateOf, type ExpectedDecision, type RecordedCluster } from '../compare-scheduling.ts';
import type { GoldenCase, GoldenSuite } from '../golden-suite.ts';
import { readRecording } from '../read-lines.ts';

interface Recorded extends RecordedCluster {
  readonly pod: Pod;
  readonly expected: ExpectedDecision;
}

/** Judges one case: feasibility, refusals, best nodes, scores of each plugin, and the message each count once. */
export function* compareCase(recorded: Recorded): Iterable<GoldenCase> {
  const { id, pod, expected } = recorded;
  const state = stateOf(recorded);
  const found = differences(state, pod, expected);
  const areas = new Set(['feasible', 'best']);
  for (const node of Object.values(expected.nodes)) {
    if (!node.fits) areas.add('refusals');
    else for (const plugin of Object.keys(node.scores)) areas.add(`score ${plugin}`);
  }
  for (const { area } of found) areas.add(area);
  for (const area of areas) {
    const why = found.find((each) => each.area === area)?.why;
    yield why === undefined ? { area, id, agreed: true } : { area, id, agreed: false, why };
  }
  if (expected.message !== undefined) {
    const placement = state.schedule(pod, { integer: () => 0 });
    const ours = placement.kind === 'unschedulable' ? placement.message : `placed on ${placement.node}`;
    // The recorded text has no preemption part in these cases.
    const agreed = ours.split(/ (?:no new claims|preemption:)/)[0] === expected.message;
    yield agreed ? { area: 'message', id, agreed } : { area: 'message', id, agreed, why: `ours ${ours}, recorded ${expected.message}` };
  }
}

/** One pod, one cluster: recorded from kube-scheduler 1.36. */
export const suite: GoldenSuite = everyNth(1);

/** The same over every n-th case, for when time is short. */
export function everyNth(n: number): GoldenSuite {
  return {
    name: 'scheduler',
    async *run(dir) {
      for (const [index, recorded] of readRecording<Recorded>(dir, 'scheduler-cases').entries()) {
        if (index % n === 0) yield* compareCase(recorded);
      }
    },
  };
}
