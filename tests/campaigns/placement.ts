/** Many random clusters: every decision of the lab's scheduler is replayed against the state in which it was made. */
import { messageOf } from '../../src/base/index.ts';
import { playPlacement } from './_placement-play.ts';
import type { Campaign } from './campaign.ts';

const STEPS = 60;

export const placement: Campaign = {
  name: 'placement',
  summary: 'no pod is bound where a filter says no on replay, in random clusters where nodes, pods and rules come and go',
  runs: 300,
  briefRuns: 5,
  async *play({ seed, from, runs, say }) {
    let replayed = 0;
    for (let index = from; index < from + runs; index++) {
      try {
        const { decisions, wrong } = await playPlacement(`${seed}/${index}`, STEPS);
        replayed += decisions;
        yield wrong.length === 0 ? { index, kind: 'agreed' } : { index, kind: 'disagreed', failure: wrong.join('; ') };
      } catch (thrown) {
        yield { index, kind: 'threw', failure: messageOf(thrown) };
      }
    }
    say(`  ${replayed} decisions replayed`);
  },
};
