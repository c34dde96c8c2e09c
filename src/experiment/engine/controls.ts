import type { Control } from '../spec.ts';

export type ControlLevel = 'experiment' | 'hypothesis' | 'method' | 'rollback' | 'activity' | 'loading';

/** What a control's hook is given, and may change in place. */
export interface ControlCall {
  readonly hook: string;
  readonly control: Control;
  readonly context: unknown;
  readonly state?: unknown;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly configuration: Record<string, unknown>;
  readonly secrets: Record<string, unknown>;
  readonly experiment: unknown;
  readonly extensions: unknown;
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** Runs controls. What it answers: nothing, or the wish to interrupt the run. */
export interface ControlPort {
  /** Whether this control's provider can be used; controls of others are left out with a warning. */
  handles(control: Control): boolean;
  call(call: ControlCall): Promise<{ readonly interrupt?: string } | undefined>;
  /** Controls that apply to every experiment (settings, `--control-file`). */
  readonly global: readonly Control[];
}
