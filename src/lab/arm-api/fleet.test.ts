import { array, assert, asyncProperty, boolean, constantFrom, integer, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom, createVirtualClock } from '../../base/index.ts';
import { createFleet, type PowerAction } from './_fleet.ts';
import { ArmRefusal } from './_http.ts';
import type { AzureTimings, LabAzureLayout } from './types.ts';

const layout: LabAzureLayout = {
  subscriptionId: 's',
  tenantId: 't',
  clientId: 'c',
  clientSecret: 'x',
  location: 'l',
  resourceGroup: 'g',
  clusterName: 'aks',
  nodeResourceGroup: 'mc',
  kubernetesVersion: '1',
  pools: [
    {
      name: 'p',
      scaleSet: 'set',
      vmSize: 'v',
      instances: ['0', '1', '2'].map((instanceId) => ({ instanceId, nodeName: `node${instanceId}`, zone: undefined })),
    },
  ],
};
const range = [10_000, 60_000] as const;
const timings: AzureTimings = { powerOffMs: range, deallocateMs: range, startMs: range, restartMs: range, deleteMs: range };

const step = record({
  action: constantFrom<PowerAction>('powerOff', 'deallocate', 'start', 'restart', 'reimage', 'delete'),
  target: integer({ min: 0, max: 2 }),
  waitMs: integer({ min: 0, max: 50_000 }),
  skipShutdown: boolean(),
});

describe('the power of the machines', () => {
  it('goes down and comes up in turn, whatever is asked when, and comes to rest', async () => {
    await assert(
      asyncProperty(array(step, { maxLength: 12 }), integer(), async (steps, seed) => {
        const clock = createVirtualClock();
        const fleet = createFleet({ clock, random: createRandom(seed), layout, timings });
        const on = new Map(fleet.machines().map(({ instanceId }) => [instanceId, true]));
        fleet.onPower(({ instanceId }, change) => {
          // A machine that is deleted while off goes without going down again.
          expect(change === 'gone' || on.get(instanceId) === (change === 'down')).toBe(true);
          on.set(instanceId, change === 'up');
        });
        const outcomes: Promise<unknown>[] = [];
        for (const { action, target, waitMs, skipShutdown } of steps) {
          const machines = fleet.machines().slice(target, target + 1);
          const under = machines.some(({ provisioningState }) => provisioningState !== 'Succeeded');
          try {
            outcomes.push(fleet.act(action, machines, { skipShutdown }));
            expect(under).toBe(false);
          } catch (thrown) {
            if (!(thrown instanceof ArmRefusal)) throw thrown;
            expect(under || (action === 'restart' && machines[0]?.powerState !== 'running')).toBe(true);
          }
          await clock.advance(waitMs);
        }
        await clock.advance(200_000);
        expect(await Promise.all(outcomes)).toEqual(outcomes.map(() => undefined));
        for (const { instanceId, powerState, provisioningState } of fleet.machines()) {
          expect(['running', 'stopped', 'deallocated']).toContain(powerState);
          expect(provisioningState).toBe('Succeeded');
          expect(on.get(instanceId)).toBe(powerState === 'running');
        }
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 40 },
    );
  });
});
