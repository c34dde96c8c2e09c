/** The official client's informer over thousands of changes with cut connections: each run is a lab of its own. */
import { messageOf } from '../../src/base/index.ts';
import { keepInStep } from '../contracts/_informer.ts';
import { startTestServer } from '../contracts/_kube-api-server.ts';
import type { Campaign } from './campaign.ts';

const CHANGES = 10_000;

export const informer: Campaign = {
  name: 'informer',
  summary: `an informer of the official client holds what the lab holds after ${CHANGES} random changes with cut connections`,
  runs: 5,
  briefRuns: 1,
  async *play({ seed, from, runs, say }) {
    for (let index = from; index < from + runs; index++) {
      const server = await startTestServer();
      try {
        const { seen, stored, cuts, errors } = await keepInStep(server, {
          changes: CHANGES,
          seed: `${seed}/${index}`,
          namespace: 'default',
        });
        say(`  run ${index}: ${CHANGES} changes, ${cuts} cuts, ${errors} errors told`);
        const same = JSON.stringify(seen) === JSON.stringify(stored);
        yield same
          ? { index, kind: 'in step' }
          : { index, kind: 'apart', failure: `holds ${JSON.stringify(seen)} instead of ${JSON.stringify(stored)}` };
      } catch (thrown) {
        yield { index, kind: 'threw', failure: messageOf(thrown) };
      } finally {
        await server.stop();
      }
    }
  },
};
