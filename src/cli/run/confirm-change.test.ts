import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CommandContext } from '../context.ts';
import { writeLabSession } from '../lab-session.ts';
import { confirmChange } from './confirm-change.ts';

const LAB = { EVENKEEL_LAB: '1', KUBECONFIG: '/lab/kubeconfig', AZURE_AUTH_LOCATION: '/lab/azure.json', AZURE_SUBSCRIPTION_ID: 'lab' };
let stateFolder: string;
beforeAll(async () => {
  stateFolder = await mkdtemp(join(tmpdir(), 'evenkeel-confirm-'));
  await writeLabSession(stateFolder, { pid: process.pid, startedAt: '2026-01-01T00:00:00Z', speed: 1, env: LAB });
});
afterAll(() => rm(stateFolder, { recursive: true }));

/** Whether somebody is asked; nobody is there to say yes. */
async function asks(env: Record<string, string>, { folder = stateFolder, ownSecrets = false } = {}): Promise<boolean> {
  let asked = false;
  const context = { env, globals: { yes: false }, interactive: false, stateFolder: folder, confirm: () => ((asked = true), false) };
  // Of a command's context, no more than this is looked at.
  await confirmChange('Change it?', { client: undefined, ownSecrets }, context as unknown as CommandContext).catch(() => {});
  return asked;
}

it('asks before anything but the lab that runs here is changed', async () => {
  expect(await asks(LAB)).toBe(false);
  expect(await asks({ ...LAB, EVENKEEL_LAB: '' })).toBe(true);
  expect(await asks({ ...LAB, KUBECONFIG: '/home/me/production' }), 'a shell that was pointed at the lab, and then elsewhere').toBe(true);
  expect(await asks({ ...LAB, AZURE_AUTH_LOCATION: '/home/me/azure.json' })).toBe(true);
  expect(await asks(LAB, { folder: join(stateFolder, 'no lab') })).toBe(true);
  expect(await asks(LAB, { ownSecrets: true }), 'secrets may sign in elsewhere').toBe(true);
});
