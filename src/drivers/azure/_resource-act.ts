/** One act on every resource that a filter leaves: find, write down the undo, begin in order, wait for all. */
import type { z } from 'zod';
import { listInWords } from '../../base/index.ts';
import type { AzureContext } from './_activity.ts';
import { withOperations } from './_operations.ts';
import { type actionParameters, idOf, nameOf, performed, requireResources, type Resource } from './_targets.ts';

export const START_RESOURCES_UNDO = 'azure/start-resources';

/** What can be stopped and started; how to look and where to start stands with the undo. */
export type StartableKind = 'machine' | 'managed-cluster' | 'web-app' | 'application-gateway' | 'flexible-server';

export interface ResourceAct {
  readonly type: string;
  readonly noneFound: string;
  readonly method: 'POST' | 'DELETE';
  /** After the resource's path: `/powerOff`. */
  readonly tail: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly apiVersion: string;
  /** Chooses among the matches; absent = all of them. */
  readonly choose?: (found: readonly Resource[], context: AzureContext) => readonly Resource[] | Promise<readonly Resource[]>;
  /** Set when starting again mends it: which kind it is, and whether a resource runs now (what does not is left out of the undo). */
  readonly undo?: { readonly kind: StartableKind; readonly runs: (resource: Resource) => boolean };
  /** Where the resource stands in Azure Resource Manager; absent = its id. */
  readonly pathOf?: (resource: Resource) => string;
  /** What is returned about each; absent = `performed`. */
  readonly describe?: (resource: Resource, context: AzureContext) => Record<string, unknown>;
}

export async function actOnResources(
  args: z.infer<typeof actionParameters>,
  context: AzureContext,
  act: ResourceAct,
): Promise<{ resources: unknown[] }> {
  const found = await requireResources(context, { type: act.type, filter: args.filter, noneFound: act.noneFound });
  const chosen = act.choose === undefined ? found : await act.choose(found, context);
  return actOn(chosen, context, { ...act, limitMs: args.operation_timeout * 1000 });
}

/** As `actOnResources`, on resources that are known already. */
export async function actOn(
  chosen: readonly Resource[],
  context: AzureContext,
  act: Omit<ResourceAct, 'type' | 'noneFound' | 'choose'> & { readonly limitMs: number },
): Promise<{ resources: unknown[] }> {
  const pathOf = act.pathOf ?? ((resource: Resource) => idOf(resource).path);
  if (act.undo !== undefined) await planStart(chosen.filter(act.undo.runs), act.undo.kind, context);
  return withOperations(async (begun) => {
    const resources: unknown[] = [];
    for (const resource of chosen) {
      context.log.info(`${act.tail.slice(1) || 'delete'}: ${nameOf(resource)}`);
      const options = { apiVersion: act.apiVersion, limitMs: act.limitMs, signal: context.signal, ...(act.query && { query: act.query }) };
      begun.add(await context.arm.beginOperation(act.method, `${pathOf(resource)}${act.tail}`, options));
      resources.push((act.describe ?? performed)(resource, context));
    }
    return { resources };
  });
}

async function planStart(resources: readonly Resource[], kind: StartableKind, context: AzureContext): Promise<void> {
  if (resources.length === 0) return;
  const paths = resources.map((resource) => idOf(resource).path);
  await context.undo.plan({
    undo: START_RESOURCES_UNDO,
    state: { subscriptionId: context.arm.subscriptionId, endpoint: context.arm.endpoint, kind, paths },
    summary: `start ${listInWords(resources.map(nameOf))}`,
    targets: paths.map((path) => `azure:${path.toLowerCase()}`),
  });
}
