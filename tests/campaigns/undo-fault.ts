/** Many random clusters with random faults: when each is undone, the cluster is what it was. */
import { messageOf } from '../../src/base/index.ts';
import { playUndo } from './_undo-play.ts';
import type { Campaign } from './campaign.ts';

export const undoFault: Campaign = {
  name: 'undo-fault',
  summary: 'stopped, cordoned, drained and tainted nodes, deleted pods: after the undo the lab looks as before',
  runs: 300,
  briefRuns: 5,
  async *play({ seed, from, runs }) {
    for (let index = from; index < from + runs; index++) {
      try {
        const { faults, before, after } = await playUndo(`${seed}/${index}`);
        const [was, is] = [JSON.stringify(before), JSON.stringify(after)];
        const kind = `${faults.length} faults`;
        yield was === is ? { index, kind } : { index, kind, failure: `${faults.join(', ')}: was ${was}, is ${is}` };
      } catch (thrown) {
        yield { index, kind: 'threw', failure: messageOf(thrown) };
      }
    }
  },
};
