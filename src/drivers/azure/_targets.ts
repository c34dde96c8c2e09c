/** Choosing targets with a Resource Graph filter, and what actions return about them. */
import { z } from 'zod';
import type { ArmClient } from '../../clients/index.ts';
import { parseResourceId, type ResourceId } from '../../arm/index.ts';
import { EvenkeelError } from '../../base/index.ts';
import type { AzureContext } from './_activity.ts';

/** A row of Resource Graph. */
export type Resource = Readonly<Record<string, unknown>>;

/** The Chaos Toolkit's `filter`. */
export const filterParameter = z
  .string()
  .nullish()
  .describe(
    "Tail of a Resource Graph (Kusto) query, such as: where resourceGroup=~'rg' and name=~'x' | sample 1. Without it, all of the subscription.",
  );

/** What the arguments of nearly every action and probe are. */
export const filterParameters = z.strictObject({ filter: filterParameter });

/** How long an operation may take, in seconds of the run's clock. */
export const limitParameter = z
  .number()
  .positive()
  .default(900)
  .describe('Seconds that an operation of Azure may take before the action fails. Not known to the Chaos Toolkit.');

/** All resources of a type that the filter leaves. The query is the one that chaosazure sends. */
export async function findResources(
  arm: ArmClient,
  type: string,
  filter: string | null | undefined,
  signal: AbortSignal,
): Promise<Resource[]> {
  const tail = filter === undefined || filter === null || filter === '' ? '' : `| ${filter}`;
  return arm.queryGraph(`Resources | where type=~'${type}'${tail}`, { signal });
}

export interface SomeResources {
  readonly type: string;
  readonly filter: string | null | undefined;
  /** The Chaos Toolkit's words when there is none. */
  readonly noneFound: string;
}

/** As `findResources`, but none is an error that says what there is instead. Errors: `NOT_FOUND`. */
export async function requireResources({ arm, signal }: AzureContext, { type, filter, noneFound }: SomeResources): Promise<Resource[]> {
  const found = await findResources(arm, type, filter, signal);
  if (found.length > 0) return found;
  throw new EvenkeelError('NOT_FOUND', noneFound, {
    blame: 'input',
    hint: filter ? `Check the filter: ${filter}` : `Subscription ${arm.subscriptionId} has no ${type} that this account may see.`,
  });
}

/** The id of a row. Errors: `INVALID_INPUT` when the filter projected it away. */
export function idOf(resource: Resource): ResourceId & { readonly path: string } {
  const id = resource['id'];
  if (typeof id === 'string') return { ...parseResourceId(id), path: id };
  throw new EvenkeelError('INVALID_INPUT', 'the filter left no id column', { blame: 'input', hint: 'Do not project the id away.' });
}

export function nameOf(resource: Resource): string {
  const name = resource['name'];
  return typeof name === 'string' ? name : (idOf(resource).names.at(-1) ?? '');
}

/** A row as actions return it: without its properties, with the time of the act in seconds. */
export function performed(resource: Resource, { clock }: Pick<AzureContext, 'clock'>): Record<string, unknown> {
  const { properties: _, ...rest } = resource;
  return { ...rest, performed_at: Math.round(clock.now() / 1000) };
}
