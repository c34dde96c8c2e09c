/** Random clients of the lab's API see what a small model of an API server says. A larger campaign: `npm run campaign -- api-model`. */
import { assert, asyncProperty } from 'fast-check';
import { expect, it } from 'vitest';
import { createApiClient } from './_api-client.ts';
import { commands } from './_api-model-commands.ts';
import { playCommands } from './_api-model-session.ts';
import { startTestServer } from './_kube-api-server.ts';

const SESSIONS = 25;

it('agrees with a small model under random creates, updates, patches, applies, deletions, lists and watches', async () => {
  const server = await startTestServer();
  const client = createApiClient(server);
  let session = 0;
  try {
    await assert(
      asyncProperty(commands(50), async (list) => {
        expect(await playCommands(client, `session-${session++}`, list)).toBeUndefined();
      }),
      { numRuns: SESSIONS, seed: 20_260_131, interruptAfterTimeLimit: 20_000 },
    );
  } finally {
    client.close();
    await server.stop();
  }
}, 60_000);
