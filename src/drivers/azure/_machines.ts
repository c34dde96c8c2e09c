/** How plain virtual machines are looked at and acted on: by themselves, and as nodes of a cluster. */
import { type InstanceViewStatus, type PowerState, powerStateOf } from '../../arm/index.ts';
import { EvenkeelError } from '../../base/index.ts';
import type { AzureContext } from './_activity.ts';
import { API } from './_api-versions.ts';
import type { ResourceAct } from './_resource-act.ts';
import { idOf, nameOf, type Resource } from './_targets.ts';

export const MACHINE_TYPE = 'Microsoft.Compute/virtualMachines';
export const MACHINE_READS = [
  'Microsoft.ResourceGraph/resources/read',
  `${MACHINE_TYPE}/read`,
  `${MACHINE_TYPE}/instanceView/read`,
  'Microsoft.Compute/locations/operations/read',
];
const act = { type: MACHINE_TYPE, noneFound: 'No virtual machines found', apiVersion: API.compute } as const;

async function powerOf(resource: Resource, { arm, signal }: AzureContext): Promise<PowerState> {
  const view = await arm.request('GET', `${idOf(resource).path}/instanceView`, { apiVersion: API.compute, signal });
  const statuses: unknown = typeof view === 'object' && view !== null && 'statuses' in view ? view.statuses : undefined;
  return powerStateOf(Array.isArray(statuses) ? (statuses as readonly InstanceViewStatus[]) : undefined); // ARM's own form
}

const isDown = (state: PowerState): boolean => state === 'stopped' || state === 'deallocated';

async function chooseDown(found: readonly Resource[], context: AzureContext): Promise<Resource[]> {
  const down: Resource[] = [];
  for (const resource of found) if (isDown(await powerOf(resource, context))) down.push(resource);
  return down;
}

/** What is down already is left alone: nothing would be tested, and it is not ours to start. */
async function chooseUp(found: readonly Resource[], context: AzureContext): Promise<Resource[]> {
  const down = new Set(await chooseDown(found, context));
  const up = found.filter((resource) => !down.has(resource));
  if (up.length > 0) return up;
  throw new EvenkeelError('CONFLICT', `all matching machines are down already: ${found.map(nameOf).join(', ')}`, { blame: 'target' });
}

/** How machines are stopped, also as nodes of a cluster. */
export const stopMachinesAct: ResourceAct = {
  ...act,
  method: 'POST',
  tail: '/powerOff',
  query: { skipShutdown: 'false' },
  choose: chooseUp,
  undo: { kind: 'machine', runs: () => true },
};
export const restartMachinesAct: ResourceAct = { ...act, method: 'POST', tail: '/restart' };
export const deleteMachinesAct: ResourceAct = { ...act, method: 'DELETE', tail: '' };

export const startMachinesAct: ResourceAct = { ...act, method: 'POST', tail: '/start', choose: chooseDown };
