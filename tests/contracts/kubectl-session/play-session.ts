/** Plays the session with one kubectl against a lab of its own: the workshop's cluster with its application, twenty times as fast as the wall. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createRandom, createScaledClock, silentLogger } from '../../../src/base/index.ts';
import { startLab } from '../../../src/lab/index.ts';
import { kubectlPath } from '../_kubectl.ts';
import { MANIFESTS } from './manifests.ts';
import { STEPS } from './steps.ts';
import { tryStep } from './try-step.ts';

export interface Played {
  readonly command: string;
  /** Undefined: as expected. */
  readonly problem: string | undefined;
}

const SPEED = 20;

/** `whole`: with the rare commands. */
export async function* playSession(version: string, { whole }: { readonly whole: boolean }): AsyncIterable<Played> {
  const path = await kubectlPath(version);
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-session-'));
  const now = new Date().getTime();
  const clock = createScaledClock({ speed: SPEED, originMs: now, wallOriginMs: now });
  const lab = await startLab({ clock, random: createRandom('session'), log: silentLogger, folder: join(folder, 'lab') });
  try {
    for (const [name, text] of Object.entries(MANIFESTS)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    const env = { PATH: process.env['PATH'], KUBECONFIG: lab.env['KUBECONFIG'], HOME: folder };
    const minor = Number(version.split('.')[1]);
    const meant = STEPS.filter(({ from = 0, upTo = Infinity, rare = false }) => from <= minor && minor <= upTo && (whole || !rare));
    for (const step of meant) {
      const problem = await tryStep(path, step, { cwd: folder, env: { ...env, ...step.env } });
      yield { command: step.command, problem };
    }
  } finally {
    await lab.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
