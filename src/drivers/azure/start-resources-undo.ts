import { z } from 'zod';
import { type InstanceViewStatus, powerStateOf } from '../../arm/index.ts';
import { EvenkeelError, messageOf } from '../../base/index.ts';
import type { ArmClient } from '../../clients/index.ts';
import { patiently, type UndoContext } from '../../experiment/index.ts';
import { azureUndo } from './_activity.ts';
import { API } from './_api-versions.ts';
import { checkPlace } from './_place.ts';
import { START_RESOURCES_UNDO } from './_resource-act.ts';

const state = z.object({
  subscriptionId: z.string(),
  endpoint: z.string(),
  kind: z.enum(['machine', 'managed-cluster', 'web-app', 'application-gateway', 'flexible-server']),
  paths: z.array(z.string()),
});

type Kind = z.infer<typeof state>['kind'];
type Context = UndoContext & { readonly arm: ArmClient };

interface Startable {
  readonly apiVersion: string;
  /** After the resource's path, where its state is read. */
  readonly look: string;
  readonly stateOf: (body: unknown) => string;
  readonly running: string;
}

const KINDS: Readonly<Record<Kind, Startable>> = {
  machine: { apiVersion: API.compute, look: '/instanceView', stateOf: machineState, running: 'running' },
  'managed-cluster': { apiVersion: API.containerService, look: '', stateOf: property('powerState', 'code'), running: 'Running' },
  'web-app': { apiVersion: API.web, look: '', stateOf: property('state'), running: 'Running' },
  'application-gateway': { apiVersion: API.network, look: '', stateOf: property('operationalState'), running: 'Running' },
  'flexible-server': { apiVersion: API.postgresqlFlexible, look: '', stateOf: property('state'), running: 'Ready' },
};

const LIMIT_MS = 20 * 60_000;
const WAIT_MS = 5000;
/** However fast the clock, so often is looked, with a start between two looks, before it counts as not to be mended. */
const LEAST_LOOKS = 3;

/** Starts what was stopped, waits, and looks whether it runs. */
export const startResourcesUndo = azureUndo({
  name: START_RESOURCES_UNDO,
  summary: 'Start machines, clusters, web apps, gateways or database servers that a run stopped, and see that they run.',
  state,
  run: async (plan, context) => {
    checkPlace(plan, context.arm);
    const results = await Promise.all(plan.paths.map((path) => startOne(path, KINDS[plan.kind], context)));
    return {
      mended: results.every(({ running }) => running),
      alreadyDone: results.every(({ running, touched }) => running && !touched),
      detail: results.map(({ line }) => line),
    };
  },
});

async function startOne(path: string, kind: Startable, context: Context): Promise<{ running: boolean; touched: boolean; line: string }> {
  const { arm, clock, signal } = context;
  const name = path.split('/').at(-1) ?? path;
  const look = () => arm.request('GET', `${path}${kind.look}`, { apiVersion: kind.apiVersion, signal });
  const deadlineMs = clock.now() + LIMIT_MS;
  let touched = false;
  try {
    for (let looks = 1; ; looks++) {
      const now = kind.stateOf(await patiently(look, context));
      if (now === kind.running) return { running: true, touched, line: `${name}: ${now}` };
      if (clock.now() >= deadlineMs && looks >= LEAST_LOOKS) return { running: false, touched, line: `${name}: still ${now}` };
      try {
        const start = () =>
          arm.runOperation('POST', `${path}/start`, { apiVersion: kind.apiVersion, limitMs: deadlineMs - clock.now(), signal });
        await patiently(start, context, deadlineMs);
        touched = true;
      } catch (thrown) {
        // Busy with another operation, most likely the stop itself: give it time.
        if (!(thrown instanceof EvenkeelError) || thrown.code !== 'CONFLICT') throw thrown;
      }
      await clock.sleep(WAIT_MS, signal);
    }
  } catch (thrown) {
    return { running: false, touched, line: `${name}: ${messageOf(thrown)}` };
  }
}

function machineState(body: unknown): string {
  const statuses: unknown = typeof body === 'object' && body !== null && 'statuses' in body ? body.statuses : undefined;
  return powerStateOf(Array.isArray(statuses) ? (statuses as readonly InstanceViewStatus[]) : undefined); // ARM's own form
}

function property(...keys: readonly string[]): (body: unknown) => string {
  return (body) => {
    let value: unknown = body;
    for (const key of ['properties', ...keys]) {
      value = typeof value === 'object' && value !== null ? Object.entries(value).find(([name]) => name === key)?.[1] : undefined;
    }
    return typeof value === 'string' ? value : 'unknown';
  };
}
