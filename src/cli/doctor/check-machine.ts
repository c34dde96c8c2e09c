import { access, constants, mkdir } from 'node:fs/promises';
import { messageOf, plural } from '../../base/index.ts';
import { listRuns } from '../../experiment/index.ts';
import type { CommandContext } from '../context.ts';
import type { Finding } from './finding.ts';

const LEAST_NODE = [20, 19] as const;

/** What this machine is: Node, the state folder, and what dead runs left. */
export async function checkMachine(context: CommandContext): Promise<Finding[]> {
  return [checkNode(process.versions.node), await checkStateFolder(context.stateFolder), await checkRuns(context)];
}

/** Whether this Node is new enough. */
export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const enough = major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1]);
  if (enough) return { check: 'node', state: 'ok', detail: version };
  return { check: 'node', state: 'bad', detail: version, advice: `Install Node ${LEAST_NODE.join('.')} or newer.` };
}

async function checkStateFolder(folder: string): Promise<Finding> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.W_OK | constants.R_OK | constants.X_OK);
    return { check: 'state folder', state: 'ok', detail: folder };
  } catch (error) {
    const advice = 'Nothing can be broken without a place to write down how to mend it: set EVENKEEL_HOME to a folder you may write to.';
    return { check: 'state folder', state: 'bad', detail: messageOf(error), advice };
  }
}

async function checkRuns({ stateFolder, program }: CommandContext): Promise<Finding> {
  const check = 'runs';
  try {
    const runs = await listRuns(stateFolder);
    const left = runs.filter((run) => run.state !== 'running' && run.pending.length > 0);
    const going = runs.filter((run) => run.state === 'running').length;
    if (left.length === 0)
      return { check, state: 'ok', detail: going === 0 ? 'nothing is left to mend' : `${plural(going, 'run')} going on, nothing else` };
    const things = left.flatMap((run) => run.pending.map((plan) => plan.summary));
    return { check, state: 'bad', detail: `still broken: ${things.join('; ')}`, advice: `Mend it: ${program} recover` };
  } catch (error) {
    return { check, state: 'warn', detail: messageOf(error) };
  }
}
