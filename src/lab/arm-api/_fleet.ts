/** The machines of the scale sets and what happens to their power over lab time. */
import type { ArmError, PowerState } from '../../arm/index.ts';
import type { Cancel, Clock, Random } from '../../base/index.ts';
import { ArmRefusal, sameName } from './_http.ts';
import { uuid } from './_operations.ts';
import type { AzureTimings, LabAzureLayout, LabInstance } from './types.ts';

export interface Machine extends LabInstance {
  readonly scaleSet: string;
  readonly pool: string;
  readonly vmSize: string;
  readonly vmId: string;
  powerState: PowerState;
  provisioningState: 'Succeeded' | 'Updating' | 'Deleting' | 'Failed';
  /** When the power state last changed: milliseconds of lab time. */
  changedMs: number;
}

export type PowerAction = 'powerOff' | 'deallocate' | 'start' | 'restart' | 'reimage' | 'delete';
export type PowerListener = (instance: LabInstance, change: 'down' | 'up' | 'gone') => void;

export interface Fleet {
  machines(scaleSet?: string): readonly Machine[];
  /**
   * Begins the action on all of the machines, or on none of them. Resolves at the end of it, with what went wrong.
   * Errors: `ArmRefusal` 409 while another operation on one of them is under way.
   */
  act(action: PowerAction, machines: readonly Machine[], options?: { skipShutdown?: boolean }): Promise<ArmError | undefined>;
  /** Makes the next such action on the instance end with this error, after its usual time and without its effect. */
  failNext(action: PowerAction, instanceName: string, error: ArmError): void;
  onPower(listener: PowerListener): Cancel;
  /** Forgets what is still under way. */
  stop(): void;
}

/** From the order to power off until the machine is dead: an orderly shutdown of the operating system, or none. */
const SHUTDOWN_MS: readonly [number, number] = [3000, 8000];
const HARD_OFF_MS: readonly [number, number] = [500, 1500];

export interface FleetOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly layout: LabAzureLayout;
  readonly timings: AzureTimings;
}

export function createFleet({ clock, random, layout, timings }: FleetOptions): Fleet {
  const machines = machinesOf(layout, random, clock);
  const listeners = new Set<PowerListener>();
  const busy = new Set<Machine>();
  const timers = new Set<Cancel>();
  const failures = new Map<string, ArmError>();
  let begun = 0;

  const wait = (delayMs: number): Promise<void> =>
    new Promise((resolve) => {
      const cancel = clock.after(delayMs, () => {
        timers.delete(cancel);
        resolve();
      });
      timers.add(cancel);
    });
  const tell = (machine: Machine, change: 'down' | 'up' | 'gone'): void => listeners.forEach((listener) => listener(machine, change));
  const setPower = (machine: Machine, powerState: PowerState): void => {
    if (machine.powerState === powerState) return;
    machine.powerState = powerState;
    machine.changedMs = clock.now();
  };
  const remove = (machine: Machine): void => {
    machines.splice(machines.indexOf(machine), 1);
    tell(machine, 'gone');
  };

  const perform = async (action: PowerAction, machine: Machine, skipShutdown: boolean): Promise<void> => {
    const chance = random.fork(`${action}/${machine.name}/${begun}`);
    const durationMs = between(timings[TIMING_OF[action]], chance);
    const steps = STEPS[action];
    if (machine.powerState === steps.last && steps.skipWhenThere) return;
    if (action === 'powerOff' && machine.powerState === 'deallocated') return;
    const wasOn = machine.powerState === 'running';
    let leftMs = durationMs;
    if (steps.down !== undefined && wasOn) {
      const downMs = Math.min(durationMs, between(skipShutdown ? HARD_OFF_MS : SHUTDOWN_MS, chance));
      setPower(machine, steps.down);
      await wait(downMs);
      tell(machine, 'down');
      leftMs -= downMs;
    }
    if (steps.up) setPower(machine, 'starting');
    else if (steps.down !== undefined) setPower(machine, steps.down);
    await wait(leftMs);
    if (steps.last !== undefined) setPower(machine, steps.last);
    if (steps.up) tell(machine, 'up');
    if (action === 'delete') remove(machine);
  };

  const actOne = async (action: PowerAction, machine: Machine, skipShutdown: boolean): Promise<ArmError | undefined> => {
    const failure = failures.get(failureKey(action, machine.name));
    failures.delete(failureKey(action, machine.name));
    machine.provisioningState = action === 'delete' ? 'Deleting' : 'Updating';
    if (failure === undefined) await perform(action, machine, skipShutdown);
    else await wait(between(timings[TIMING_OF[action]], random.fork(`failure/${machine.name}/${begun}`)));
    machine.provisioningState = failure === undefined ? 'Succeeded' : 'Failed';
    busy.delete(machine);
    return failure;
  };

  return {
    machines: (scaleSet) => machines.filter((machine) => scaleSet === undefined || sameName(machine.scaleSet, scaleSet)),
    act: (action, chosen, options = {}) => {
      refuseIfNotAllowed(action, chosen, busy);
      begun++;
      for (const machine of chosen) busy.add(machine);
      const results = Promise.all(chosen.map((machine) => actOne(action, machine, options.skipShutdown ?? false)));
      return results.then((list) => list.find((result) => result !== undefined));
    },
    failNext: (action, instanceName, error) => void failures.set(failureKey(action, instanceName), error),
    onPower: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: () => {
      for (const cancel of timers) cancel();
      timers.clear();
    },
  };
}

interface Steps {
  /** The state on the way to no power; absent when the machine keeps its power. */
  readonly down?: PowerState;
  readonly up: boolean;
  readonly last?: PowerState;
  /** Nothing is done to a machine that is in the last state already. */
  readonly skipWhenThere: boolean;
}

const STEPS: Readonly<Record<PowerAction, Steps>> = {
  powerOff: { down: 'stopping', up: false, last: 'stopped', skipWhenThere: true },
  deallocate: { down: 'deallocating', up: false, last: 'deallocated', skipWhenThere: true },
  start: { up: true, last: 'running', skipWhenThere: true },
  restart: { down: 'stopping', up: true, last: 'running', skipWhenThere: false },
  reimage: { down: 'stopping', up: true, last: 'running', skipWhenThere: false },
  delete: { down: 'stopping', up: false, skipWhenThere: false },
};

const TIMING_OF: Readonly<Record<PowerAction, keyof AzureTimings>> = {
  powerOff: 'powerOffMs',
  deallocate: 'deallocateMs',
  start: 'startMs',
  restart: 'restartMs',
  reimage: 'restartMs',
  delete: 'deleteMs',
};

function refuseIfNotAllowed(action: PowerAction, machines: readonly Machine[], busy: ReadonlySet<Machine>): void {
  for (const machine of machines) {
    if (busy.has(machine)) {
      throw new ArmRefusal(409, {
        code: 'Conflict',
        message:
          'The request failed due to conflict with a concurrent request. To resolve it, please refer to https://aka.ms/activitylog to get more details on the conflicting requests.',
      });
    }
    if (action === 'restart' && machine.powerState !== 'running') {
      throw new ArmRefusal(409, {
        code: 'OperationNotAllowed',
        message: `Operation 'restart' is not allowed on VM '${machine.name}' since the VM is ${machine.powerState}.`,
      });
    }
  }
}

function machinesOf(layout: LabAzureLayout, random: Random, clock: Clock): Machine[] {
  return layout.pools.flatMap((pool) =>
    pool.instances.map((instance) => ({
      ...instance,
      name: `${pool.scaleSet}_${instance.instanceId}`,
      scaleSet: pool.scaleSet,
      pool: pool.name,
      vmSize: pool.vmSize,
      vmId: uuid(random.fork(`vm/${instance.nodeName}`)),
      powerState: 'running' as const,
      provisioningState: 'Succeeded' as const,
      changedMs: clock.now(),
    })),
  );
}

const failureKey = (action: PowerAction, instanceName: string): string => `${action} ${instanceName}`;
const between = ([least, most]: readonly [number, number], random: Random): number => least + random.next() * (most - least);
