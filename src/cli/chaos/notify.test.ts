import { expect, it } from 'vitest';
import { BugError, createLogger, createRandom, createRealClock } from '../../base/index.ts';
import { createNotifier } from './notify.ts';

it("tells of a webhook that does not answer its host alone: the rest of its address is a password, and no user's either", async () => {
  const said: string[] = [];
  const notify = createNotifier(
    { notifications: [{ type: 'http', url: 'http://user:hunter2@127.0.0.1:1/services/T0/B0/a-token?key=hunter2' }] },
    {
      clock: createRealClock(),
      random: createRandom('s'),
      log: createLogger((_, message) => void said.push(message)),
      signal: new AbortController().signal,
      env: {},
      configuration: {},
      secrets: {},
      activityName: '',
      undo: { plan: () => Promise.reject(new BugError('nothing is broken here')) },
    },
  );
  await notify('run-started', null);
  expect(said.join()).toMatch(/the notification of http:\/\/127\.0\.0\.1:1\/… failed: /);
  expect(said.join()).not.toMatch(/hunter2|a-token/);
});
