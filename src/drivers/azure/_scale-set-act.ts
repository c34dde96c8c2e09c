/** One act on chosen instances of each matching scale set: choose, write down the undo, begin, wait for the end. */
import type { z } from 'zod';
import type { PowerState } from '../../arm/index.ts';
import type { AzureContext } from './_activity.ts';
import { API } from './_api-versions.ts';
import { type Begun, withOperations } from './_operations.ts';
import { type Criteria, findScaleSets, type Instance, type ScaleSet, type scaleSetParameters, selectInstances } from './_scale-sets.ts';
import { performed } from './_targets.ts';

export interface ScaleSetAct {
  readonly method: 'POST' | 'DELETE';
  /** After the instance's path: `/powerOff`. */
  readonly tail: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Takes only instances in such a state. */
  readonly only?: (state: PowerState) => boolean;
  /** Without criteria: all of the scale set instead of one at random; none is then no error. */
  readonly all?: boolean;
  /** How the undo log names this act; set when it can be mended by starting the instances. */
  readonly undoMode?: 'stop' | 'deallocate' | 'restart';
}

export const START_UNDO = 'azure/start-vmss-instances';

export async function actOnScaleSets(args: z.infer<typeof scaleSetParameters>, context: AzureContext, act: ScaleSetAct): Promise<unknown> {
  return withOperations(async (begun) => {
    const resources: unknown[] = [];
    for (const scaleSet of await findScaleSets(context, args.filter)) {
      resources.push(
        await actOnScaleSet(
          { scaleSet, criteria: args.instance_criteria, count: args.count, limitMs: args.operation_timeout * 1000, act },
          context,
          begun,
        ),
      );
    }
    return { resources };
  });
}

export interface OneScaleSet {
  readonly scaleSet: ScaleSet;
  readonly criteria: Criteria;
  readonly count?: number;
  readonly limitMs: number;
  readonly act: ScaleSetAct;
}

/** Chooses, plans the undo and begins the act on one scale set. Result: the scale set as actions return it. */
export async function actOnScaleSet(
  { scaleSet, criteria, count = 1, limitMs, act }: OneScaleSet,
  context: AzureContext,
  begun: Begun,
): Promise<unknown> {
  const instances = await selectInstances(context, scaleSet, { criteria, count, only: act.only, all: act.all ?? false });
  if (act.undoMode !== undefined) await planStart(context, scaleSet, instances, act.undoMode);
  const virtualMachines: unknown[] = [];
  for (const instance of instances) {
    context.log.info(`${act.tail.slice(1) || 'delete'}: instance ${instance.instanceId} of ${scaleSet.name}`);
    const options = { apiVersion: API.compute, limitMs, signal: context.signal, ...(act.query && { query: act.query }) };
    begun.add(await context.arm.beginOperation(act.method, `${instance.path}${act.tail}`, options));
    virtualMachines.push(performed(instance.row, context));
  }
  return { ...performed(scaleSet.resource, context), virtualMachines };
}

/** Durable before the act: which instances to start again. */
async function planStart(context: AzureContext, scaleSet: ScaleSet, instances: readonly Instance[], mode: string): Promise<void> {
  await context.undo.plan({
    undo: START_UNDO,
    state: {
      subscriptionId: context.arm.subscriptionId,
      endpoint: context.arm.endpoint,
      resourceGroup: scaleSet.resourceGroup,
      scaleSet: scaleSet.name,
      instanceIds: instances.map(({ instanceId }) => instanceId),
      paths: instances.map(({ path }) => path),
      nodeNames: instances.flatMap(({ computerName }) => computerName ?? []),
      mode,
    },
    summary: `start ${instances.map(({ instanceId, computerName }) => `instance ${instanceId}${computerName === undefined ? '' : ` (${computerName})`}`).join(', ')} of ${scaleSet.name}`,
    targets: instances.map(({ path }) => `azure:${path.toLowerCase()}`),
  });
}
