import type { Pod } from '../../../src/kubernetes/index.ts';
import { differences, stateOf, type ExpectedDecision, type RecordedCluster } from '../compare-scheduling.ts';
import type { GoldenSuite } from '../golden-suite.ts';
import { readRecording } from '../read-lines.ts';

interface Recorded extends RecordedCluster {
  readonly queue: readonly Pod[];
  readonly expected: readonly (ExpectedDecision & { readonly picked?: string })[];
}

/** Pods placed one after another; each starts from where the recorded ones went. */
export const suite: GoldenSuite = {
  name: 'sequences',
  async *run(dir) {
    for (const recorded of readRecording<Recorded>(dir, 'sequences')) {
      const state = stateOf(recorded);
      for (const [index, pod] of recorded.queue.entries()) {
        const expected = recorded.expected[index];
        if (expected === undefined) continue;
        const [first] = differences(state, pod, expected);
        const id = `${recorded.id}#${index}`;
        const area = recorded.tags[1] ?? 'sequence';
        yield first === undefined ? { area, id, agreed: true } : { area, id, agreed: false, why: `${first.area}: ${first.why}` };
        if (expected.picked) state.upsert('Pod', { ...pod, spec: { containers: [], ...pod.spec, nodeName: expected.picked } });
      }
    }
  },
};
