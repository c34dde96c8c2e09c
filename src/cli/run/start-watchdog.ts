import { spawn } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../base/index.ts';
import type { CommandContext } from '../context.ts';

/**
 * Starts the small process that outlives this one: when this one dies with something broken, it mends it. It ends by itself.
 * It has a session of its own, so that the Ctrl-C that ends a run does not reach it.
 */
export function startWatchdog(runId: string, context: CommandContext): void {
  try {
    spawnWatchdog(runId, context);
  } catch (error) {
    context.say(
      context.style.warn(
        `warning: the watchdog did not start (${messageOf(error)}); if this process is killed, run ${context.program} recover`,
      ),
    );
  }
}

function spawnWatchdog(runId: string, context: CommandContext): void {
  const log = openSync(join(context.stateFolder, 'runs', runId, 'watchdog.log'), 'a', 0o600);
  const { kubeconfig, context: contextName } = context.globals;
  // It must look at the cluster that this run looks at.
  const place = [
    ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]),
    ...(contextName === undefined ? [] : ['--context', contextName]),
  ];
  const child = spawn(process.execPath, [process.argv[1] ?? '', ...place, 'watchdog', runId, String(process.pid)], {
    detached: true,
    cwd: context.cwd,
    stdio: ['ignore', log, log],
    env: { ...context.env, EVENKEEL_HOME: context.stateFolder },
  });
  closeSync(log);
  child.on('error', (error) => context.log.warning(`the watchdog did not start: ${error.message}`));
  child.unref();
}
