import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod/mini';
import {
  type Clock,
  EvenkeelError,
  createRealClock,
  createScaledClock,
  isSameProcess,
  makeFolder,
  processIdentity,
} from '../base/index.ts';

const Session = z.object({
  pid: z.number(),
  process: z.string(),
  startedAt: z.string(),
  speed: z.number(),
  env: z.record(z.string(), z.string()),
});

/** What a lab that runs as a server left for other commands. The file is 0600: it names the files with its credentials. */
export type LabSession = z.infer<typeof Session>;

const fileIn = (stateFolder: string): string => join(stateFolder, 'lab', 'session.json');

/** The session of the lab that runs now; undefined when there is none (a dead lab's file does not count). */
export async function readLabSession(stateFolder: string): Promise<LabSession | undefined> {
  let text: string;
  try {
    text = await readFile(fileIn(stateFolder), 'utf8');
  } catch {
    return undefined;
  }
  const session = z.safeParse(Session, parseJson(text));
  return session.success && isAlive(session.data) ? session.data : undefined;
}

/** As `readLabSession`. Errors: `ENVIRONMENT` when no lab runs. */
export async function requireLabSession(stateFolder: string): Promise<LabSession> {
  const session = await readLabSession(stateFolder);
  if (session) return session;
  throw new EvenkeelError('ENVIRONMENT', 'no lab is running', { blame: 'environment', hint: 'Start one: evenkeel lab up --detach' });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Writes the session of the lab that runs in this process; a reader sees all of it or nothing. */
export async function writeLabSession(stateFolder: string, session: Omit<LabSession, 'process'>): Promise<void> {
  await makeFolder(join(stateFolder, 'lab'));
  const file = fileIn(stateFolder);
  const draft = `${file}.${session.pid}`;
  const whole: LabSession = { ...session, process: processIdentity(session.pid) ?? '' };
  await writeFile(draft, JSON.stringify(whole, null, 2), { mode: 0o600 });
  await rename(draft, file);
}

/** Removes it. */
export async function removeLabSession(stateFolder: string): Promise<void> {
  await rm(fileIn(stateFolder), { force: true });
}

/** Whether the lab's process runs: that one, not a later one with its number, which `lab down` would end. */
export function isAlive({ pid, process }: Pick<LabSession, 'pid' | 'process'>): boolean {
  return isSameProcess(pid, process);
}

/**
 * The clock that the environment asks for: the lab's when `EVENKEEL_LAB_CLOCK` is set (`speed:originMs:wallOriginMs`), else the wall's.
 *
 * Errors: `INVALID_INPUT`.
 */
export function clockFor(env: Readonly<Record<string, string | undefined>>): Clock {
  const text = env['EVENKEEL_LAB_CLOCK'];
  if (text === undefined || text === '') return createRealClock();
  const [speed, originMs, wallOriginMs] = text.split(':').map(Number);
  if (!(speed !== undefined && speed > 0) || !Number.isFinite(originMs) || !Number.isFinite(wallOriginMs)) {
    throw new EvenkeelError('INVALID_INPUT', `EVENKEEL_LAB_CLOCK is '${text}', expected speed:originMs:wallOriginMs`, {
      blame: 'input',
      hint: 'Take it from `evenkeel lab env`, or unset it.',
    });
  }
  return createScaledClock({ speed, originMs: originMs ?? 0, wallOriginMs: wallOriginMs ?? 0 });
}
