import { BugError, messageOf } from '../../base/index.ts';
import type { Experiment, RunResult } from '../../experiment/index.ts';
import type { PythonRoom } from '../../drivers/python/index.ts';
import { createNotifier } from '../chaos/notify.ts';
import type { Settings } from '../chaos/settings.ts';
import type { CommandContext } from '../context.ts';
import { clusterEnv } from './cluster-env.ts';

/** Tells the channels of the settings of a run, with the Chaos Toolkit's events. Of secrets nothing is sent. A channel that fails stops nothing. */
export interface RunNotifier {
  started(experiment: Experiment): Promise<void>;
  ended(result: RunResult): Promise<void>;
  /** A run that ended with an error instead of a journal. */
  failed(error: unknown): Promise<void>;
}

/** Nothing is sent where the settings name no channel. */
export function createRunNotifier(settings: Settings, python: Pick<PythonRoom, 'notify'>, context: CommandContext): RunNotifier {
  const { clock, random, log, signal } = context;
  const undo = { plan: () => Promise.reject(new BugError('nothing is broken by a notification')) };
  const sending = { clock, random, log, signal, env: clusterEnv(context), configuration: {}, secrets: {}, activityName: '', undo };
  const notify = createNotifier(settings, sending, python);
  return {
    // What JSON has no word for is left out.
    started: async (experiment) => notify('run-started', { ...experiment, secrets: undefined }),
    failed: async (error) => notify('run-failed', null, messageOf(error)),
    ended: async ({ journal, outcome }) => {
      await notify(outcome === 'as-hoped' || outcome === 'deviated' ? 'run-completed' : 'run-failed', journal);
      if (journal.deviated) await notify('run-deviated', journal);
    },
  };
}
