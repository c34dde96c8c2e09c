/** Scale sets, their instances, and which of them an action takes. */
import { z } from 'zod';
import { type InstanceViewStatus, type PowerState, powerStateOf } from '../../arm/index.ts';
import { EvenkeelError, listInWords, plural } from '../../base/index.ts';
import type { ArmClient } from '../../clients/index.ts';
import type { AzureContext } from './_activity.ts';
import { API } from './_api-versions.ts';
import { filterParameter, findResources, idOf, limitParameter, nameOf, propertyOf, requireResources, type Resource } from './_targets.ts';

export const SCALE_SET_TYPE = 'Microsoft.Compute/virtualMachineScaleSets';
export const SCALE_SET_READS = [
  'Microsoft.ResourceGraph/resources/read',
  'Microsoft.Compute/virtualMachineScaleSets/read',
  'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/read',
  'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/instanceView/read',
  'Microsoft.Compute/locations/operations/read',
] as const;

export const instanceCriteriaParameter = z
  .array(z.record(z.string(), z.unknown()))
  .nullish()
  .describe(
    'Instances to take: those for which all pairs of any of these objects are equal. Without it, one instance of each scale set at random.',
  );

export const scaleSetParameters = z.strictObject({
  filter: filterParameter,
  instance_criteria: instanceCriteriaParameter,
  count: z
    .number()
    .int()
    .positive()
    .default(1)
    .describe('Without criteria: how many instances of each scale set. Not known to the Chaos Toolkit.'),
  operation_timeout: limitParameter,
});

export interface Instance {
  readonly instanceId: string;
  readonly name: string;
  /** Path of the instance in Azure Resource Manager. */
  readonly path: string;
  /** The Kubernetes node's name, where Azure tells it. */
  readonly computerName: string | undefined;
  readonly osType: string | undefined;
  /** As actions return it: the Python SDK's names. */
  readonly row: Readonly<Record<string, unknown>>;
}

export interface ScaleSet {
  readonly resource: Resource;
  readonly path: string;
  readonly name: string;
  readonly resourceGroup: string;
  /** In Flexible orchestration the instances are plain machines that name their scale set. */
  readonly flexible: boolean;
}

export async function findScaleSets(context: AzureContext, filter: string | null | undefined): Promise<ScaleSet[]> {
  const found = await requireResources(context, { type: SCALE_SET_TYPE, filter, noneFound: 'No VMSS found' });
  return found.map(scaleSetOf);
}

export function scaleSetOf(resource: Resource): ScaleSet {
  const { path, resourceGroup } = idOf(resource);
  const flexible = propertyOf(resource, 'orchestrationMode') === 'Flexible';
  return { resource, path, name: nameOf(resource), resourceGroup, flexible };
}

/** All pages of a scale set's instances. */
export async function listInstances(arm: ArmClient, scaleSet: ScaleSet, signal: AbortSignal): Promise<Instance[]> {
  if (scaleSet.flexible) {
    const members = `where properties.virtualMachineScaleSet.id =~ '${scaleSet.path}'`;
    const machines = await findResources(arm, 'Microsoft.Compute/virtualMachines', members, signal);
    return machines.map((machine) => instanceOf({ ...machine, instanceId: nameOf(machine) }, scaleSet, idOf(machine).path));
  }
  const items = await arm.listAll(`${scaleSet.path}/virtualMachines`, { apiVersion: API.compute, signal });
  return items.map((item) => instanceOf(item, scaleSet));
}

const instanceShape = z.looseObject({
  id: z.string().optional(),
  name: z.string(),
  type: z.string().optional(),
  location: z.string().optional(),
  instanceId: z.string(),
  zones: z.array(z.string()).nullish(),
  properties: z
    .looseObject({
      latestModelApplied: z.boolean().optional(),
      vmId: z.string().optional(),
      provisioningState: z.string().optional(),
      osProfile: z.looseObject({ computerName: z.string().optional() }).optional(),
      storageProfile: z.looseObject({ osDisk: z.looseObject({ osType: z.string().optional() }).optional() }).optional(),
    })
    .optional(),
});

function instanceOf(item: unknown, scaleSet: ScaleSet, path?: string): Instance {
  const parsed = instanceShape.parse(item);
  const { properties } = parsed;
  const computerName = properties?.osProfile?.computerName;
  const row = {
    id: parsed.id,
    name: parsed.name,
    type: parsed.type,
    location: parsed.location,
    instance_id: parsed.instanceId,
    zones: parsed.zones ?? undefined,
    latest_model_applied: properties?.latestModelApplied,
    vm_id: properties?.vmId,
    os_profile: computerName === undefined ? undefined : { computer_name: computerName },
    provisioning_state: properties?.provisioningState,
    scale_set: scaleSet.name,
  };
  return {
    instanceId: parsed.instanceId,
    name: parsed.name,
    path: path ?? `${scaleSet.path}/virtualMachines/${parsed.instanceId}`,
    computerName,
    osType: properties?.storageProfile?.osDisk?.osType,
    row: Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)),
  };
}

/** What the instance is doing now. */
export async function instancePowerState(arm: ArmClient, path: string, signal: AbortSignal): Promise<PowerState> {
  const view = await arm.request('GET', `${path}/instanceView`, { apiVersion: API.compute, signal });
  const statuses: unknown = typeof view === 'object' && view !== null && 'statuses' in view ? view.statuses : undefined;
  return powerStateOf(Array.isArray(statuses) ? (statuses as readonly InstanceViewStatus[]) : undefined); // ARM's own form
}

export type Criteria = z.infer<typeof instanceCriteriaParameter>;

export interface Selection {
  readonly criteria: Criteria;
  /** Takes only instances in such a state; absent = any. An extra look at each candidate. */
  readonly only?: ((state: PowerState) => boolean) | undefined;
  /** Without criteria: how many at random; absent = one. */
  readonly count?: number;
  /** Without criteria: all of them instead of one at random; none is then no error. */
  readonly all?: boolean;
}

/**
 * The instances of one scale set that an action takes: all that meet the criteria, or without criteria one at random.
 * Errors: `NOT_FOUND` with what exists, `CONFLICT` when those that are meant are all in another state.
 */
export async function selectInstances(
  context: AzureContext,
  scaleSet: ScaleSet,
  { criteria, only, count = 1, all: everyOne }: Selection,
): Promise<Instance[]> {
  const all = await listInstances(context.arm, scaleSet, context.signal);
  if (all.length === 0)
    throw new EvenkeelError('NOT_FOUND', 'No VMSS instances found', { blame: 'input', hint: `${scaleSet.name} is empty.` });
  const byCriteria = criteria !== undefined && criteria !== null && criteria.length > 0;
  const candidates = byCriteria ? all.filter((instance) => meets(instance, criteria)) : all;
  if (candidates.length === 0) {
    throw new EvenkeelError('NOT_FOUND', `No VMSS instance found for criteria '${pythonText(criteria)}'`, {
      blame: 'input',
      hint: `${scaleSet.name} has ${listInWords(all.map(({ instanceId, name }) => `${instanceId} (${name})`))}.`,
    });
  }
  const states: string[] = [];
  const fits = async (instance: Instance): Promise<boolean> => {
    if (only === undefined) return true;
    const state = await instancePowerState(context.arm, instance.path, context.signal);
    states.push(`${instance.instanceId}: ${state}`);
    return only(state);
  };
  const chosen = byCriteria || everyOne ? await filterInOrder(candidates, fits) : await pickSome(context, candidates, count, fits);
  if (chosen.length > 0 || everyOne) return chosen;
  throw new EvenkeelError('CONFLICT', `no instance of ${scaleSet.name} is in a state for this (${states.join(', ')})`, {
    blame: 'target',
    hint: `${plural(candidates.length, 'instance')} looked at. One that is already down is left alone: nothing would be tested, and it is not ours to start.`,
  });
}

async function filterInOrder<T>(items: readonly T[], fits: (item: T) => Promise<boolean>): Promise<T[]> {
  const kept: T[] = [];
  for (const item of items) if (await fits(item)) kept.push(item);
  return kept;
}

/** Some at random of those that fit, asking only as many as needed. */
async function pickSome<T>(
  { random }: AzureContext,
  candidates: readonly T[],
  count: number,
  fits: (item: T) => Promise<boolean>,
): Promise<T[]> {
  const left = [...candidates];
  const picked: T[] = [];
  while (left.length > 0 && picked.length < count) {
    const item = random.pick(left);
    left.splice(left.indexOf(item), 1);
    if (await fits(item)) picked.push(item);
  }
  return picked;
}

/** Keys as the Python SDK spells them, or as the documentation does (`instance_id`, `instanceId`). */
function meets(instance: Instance, criteria: NonNullable<Criteria>): boolean {
  const value = (key: string): unknown => instance.row[snake(key)] ?? (snake(key) === 'computer_name' ? instance.computerName : undefined);
  return criteria.some((pairs) => Object.entries(pairs).every(([key, wanted]) => same(value(key), wanted)));
}

/** The Chaos Toolkit's message shows the criteria as Python writes them. */
function pythonText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonText).join(', ')}]`;
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value !== 'object' || value === null) return value === null ? 'None' : JSON.stringify(value);
  const pairs = Object.entries(value).map(([key, inner]) => `'${key}': ${pythonText(inner)}`);
  return `{${pairs.join(', ')}}`;
}

const snake = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
/** Instance ids are texts in Azure; people write them as numbers too. */
const same = (actual: unknown, wanted: unknown): boolean =>
  typeof actual === 'string' && typeof wanted === 'number' ? actual === String(wanted) : JSON.stringify(actual) === JSON.stringify(wanted);
