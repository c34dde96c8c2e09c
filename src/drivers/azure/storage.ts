/** Storage accounts and their blob containers: `chaosazure.storage`. */
import { z } from 'zod';
import { EvenkeelError } from '../../base/index.ts';
import { azureActivity, type AzureActivity, type AzureContext } from './_activity.ts';
import { API } from './_api-versions.ts';
import { actOnResources } from './_resource-act.ts';
import {
  actionParameters,
  describeAndCount,
  filterParameter,
  filterParameters,
  findResources,
  idOf,
  matchesPattern,
  nameOf,
  performedBriefly,
  requireResources,
  type Resource,
} from './_targets.ts';

const TYPE = 'Microsoft.Storage/storageAccounts';
const CONTAINERS = `${TYPE}/blobServices/containers`;
const READS = ['Microsoft.ResourceGraph/resources/read', `${TYPE}/read`];
const noneFound = 'No Storage accounts found';

interface Container {
  readonly group: string;
  readonly storage_name: string;
  readonly container_name: string;
  readonly path: string;
}

async function containersOf(account: Resource, { arm, signal }: Pick<AzureContext, 'arm' | 'signal'>): Promise<Container[]> {
  const { path, resourceGroup } = idOf(account);
  const base = `${path}/blobServices/default/containers`;
  const items = await arm.listAll(base, { apiVersion: API.storage, signal });
  return items.map((item) => {
    const { name } = z.looseObject({ name: z.string() }).parse(item);
    return { group: resourceGroup, storage_name: nameOf(account), container_name: name, path: `${base}/${encodeURIComponent(name)}` };
  });
}

const deleteContainersParameters = z.strictObject({
  filter: filterParameter,
  name_pattern: z.string().nullish().describe('Regular expression; only containers whose name it is found in.'),
  number: z.number().int().nullish().describe('How many of them, at random; all when absent or larger than there are.'),
});

async function deleteContainers(args: z.infer<typeof deleteContainersParameters>, context: AzureContext): Promise<unknown> {
  const { number } = args;
  if (number !== undefined && number !== null && number <= 0) {
    throw new EvenkeelError('INVALID_INPUT', `Cannot target ${number} volumes`, { blame: 'input', hint: 'Leave number out to take all.' });
  }
  const candidates: Container[] = [];
  for (const account of await requireResources(context, { type: TYPE, filter: args.filter, noneFound })) {
    candidates.push(
      ...(await containersOf(account, context)).filter((container) => matchesPattern(args.name_pattern, container.container_name)),
    );
  }
  const some = number !== undefined && number !== null && number < candidates.length;
  const resources: unknown[] = [];
  for (const { path, ...container } of some ? context.random.sample(candidates, number) : candidates) {
    await context.arm.request('DELETE', path, { apiVersion: API.storage, signal: context.signal });
    resources.push({ ...container, performed_at: Math.round(context.clock.now() / 1000) });
  }
  return { resources };
}

export const storageActivities: readonly AzureActivity[] = [
  azureActivity({
    name: 'azure/delete-storage-accounts',
    kind: 'action',
    summary: 'Delete storage accounts. Can not be undone.',
    aliases: ['chaosazure.storage.actions.delete_storage_accounts'],
    parameters: actionParameters,
    permissions: [...READS, `${TYPE}/delete`],
    run: (args, context) =>
      actOnResources(args, context, {
        type: TYPE,
        noneFound,
        method: 'DELETE',
        tail: '',
        apiVersion: API.storage,
        describe: performedBriefly,
      }),
  }),
  azureActivity({
    name: 'azure/delete-blob-containers',
    kind: 'action',
    summary: 'Delete blob containers of the matching storage accounts: all, those with a name, or some at random. Can not be undone.',
    aliases: ['chaosazure.storage.actions.delete_blob_containers'],
    parameters: deleteContainersParameters,
    permissions: [...READS, `${CONTAINERS}/read`, `${CONTAINERS}/delete`],
    run: deleteContainers,
  }),
  ...describeAndCount({
    names: ['azure/describe-storage-accounts', 'azure/count-storage-accounts'],
    python: ['chaosazure.storage.probes.describe_storage_accounts', 'chaosazure.storage.probes.count_storage_accounts'],
    type: TYPE,
    plural: 'storage accounts',
  }),
  azureActivity({
    name: 'azure/count-blob-containers',
    kind: 'probe',
    summary: 'Number of blob containers of all matching storage accounts together.',
    aliases: ['chaosazure.storage.probes.count_blob_containers'],
    parameters: filterParameters,
    permissions: [...READS, `${CONTAINERS}/read`],
    run: async ({ filter }, context) => {
      let count = 0;
      for (const account of await findResources(context.arm, TYPE, filter, context.signal))
        count += (await containersOf(account, context)).length;
      return count;
    },
  }),
];
