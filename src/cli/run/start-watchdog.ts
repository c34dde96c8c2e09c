import { spawn } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { messageOf, processIdentity } from '../../base/index.ts';
import { type RunCredentials, writeWatchdogNote } from '../../experiment/index.ts';
import type { CommandContext } from '../context.ts';
import { watchdogPatience } from './watchdog-patience.ts';

type Surroundings = Pick<CommandContext, 'addedEnv' | 'cwd' | 'env' | 'globals' | 'log' | 'program' | 'say' | 'stateFolder' | 'style'>;

/**
 * Starts the small process that outlives this one: when this one dies with something broken, it mends it. It ends by itself.
 * It has a session of its own, so that the Ctrl-C that ends a run does not reach it. What the run signs in with goes through a pipe that
 * stays open: never over a command line or a disk. When the pipe closes, this process is gone.
 */
export function startWatchdog(runId: string, credentials: RunCredentials, context: Surroundings): void {
  try {
    // Else it would find out by itself, where nobody looks.
    watchdogPatience(context.env);
    spawnWatchdog(runId, credentials, context);
  } catch (error) {
    context.say(
      context.style.warn(
        `warning: the watchdog did not start (${messageOf(error)}); if this process is killed, run ${context.program} recover`,
      ),
    );
  }
}

function spawnWatchdog(runId: string, credentials: RunCredentials, context: Surroundings): void {
  const runPath = join(context.stateFolder, 'runs', runId);
  const log = openSync(join(runPath, 'watchdog.log'), 'a', 0o600);
  const { kubeconfig, context: contextName } = context.globals;
  // It must look at the cluster that this run looks at.
  const place = [
    ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]),
    ...(contextName === undefined ? [] : ['--context', contextName]),
  ];
  const child = spawn(process.execPath, [process.argv[1] ?? '', ...place, 'watchdog', runId, String(process.pid)], {
    detached: true,
    cwd: context.cwd,
    stdio: ['pipe', log, log],
    env: { ...withoutAdded(context), EVENKEEL_HOME: context.stateFolder },
  });
  closeSync(log);
  child.on('error', (error) => context.log.warning(`the watchdog did not start: ${error.message}`));
  // It ended before it had read all: it will look the credentials up.
  child.stdin?.on('error', () => {});
  child.stdin?.write(`${JSON.stringify({ ...credentials, environment: context.addedEnv ?? {} })}\n`);
  if (child.pid !== undefined) noteIt(runPath, child.pid);
  child.unref();
  // A pipe is a socket here, which must not keep this process from ending.
  if (child.stdin instanceof Socket) child.stdin.unref();
}

/** The environment of a process can be read by others of the same user for as long as it lives. */
function withoutAdded({ env, addedEnv = {} }: Surroundings): Surroundings['env'] {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !(name in addedEnv)));
}

/** So that its number is known before it can say it itself. */
function noteIt(runPath: string, pid: number): void {
  const state = { state: 'watching', attempt: 0, nextAt: null, until: null, reason: null } as const;
  const note = { pid, process: processIdentity(pid) ?? '', at: new Date().toISOString(), ...state };
  writeWatchdogNote(runPath, note).catch(() => {});
}
