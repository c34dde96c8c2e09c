/** What a Kubernetes fault or probe is, and how it becomes an activity of the engine. */
import { z } from 'zod';
import { EvenkeelError } from '../../base/index.ts';
import type { KubernetesClient, KubernetesSession } from '../../clients/index.ts';
import type { ActivityContext, ActivityDescriptor, UndoContext, UndoDescriptor, UndoOutcome } from '../../experiment/index.ts';
import { resourceOf } from '../../kubernetes/index.ts';
import type { Resource } from '../../kubernetes/index.ts';

export interface KubernetesContext extends ActivityContext {
  readonly client: KubernetesSession;
}

/** One fault or probe. */
export interface KubernetesActivity<Parameters extends z.ZodType = z.ZodType> extends Omit<ActivityDescriptor, 'run' | 'parameters'> {
  readonly parameters: Parameters;
  run(args: z.infer<Parameters>, context: KubernetesContext): Promise<unknown>;
}

export interface KubernetesUndo<State extends z.ZodType = z.ZodType> extends Omit<UndoDescriptor, 'run' | 'state'> {
  readonly state: State;
  run(state: z.infer<State>, context: UndoContext & { readonly client: KubernetesClient }): Promise<UndoOutcome>;
}

/** Finds the cluster of a run. The client is closed after the activity. */
export type Connect = (context: Pick<ActivityContext, 'clock' | 'log' | 'env' | 'secrets'>) => Promise<KubernetesSession>;

/** Keeps the types of parameters and run together. */
export function kubernetesActivity<Parameters extends z.ZodType>(activity: KubernetesActivity<Parameters>): KubernetesActivity<Parameters> {
  return activity;
}

export function kubernetesUndo<State extends z.ZodType>(undo: KubernetesUndo<State>): KubernetesUndo<State> {
  return undo;
}

export function toActivityDescriptor<Parameters extends z.ZodType>(
  activity: KubernetesActivity<Parameters>,
  connect: Connect,
): ActivityDescriptor {
  return {
    ...activity,
    run: async (args, context) => {
      const parsed = parse(activity.parameters, args, `arguments of ${activity.name}`);
      const client = await connect(context);
      try {
        return await activity.run(parsed, { ...context, client });
      } finally {
        client.close();
      }
    },
  };
}

export function toUndoDescriptor<State extends z.ZodType>(undo: KubernetesUndo<State>, connect: Connect): UndoDescriptor {
  return {
    ...undo,
    run: async (state, context) => {
      const parsed = parse(undo.state, state, `recorded state of ${undo.name}`);
      const client = await connect(context);
      try {
        return await undo.run(parsed, { ...context, client });
      } finally {
        client.close();
      }
    },
  };
}

/** The row of a kind that this driver is written for. */
export function kind(name: string): Resource {
  const resource = resourceOf(name);
  if (resource === undefined) throw new EvenkeelError('UNSUPPORTED', `unknown kind ${name}`, { blame: 'input' });
  return resource;
}

/** A probe or a fault that says no: the activity fails with this text. */
export function failed(message: string): EvenkeelError {
  return new EvenkeelError('TARGET_FAILED', message, { blame: 'target' });
}

/** Selectors as a list takes them; null is how an experiment says "none". */
export function selectors(
  labelSelector: string | null | undefined,
  fieldSelector?: string,
): { labelSelector?: string; fieldSelector?: string } {
  return { ...(labelSelector ? { labelSelector } : {}), ...(fieldSelector === undefined ? {} : { fieldSelector }) };
}

/** Arguments that many functions share. */
export const namespaceParameter = z.string().default('default').describe('namespace');
export const labelParameter = z.string().nullish().describe('label selector');

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new EvenkeelError('INVALID_INPUT', `${what}: ${z.prettifyError(result.error).replaceAll('\n', ' ')}`, { blame: 'input' });
}
