/** The live view on a real terminal (tmux): what is drawn while a run goes on, and that nothing of it is left behind. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from './_run-cli.ts';

const BIN = fileURLToPath(new URL('../../dist/bin/evenkeel.js', import.meta.url));
const hasTmux = spawnSync('tmux', ['-V']).status === 0;
const SOCKET = `evenkeel-test-${process.pid}`;
const tmux = (...args: string[]): string => execFileSync('tmux', ['-L', SOCKET, ...args], { encoding: 'utf8' });

const EXPERIMENT = `
title: a long pause
description: for the tests
steady-state-hypothesis:
  title: a program ends well
  probes:
    - {type: probe, name: a program ends well, tolerance: 0, provider: {type: process, path: "true"}}
method:
  - {type: probe, name: look, provider: {type: process, path: "true"}, pauses: {after: 60}}
  - {type: probe, name: look later, provider: {type: process, path: "true"}}
rollbacks: []
`;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
  await writeFile(join(folder.path, 'long.yaml'), EXPERIMENT);
});
afterAll(async () => {
  if (hasTmux) spawnSync('tmux', ['-L', SOCKET, 'kill-server']);
  await folder.remove();
});

/** Looks at the screen until it shows what is waited for; the test's time limit ends a wait in vain. */
async function screen(session: string, pattern: RegExp): Promise<string> {
  for (;;) {
    const text = tmux('capture-pane', '-p', '-t', session);
    if (pattern.test(text)) return text;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe.skipIf(!hasTmux)(`the live view${hasTmux ? '' : ' (skipped: there is no tmux on this machine)'}`, () => {
  it('counts a pause down in place, and leaves nothing behind on Ctrl-C', async () => {
    const ended = join(folder.path, 'ended');
    const variables = `NO_COLOR=1 EVENKEEL_HOME=${join(folder.path, 'state')} KUBECONFIG=/nonexistent CI= TERM=screen`;
    const command = `cd ${folder.path}; ${variables} ${process.execPath} ${BIN} run long.yaml --yes; echo "code $?" | tee ${ended}; sleep 100`;
    tmux('new-session', '-d', '-s', 'live', '-x', '70', '-y', '24', command);
    const first = await screen('live', /pause at look: \d+(\.\d+)? s left/);
    const leftIn = (text: string): number => Number(/: (\d+(?:\.\d+)?) s left/.exec(text)?.[1]);
    const later = await screen('live', new RegExp(`pause at look: (?!${leftIn(first)} s)[\\d.]+ s left`));
    expect(leftIn(later)).toBeLessThan(leftIn(first));
    // Redrawn in place: one live part, however often it was drawn.
    expect(later.match(/ s left/g)).toHaveLength(1);
    expect(later).toMatch(/✓ steady state\n/);
    expect(later).toMatch(/· look later\n/);
    expect(later.split('\n').every((line) => line.length <= 70)).toBe(true);
    tmux('send-keys', '-t', 'live', 'C-c');
    const after = await screen('live', /code \d+/);
    expect(await readFile(ended, 'utf8')).toBe('code 130\n');
    expect(after).toMatch(/Interrupted/);
    expect(after).not.toMatch(/ s left|──|· look later/);
    expect(tmux('display-message', '-p', '-t', 'live', '#{cursor_flag}').trim()).toBe('1');
  }, 60_000);
});
