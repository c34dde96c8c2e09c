import { z } from 'zod';
import type { PowerState } from '../../arm/index.ts';
import { EvenkeelError, messageOf } from '../../base/index.ts';
import type { ArmClient } from '../../clients/index.ts';
import { patiently, type UndoContext } from '../../experiment/index.ts';
import { azureUndo } from './_activity.ts';
import { API } from './_api-versions.ts';
import { checkPlace } from './_place.ts';
import { START_UNDO } from './_scale-set-act.ts';
import { instancePowerState } from './_scale-sets.ts';

const state = z.object({
  subscriptionId: z.string(),
  endpoint: z.string(),
  resourceGroup: z.string(),
  scaleSet: z.string(),
  instanceIds: z.array(z.string()),
  /** Where each instance stands in Azure Resource Manager; absent = as instances of a Uniform scale set do. */
  paths: z.array(z.string()).default([]),
  /** The Kubernetes nodes on these instances, where known: for whoever verifies that they are Ready. */
  nodeNames: z.array(z.string()).default([]),
  mode: z.string(),
});

/** All of it, waiting for an operation that is still under way included. */
const LIMIT_MS = 15 * 60_000;
const WAIT_MS = 5000;
/** However fast the clock, so often is looked, with a start between two looks, before it counts as not to be mended. */
const LEAST_LOOKS = 3;

/** Starts what was stopped, waits, and looks whether it runs. */
export const startVmssInstancesUndo = azureUndo({
  name: START_UNDO,
  summary: 'Start the instances of a scale set that a run stopped, and see that they run.',
  state,
  run: async (plan, context) => {
    checkPlace(plan, context.arm);
    const results = await Promise.all(plan.instanceIds.map((instanceId, index) => startOne(plan, index, instanceId, context)));
    return {
      mended: results.every(({ running }) => running),
      alreadyDone: results.every(({ running, touched }) => running && !touched),
      detail: results.map(({ line }) => line),
    };
  },
});

type Place = z.infer<typeof state>;
type Context = UndoContext & { readonly arm: ArmClient };

interface Outcome {
  readonly running: boolean;
  readonly touched: boolean;
  readonly line: string;
}

async function startOne(plan: Place, index: number, instanceId: string, context: Context): Promise<Outcome> {
  const nodeName = plan.nodeNames.length === plan.instanceIds.length ? plan.nodeNames[index] : undefined;
  const path =
    plan.paths[index] ??
    `/subscriptions/${plan.subscriptionId}/resourceGroups/${plan.resourceGroup}/providers/Microsoft.Compute/virtualMachineScaleSets/${plan.scaleSet}/virtualMachines/${instanceId}`;
  const who = `instance ${instanceId} of ${plan.scaleSet}${nodeName === undefined ? '' : ` (node ${nodeName})`}`;
  const deadlineMs = context.clock.now() + LIMIT_MS;
  let touched = false;
  try {
    for (let looks = 1; ; looks++) {
      const power = await patiently(() => instancePowerState(context.arm, path, context.signal), context);
      if (power === 'running') return { running: true, touched, line: `${who}: running` };
      if (context.clock.now() >= deadlineMs && looks >= LEAST_LOOKS) return { running: false, touched, line: `${who}: still ${power}` };
      touched = (await tryStart(path, power, deadlineMs, context)) || touched;
    }
  } catch (thrown) {
    return { running: false, touched, line: `${who}: ${messageOf(thrown)}` };
  }
}

/** One attempt; false when the instance is busy with another operation, which is then given time. */
async function tryStart(path: string, power: PowerState, deadlineMs: number, context: Context): Promise<boolean> {
  const { arm, clock, signal } = context;
  if (power === 'starting') {
    await clock.sleep(WAIT_MS, signal);
    return false;
  }
  try {
    const start = () => arm.runOperation('POST', `${path}/start`, { apiVersion: API.compute, limitMs: deadlineMs - clock.now(), signal });
    await patiently(start, context, deadlineMs);
    return true;
  } catch (thrown) {
    if (!(thrown instanceof EvenkeelError) || thrown.code !== 'CONFLICT') throw thrown;
    await clock.sleep(WAIT_MS, signal);
    return false;
  }
}
