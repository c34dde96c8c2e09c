/** What an Azure fault or probe is, and how it becomes an activity of the engine. */
import { z } from 'zod';
import type { ArmClient } from '../../clients/index.ts';
import { EvenkeelError } from '../../base/index.ts';
import type { ActivityContext, ActivityDescriptor, UndoContext, UndoDescriptor, UndoOutcome } from '../../experiment/index.ts';

export interface AzureContext extends ActivityContext {
  readonly arm: ArmClient;
}

/** One fault or probe: a file, and a line in the list. */
export interface AzureActivity<Parameters extends z.ZodType = z.ZodType> extends Omit<ActivityDescriptor, 'run' | 'parameters'> {
  readonly parameters: Parameters;
  run(args: z.infer<Parameters>, context: AzureContext): Promise<unknown>;
}

export interface AzureUndo<State extends z.ZodType = z.ZodType> extends Omit<UndoDescriptor, 'run' | 'state'> {
  readonly state: State;
  run(state: z.infer<State>, context: UndoContext & { readonly arm: ArmClient }): Promise<UndoOutcome>;
}

/** Signs in and gives a client for the run's subscription. */
export type Connect = (context: Pick<ActivityContext, 'clock' | 'log' | 'env' | 'configuration' | 'secrets'>) => Promise<ArmClient>;

/** Keeps the types of parameters and run together. */
export function azureActivity<Parameters extends z.ZodType>(activity: AzureActivity<Parameters>): AzureActivity<Parameters> {
  return activity;
}

export function azureUndo<State extends z.ZodType>(undo: AzureUndo<State>): AzureUndo<State> {
  return undo;
}

export function toActivityDescriptor<Parameters extends z.ZodType>(
  activity: AzureActivity<Parameters>,
  connect: Connect,
): ActivityDescriptor {
  return {
    ...activity,
    run: async (args, context) => {
      const parsed = parse(activity.parameters, args, `arguments of ${activity.name}`);
      return activity.run(parsed, { ...context, arm: await connect(context) });
    },
  };
}

export function toUndoDescriptor<State extends z.ZodType>(undo: AzureUndo<State>, connect: Connect): UndoDescriptor {
  return {
    ...undo,
    run: async (state, context) => {
      const parsed = parse(undo.state, state, `recorded state of ${undo.name}`);
      return undo.run(parsed, { ...context, arm: await connect(context) });
    },
  };
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new EvenkeelError('INVALID_INPUT', `${what}: ${z.prettifyError(result.error).replaceAll('\n', ' ')}`, { blame: 'input' });
}
