import { z } from 'zod/mini';
import { EvenkeelError, nearest } from '../base/index.ts';
import { createArmClient, resolveAzureLogin } from '../clients/index.ts';
import type { CommandContext } from './context.ts';
import { clockFor } from './lab-session.ts';

const API_VERSION = '2024-11-01';
const LIMIT_MS = 10 * 60_000;

const Instances = z.array(
  z.object({ instanceId: z.string(), properties: z.object({ osProfile: z.object({ computerName: z.string() }) }) }),
);

const ScaleSets = z.array(z.object({ name: z.string() }));

export interface LabPowerChange {
  /** Node name or instance id. */
  readonly node: string;
  readonly to: 'on' | 'off';
  /** The lab's environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly context: Pick<CommandContext, 'log' | 'signal'>;
}

/** Powers a machine of the lab off or on through its Azure API, as anybody would. Result: the node's name. Errors: `NOT_FOUND`. */
export async function setLabPower({ node, to, env, context }: LabPowerChange): Promise<string> {
  const login = await resolveAzureLogin({ env, configuration: {}, secrets: {} });
  const client = createArmClient({ ...login, clock: clockFor(env), log: context.log });
  const group = env['AZURE_CLUSTER_NODE_RESOURCE_GROUP'] ?? '';
  const sets = `/subscriptions/${login.subscriptionId}/resourceGroups/${group}/providers/Microsoft.Compute/virtualMachineScaleSets`;
  const { signal } = context;
  const pools = z.parse(ScaleSets, await client.listAll(sets, { apiVersion: API_VERSION, signal }));
  const lists = pools.map(async ({ name }) => {
    const listed = await client.listAll(`${sets}/${name}/virtualMachines`, { apiVersion: API_VERSION, signal });
    return z.parse(Instances, listed).map((instance) => ({ ...instance, set: `${sets}/${name}` }));
  });
  const instances = (await Promise.all(lists)).flat();
  const found = instances.find((instance) => instance.properties.osProfile.computerName === node) ?? onlyOne(instances, node);
  if (!found) {
    const names = instances.map((instance) => instance.properties.osProfile.computerName);
    const near = nearest(node, names);
    throw new EvenkeelError('NOT_FOUND', `the lab has no node '${node}'; it has ${names.join(', ')}`, {
      blame: 'input',
      ...(near === undefined ? {} : { hint: `Did you mean ${near}?` }),
    });
  }
  const operation = to === 'off' ? 'poweroff' : 'start';
  const query = to === 'off' ? { query: { skipShutdown: 'false' } } : {};
  await client.runOperation('POST', `${found.set}/virtualMachines/${found.instanceId}/${operation}`, {
    apiVersion: API_VERSION,
    ...query,
    signal,
    limitMs: LIMIT_MS,
  });
  return found.properties.osProfile.computerName;
}

/** An instance's id is enough where no other scale set has the same. */
function onlyOne<T extends { readonly instanceId: string }>(instances: readonly T[], id: string): T | undefined {
  const named = instances.filter(({ instanceId }) => instanceId === id);
  return named.length === 1 ? named[0] : undefined;
}
