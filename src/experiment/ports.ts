/** What the engine asks of the world. Drivers implement these; `cli/` puts them together. */
import type { z } from 'zod';
import type { Clock, Logger, Random } from '../base/index.ts';
import type { Provider } from './spec.ts';

/** What an activity may use while it runs. */
export interface ActivityContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Aborts on interruption or when the activity's time limit is over. */
  readonly signal: AbortSignal;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly configuration: Readonly<Record<string, unknown>>;
  /** The merged content of the groups that the provider names under `secrets`. */
  readonly secrets: Readonly<Record<string, unknown>>;
  readonly activityName: string;
  readonly undo: UndoRecorder;
  /** Whether the activity has a tolerance; without one, providers warn of outputs that look like a failure. */
  readonly tolerated?: boolean;
}

/** Writes down how to mend something before it is broken. */
export interface UndoRecorder {
  /**
   * Durable before it resolves. Call it BEFORE the act, with everything the undo needs (never a secret).
   * Errors: `ENVIRONMENT` when it can not be written; then the act must not happen.
   */
  plan(undo: UndoPlan): Promise<void>;
}

export interface UndoPlan {
  /** Name of an `UndoDescriptor`. */
  readonly undo: string;
  /** JSON; what the descriptor's `state` schema accepts. */
  readonly state: Readonly<Record<string, unknown>>;
  /** For people: `start instance 9 of aks-nodepool1-36421985-vmss`. */
  readonly summary: string;
  /** What is touched, for the lock between runs: `azure:/subscriptions/…/virtualMachines/9`. */
  readonly targets: readonly string[];
}

/** A fault or a probe: one file, one line in its driver's list; help, docs, discovery and schemas derive from it. */
export interface ActivityDescriptor {
  /** `azure/stop-vmss-instances`. */
  readonly name: string;
  readonly kind: 'action' | 'probe';
  readonly summary: string;
  /** Python names it answers to: `chaosazure.vmss.actions.stop_vmss`. */
  readonly aliases: readonly string[];
  /** A schema of the arguments (an object). */
  readonly parameters: z.ZodType;
  /** Azure or Kubernetes permissions it needs: `Microsoft.Compute/virtualMachineScaleSets/virtualmachines/powerOff/action`. */
  readonly permissions: readonly string[];
  /** Name of the undo it plans, if it breaks something that can be mended. */
  readonly undo?: string;
  /**
   * Arguments are already substituted, not yet parsed: parse them with `parameters`.
   * Result: JSON. Errors: `EvenkeelError`; the engine turns it into a failed activity.
   */
  run(args: Readonly<Record<string, unknown>>, context: ActivityContext): Promise<unknown>;
}

export type UndoContext = Omit<ActivityContext, 'undo' | 'activityName' | 'tolerated'>;

/** How something is mended and how we know that it is. Must be safe to repeat. */
export interface UndoDescriptor {
  readonly name: string;
  readonly summary: string;
  readonly state: z.ZodType;
  /** Looks first: what is already mended is `alreadyDone` and not touched. Resolves once verified, or with what is still broken. */
  run(state: Readonly<Record<string, unknown>>, context: UndoContext): Promise<UndoOutcome>;
}

export interface UndoOutcome {
  readonly mended: boolean;
  readonly alreadyDone: boolean;
  /** One line per target: `instance 9: running, node aks-…09 Ready`. */
  readonly detail: readonly string[];
}

/** What is wrong with a provider; `path` within it. */
export interface ProviderProblem {
  readonly message: string;
  readonly path: readonly (string | number)[];
  readonly hint?: string;
  /** A word of warning that the original gives too; not an error. */
  readonly announced?: boolean;
}

/** A kind of provider of the Chaos Toolkit's format: `http`, `process`, `python`, `javascript`, `evenkeel`. */
export interface ActivityProvider {
  readonly type: string;
  /**
   * Problems found without contacting anything. `name` and `kind` are those of the activity.
   * Looking for a module may take a process, hence a promise is allowed.
   */
  validate(provider: Provider, name: string, kind?: string): readonly ProviderProblem[] | Promise<readonly ProviderProblem[]>;
  /** The provider is given substituted as the format prescribes. Result: the activity's output (JSON). */
  run(provider: Provider, context: ActivityContext): Promise<unknown>;
}

/** A file-like place that only grows. `append` resolves when the text is on the disk. */
export interface DurableLog {
  append(line: string): Promise<void>;
  close(): Promise<void>;
}
