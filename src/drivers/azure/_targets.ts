/** Choosing targets with a Resource Graph filter, and what actions return about them. */
import { z } from 'zod';
import type { ArmClient } from '../../clients/index.ts';
import { parseResourceId, type ResourceId } from '../../arm/index.ts';
import { EvenkeelError } from '../../base/index.ts';
import { azureActivity, type AzureContext } from './_activity.ts';

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

/** Some functions of chaosazure return fewer columns. */
export function performedBriefly(resource: Resource, context: Pick<AzureContext, 'clock'>): Record<string, unknown> {
  const left = new Set(['kind', 'managedBy', 'sku', 'plan', 'tags', 'identity', 'extendedLocation']);
  return Object.fromEntries(Object.entries(performed(resource, context)).filter(([name]) => !left.has(name)));
}

/** Parameters of an action that begins operations of Azure on what the filter leaves. */
export const actionParameters = z.strictObject({ filter: filterParameter, operation_timeout: limitParameter });

/** True when there is no pattern, or the pattern is found in the name, as Python's `re.search` finds it. Errors: `INVALID_INPUT`. */
export function matchesPattern(pattern: string | null | undefined, name: string): boolean {
  if (pattern === undefined || pattern === null) return true;
  try {
    return new RegExp(pattern).test(name);
  } catch (cause) {
    throw new EvenkeelError('INVALID_INPUT', `name_pattern '${pattern}' is not a regular expression`, { blame: 'input', cause });
  }
}

/** A probe that gives the rows of a type, and one that counts them. */
export function describeAndCount(what: {
  readonly names: readonly [describe: string, count: string];
  readonly python: readonly [string, string];
  readonly type: string;
  readonly plural: string;
}) {
  const permissions = ['Microsoft.ResourceGraph/resources/read', `${what.type}/read`];
  return [
    azureActivity({
      name: what.names[0],
      kind: 'probe',
      summary: `The matching ${what.plural}, as Resource Graph knows them.`,
      aliases: [what.python[0]],
      parameters: filterParameters,
      permissions,
      run: ({ filter }, { arm, signal }) => findResources(arm, what.type, filter, signal),
    }),
    azureActivity({
      name: what.names[1],
      kind: 'probe',
      summary: `Number of the matching ${what.plural}.`,
      aliases: [what.python[1]],
      parameters: filterParameters,
      permissions,
      run: async ({ filter }, { arm, signal }) => (await findResources(arm, what.type, filter, signal)).length,
    }),
  ] as const;
}

/** A value inside a row's properties, such as `powerState.code`. */
export function propertyOf(resource: Resource, ...keys: readonly string[]): unknown {
  let value: unknown = resource['properties'];
  for (const key of keys) {
    value = typeof value === 'object' && value !== null ? Object.entries(value).find(([name]) => name === key)?.[1] : undefined;
  }
  return value;
}
