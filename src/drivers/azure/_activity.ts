/** What an Azure fault or probe is, and how it reaches Azure. */
import type { z } from 'zod';
import type { ArmClient } from '../../clients/index.ts';
import type { ActivityContext, TypedActivity, TypedUndo, WithTarget } from '../../experiment/index.ts';

interface AzureTarget {
  readonly arm: ArmClient;
}

export type AzureContext = ActivityContext & AzureTarget;
/** One fault or probe: a file, and a line in the list. */
export type AzureActivity<Parameters extends z.ZodType = z.ZodType> = TypedActivity<AzureTarget, Parameters>;
export type AzureUndo<State extends z.ZodType = z.ZodType> = TypedUndo<AzureTarget, State>;

/** Signs in and gives a client for the run's subscription. */
export type Connect = (context: Pick<ActivityContext, 'clock' | 'log' | 'env' | 'configuration' | 'secrets'>) => Promise<ArmClient>;

export function withAzure(connect: Connect): WithTarget<AzureTarget> {
  return async (context, use) => use({ arm: await connect(context) });
}

/** Keeps the types of parameters and run together. */
export function azureActivity<Parameters extends z.ZodType>(activity: AzureActivity<Parameters>): AzureActivity<Parameters> {
  return activity;
}

export function azureUndo<State extends z.ZodType>(undo: AzureUndo<State>): AzureUndo<State> {
  return undo;
}
