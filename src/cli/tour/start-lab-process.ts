import { spawn } from 'node:child_process';
import { EvenkeelError } from '../../base/index.ts';
import { type LabSession, readLabSession } from '../lab-session.ts';

const READY_LIMIT_MS = 20_000;
const END_LIMIT_MS = 5000;

export interface LabProcess {
  readonly env: LabSession['env'];
  stop(): Promise<void>;
}

/**
 * Starts a lab in a process of its own, with a state folder of its own: it takes a processor core for itself, and ends when this process
 * does, however that ends. Errors: `ENVIRONMENT` with what it said.
 */
export async function startLabProcess({
  speed,
  seed,
  folder,
}: {
  readonly speed: number;
  readonly seed: string;
  readonly folder: string;
}): Promise<LabProcess> {
  const args = ['lab', 'up', '--speed', String(speed), '--seed', seed, '--quick-machines', '--until-stdin-ends'];
  const child = spawn(process.execPath, [process.argv[1] ?? '', ...args], {
    // Its standard input is a pipe from here, which closes when this process dies.
    stdio: ['pipe', 'ignore', 'pipe'],
    // A session of its own: Ctrl-C is for the story, whose undo still needs the lab.
    detached: true,
    env: { ...process.env, EVENKEEL_HOME: folder },
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
  const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  const deadline = Date.now() + READY_LIMIT_MS;
  for (;;) {
    const session = await readLabSession(folder);
    if (session?.pid === child.pid) {
      return {
        env: session?.env ?? {},
        stop: async () => {
          child.stdin.destroy();
          const late = setTimeout(() => child.kill('SIGKILL'), END_LIMIT_MS);
          await ended;
          clearTimeout(late);
        },
      };
    }
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new EvenkeelError('ENVIRONMENT', `the lab did not start: ${said.trim()}`, { blame: 'environment' });
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
