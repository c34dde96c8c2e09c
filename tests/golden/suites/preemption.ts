import type { Pod } from '../../../src/kubernetes/index.ts';
import { differences, stateOf, type ExpectedDecision, type RecordedCluster } from '../compare-scheduling.ts';
import type { GoldenCase, GoldenSuite } from '../golden-suite.ts';
import { readRecording } from '../read-lines.ts';

interface Recorded extends RecordedCluster {
  readonly pod: Pod;
  readonly expected: ExpectedDecision & {
    readonly preemption: {
      readonly eligible: boolean;
      readonly why?: string;
      readonly candidates?: Readonly<Record<string, { readonly victims: readonly string[]; readonly pdbViolations: number }>>;
      readonly notHelpful?: Readonly<Record<string, readonly string[]>>;
      readonly nominated: readonly string[] | null;
    };
  };
}

const nameOf = ({ metadata }: Pod): string => `${metadata.namespace ?? 'default'}/${metadata.name}`;
const sorted = (object: object): string => JSON.stringify(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Judges one case: eligibility, victims per node, nodes tried in vain, nominated nodes, and the message each count once. */
export function* comparePreemption(recorded: Recorded): Iterable<GoldenCase> {
  const { id, pod, expected } = recorded;
  const state = stateOf(recorded);
  const theirs = expected.preemption;
  const ours = state.explainPreemption(pod);
  const compare = (area: string, a: string, b: string): GoldenCase =>
    a === b ? { area, id, agreed: true } : { area, id, agreed: false, why: `ours ${a}, recorded ${b}` };
  const [first] = differences(state, pod, expected);
  yield compare('filters', first === undefined ? '' : `${first.area} ${first.why}`, '');
  yield compare('eligible', String(ours.ineligible), String(theirs.eligible ? undefined : theirs.why));
  const candidates = Object.fromEntries(
    [...ours.candidates].map(([node, { victims, budgetViolations }]) => [
      node,
      { victims: victims.map(nameOf), pdbViolations: budgetViolations },
    ]),
  );
  yield compare('candidates', sorted(candidates), sorted(theirs.candidates ?? {}));
  yield compare('not helpful', sorted(Object.fromEntries(ours.notHelpful)), sorted(theirs.notHelpful ?? {}));
  yield compare('nominated', JSON.stringify(ours.nominated), JSON.stringify((theirs.nominated ?? []).slice().sort()));
  const placement = state.schedule(pod, { integer: () => 0 });
  const message = placement.kind === 'unschedulable' ? placement.message : '';
  if (expected.message !== undefined) yield compare('message', message, expected.message);
}

/** Pods that fit nowhere and have a priority: recorded from kube-scheduler 1.36. */
export const suite: GoldenSuite = {
  name: 'preemption',
  async *run(dir) {
    for (const recorded of readRecording<Recorded>(dir, 'preemption-cases')) yield* comparePreemption(recorded);
  },
};
