import { expect, it } from 'vitest';
import { explainSignIn } from './sign-in-errors.ts';

it('gives up on an authority that takes a connection and says nothing', async () => {
  const silent = { getToken: () => new Promise<null>(() => {}) };
  const credential = explainSignIn(silent, { authorityHost: 'https://login.example.org', ca: undefined, secrets: [] }, 20);
  await expect(credential.getToken('scope')).rejects.toMatchObject({
    code: 'TIMED_OUT',
    message: 'no answer within 0.0 s: signing in to Azure at https://login.example.org',
  });
});
