import { type RecoverOptions, type RunSummary, type UndoDescriptor, type UndoRecord, recoverRun } from '../../experiment/index.ts';
import type { CommandContext } from '../context.ts';
import { composeDrivers } from './compose-drivers.ts';
import { type CredentialWish, resolveCredentials } from './resolve-credentials.ts';

type Telling = Pick<RecoverOptions, 'by' | 'onStart' | 'onBusy'>;

export interface Recovery {
  readonly records: readonly UndoRecord[];
  /** What of the run's credentials could not be found, each as a sentence with what to do. */
  readonly missing: readonly string[];
}

/** Mends what a dead run left, with every driver at hand and what the run signed in with; for `recover` and for the watchdog. Errors: as `recoverRun`. */
export async function recoverWithDrivers(run: RunSummary, outer: CommandContext, wish: Telling & CredentialWish): Promise<Recovery> {
  const { by, onStart, onBusy } = wish;
  const telling: Telling = {
    ...(by === undefined ? {} : { by }),
    ...(onStart === undefined ? {} : { onStart }),
    ...(onBusy === undefined ? {} : { onBusy }),
  };
  const { credentials, context, missing } = await resolveCredentials(run, wish, outer);
  const { clock, random, log, signal, env, stateFolder } = context;
  const undos = composeDrivers(context).undos.map(inItsSubscription);
  const records = await recoverRun(run, { stateFolder, undos, credentials, context: { clock, random, log, signal, env }, ...telling });
  return { records, missing };
}

/** A plan says in which subscription it acted: the configuration that named it may be gone. */
function inItsSubscription(undo: UndoDescriptor): UndoDescriptor {
  return {
    ...undo,
    run: (state, context) => {
      const subscription = state['subscriptionId'];
      if (typeof subscription !== 'string') return undo.run(state, context);
      return undo.run(state, { ...context, configuration: { azure_subscription_id: subscription, ...context.configuration } });
    },
  };
}
