import type { Clock, Logger, Random } from '../../base/index.ts';
import { createEntra } from './_entra.ts';
import { createFleet } from './_fleet.ts';
import type { ArmOperation, AzureState } from './_http.ts';
import { createOperationLog, uuid } from './_operations.ts';
import { serveAzure } from './_server.ts';
import { computeOperations } from './compute-operations.ts';
import { managedClusterOperations } from './managed-clusters.ts';
import { permissionOperations } from './permissions.ts';
import { resourceGraphOperations } from './resource-graph.ts';
import { scaleSetInstanceOperations } from './scale-set-instances.ts';
import { scaleSetOperations } from './scale-sets.ts';
import { subscriptionOperations } from './subscriptions.ts';
import type { AzureTimings, LabAzure, LabAzureLayout } from './types.ts';

/** Everything the lab's Azure Resource Manager can do; what is not here is answered with 501. */
const armOperations: readonly ArmOperation[] = [
  ...resourceGraphOperations,
  ...scaleSetOperations,
  ...scaleSetInstanceOperations,
  ...computeOperations,
  ...managedClusterOperations,
  ...subscriptionOperations,
  ...permissionOperations,
];

/** Usual durations: powering off takes half a minute to two and a half, starting a quarter of a minute to three. Source: reference/failure-clock.md. */
const defaultAzureTimings: AzureTimings = {
  powerOffMs: [30_000, 150_000],
  deallocateMs: [45_000, 180_000],
  startMs: [15_000, 180_000],
  restartMs: [30_000, 120_000],
  deleteMs: [60_000, 180_000],
};

interface LabAzureOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly layout: LabAzureLayout;
  readonly timings?: Partial<AzureTimings>;
  readonly log: Logger;
}

/** Makes the lab's Azure, with every machine running. It answers to nobody until `serve` is called. */
export function createLabAzure({ clock, random, layout, timings, log }: LabAzureOptions): LabAzure {
  const chance = random.fork('azure');
  const fleet = createFleet({ clock, random: chance, layout, timings: { ...defaultAzureTimings, ...timings } });
  let calls = 0;
  const state: AzureState = {
    layout,
    fleet,
    operations: createOperationLog({ clock, random: chance.fork('operations') }),
    random: chance,
    count: () => calls++,
  };
  const ids = chance.fork('requests');
  const newId = (): string => uuid(ids);
  return {
    layout,
    instances: () => fleet.machines(),
    onPower: (listener) => fleet.onPower(listener),
    failNext: (action, instanceName, error) => fleet.failNext(action, instanceName, error),
    serve: async ({ port, key, cert }) => {
      const entra = createEntra({ clock, layout, newId });
      const server = await serveAzure({ port, key, cert, state, entra, operations: armOperations, newId, log });
      return {
        url: server.url,
        stop: async () => {
          fleet.stop();
          await server.stop();
        },
      };
    },
  };
}
