import { z } from 'zod';
import { EvenkeelError } from '../base/index.ts';
import type { ActivityContext, ActivityDescriptor, UndoContext, UndoDescriptor, UndoOutcome } from './ports.ts';

/** A fault or a probe whose `run` takes its arguments parsed, and the driver's target (`Target`: a client, say) beside the context. */
export interface TypedActivity<Target, Parameters extends z.ZodType = z.ZodType> extends Omit<ActivityDescriptor, 'run' | 'parameters'> {
  readonly parameters: Parameters;
  run(args: z.infer<Parameters>, context: ActivityContext & Target): Promise<unknown>;
}

/** The same for an undo: its recorded state comes parsed. */
export interface TypedUndo<Target, State extends z.ZodType = z.ZodType> extends Omit<UndoDescriptor, 'run' | 'state'> {
  readonly state: State;
  run(state: z.infer<State>, context: UndoContext & Target): Promise<UndoOutcome>;
}

/** Opens the driver's target for one call of `use`, and closes it after. */
export type WithTarget<Target> = <Result>(context: UndoContext, use: (target: Target) => Promise<Result>) => Promise<Result>;

/** Errors of the result's `run`: `INVALID_INPUT` when the arguments do not fit `parameters`. */
export function toActivityDescriptor<Target extends object>(
  activity: TypedActivity<Target>,
  withTarget: WithTarget<Target>,
): ActivityDescriptor {
  return {
    ...activity,
    run: async (args, context) => {
      const parsed = parse(activity.parameters, args, `arguments of ${activity.name}`);
      return withTarget(context, (target) => activity.run(parsed, { ...context, ...target }));
    },
  };
}

/** Errors of the result's `run`: `INVALID_INPUT` when the recorded state does not fit `state`. */
export function toUndoDescriptor<Target extends object>(undo: TypedUndo<Target>, withTarget: WithTarget<Target>): UndoDescriptor {
  return {
    ...undo,
    run: async (state, context) => {
      const parsed = parse(undo.state, state, `recorded state of ${undo.name}`);
      return withTarget(context, (target) => undo.run(parsed, { ...context, ...target }));
    },
  };
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new EvenkeelError('INVALID_INPUT', `${what}: ${z.prettifyError(result.error).replaceAll('\n', ' ')}`, { blame: 'input' });
}
