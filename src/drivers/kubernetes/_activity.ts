/** What a Kubernetes fault or probe is, how it reaches the cluster, and what such activities share. */
import { z } from 'zod';
import { EvenkeelError } from '../../base/index.ts';
import type { KubernetesSession } from '../../clients/index.ts';
import type { ActivityContext, TypedActivity, TypedUndo, WithTarget } from '../../experiment/index.ts';
import { resourceOf } from '../../kubernetes/index.ts';
import type { Resource } from '../../kubernetes/index.ts';

interface KubernetesTarget {
  readonly client: KubernetesSession;
}

export type KubernetesContext = ActivityContext & KubernetesTarget;
/** One fault or probe. */
export type KubernetesActivity<Parameters extends z.ZodType = z.ZodType> = TypedActivity<KubernetesTarget, Parameters>;
export type KubernetesUndo<State extends z.ZodType = z.ZodType> = TypedUndo<KubernetesTarget, State>;

/** Finds the cluster of a run. */
export type Connect = (context: Pick<ActivityContext, 'clock' | 'log' | 'env' | 'secrets'>) => Promise<KubernetesSession>;

/** The session lasts as long as the activity. */
export function withKubernetes(connect: Connect): WithTarget<KubernetesTarget> {
  return async (context, use) => {
    const client = await connect(context);
    try {
      return await use({ client });
    } finally {
      client.close();
    }
  };
}

/** Keeps the types of parameters and run together. */
export function kubernetesActivity<Parameters extends z.ZodType>(activity: KubernetesActivity<Parameters>): KubernetesActivity<Parameters> {
  return activity;
}

export function kubernetesUndo<State extends z.ZodType>(undo: KubernetesUndo<State>): KubernetesUndo<State> {
  return undo;
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
