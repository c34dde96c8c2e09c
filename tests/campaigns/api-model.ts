/** Random clients of the lab's API beside a small model of an API server: each run is a session of its own. */
import { sample } from 'fast-check';
import { createRandom, messageOf } from '../../src/base/index.ts';
import { createApiClient } from '../contracts/_api-client.ts';
import { commands } from '../contracts/_api-model-commands.ts';
import { playCommands } from '../contracts/_api-model-session.ts';
import { startTestServer } from '../contracts/_kube-api-server.ts';
import type { Campaign } from './campaign.ts';

const LONGEST_SESSION = 120;
/** So many sessions share a lab, each in its namespace. */
const SESSIONS_PER_LAB = 50;

export const apiModel: Campaign = {
  name: 'api-model',
  summary: `creates, updates, patches, applies, deletions, lists and watches agree with a small model, in sessions of up to ${LONGEST_SESSION} commands`,
  runs: 500,
  briefRuns: 25,
  async *play({ seed, from, runs, say }) {
    let played = 0;
    for (let first = from; first < from + runs; first += SESSIONS_PER_LAB) {
      const server = await startTestServer();
      const client = createApiClient(server);
      try {
        for (let index = first; index < Math.min(first + SESSIONS_PER_LAB, from + runs); index++) {
          const drawn = createRandom(`${seed}/${index}`).integer(2 ** 31);
          const [list = []] = sample(commands(LONGEST_SESSION), { numRuns: 1, seed: drawn });
          played += list.length;
          const failure = await playCommands(client, `session-${index}`, list).catch(messageOf);
          yield failure === undefined ? { index, kind: 'agreed' } : { index, kind: 'apart', failure };
        }
      } finally {
        client.close();
        await server.stop();
      }
    }
    say(`  ${played} commands`);
  },
};
