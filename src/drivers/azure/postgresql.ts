/** PostgreSQL servers and their databases: `chaosazure.postgresql` and `chaosazure.postgresql_flexible`. */
import { z } from 'zod';
import { EvenkeelError } from '../../base/index.ts';
import { azureActivity, type AzureActivity, type AzureContext } from './_activity.ts';
import { API } from './_api-versions.ts';
import { withOperations } from './_operations.ts';
import { actOnResources, type ResourceAct, START_RESOURCES_UNDO } from './_resource-act.ts';
import {
  actionParameters,
  describeAndCount,
  filterParameter,
  findResources,
  idOf,
  limitParameter,
  matchesPattern,
  requireResources,
  type Resource,
  propertyOf,
} from './_targets.ts';

interface Kind {
  /** In our names: `postgresql-servers`. */
  readonly name: string;
  readonly module: string;
  readonly type: string;
  readonly apiVersion: string;
}

const single: Kind = {
  name: 'postgresql',
  module: 'chaosazure.postgresql',
  type: 'Microsoft.DBforPostgreSQL/servers',
  apiVersion: API.postgresqlSingle,
};
const flexible: Kind = {
  name: 'postgresql-flexible',
  module: 'chaosazure.postgresql_flexible',
  type: 'Microsoft.DBforPostgreSQL/flexibleServers',
  apiVersion: API.postgresqlFlexible,
};

const noneFound = 'No servers found';
const patternParameter = z.string().nullish().describe('Regular expression; only databases whose name it is found in.');
const readsOf = (kind: Kind): string[] => ['Microsoft.ResourceGraph/resources/read', `${kind.type}/read`];

const databaseShape = z.looseObject({
  id: z.string(),
  name: z.string(),
  type: z.string().optional(),
  properties: z.looseObject({ charset: z.string().optional(), collation: z.string().optional() }).optional(),
});

async function databasesOf(
  kind: Kind,
  server: Resource,
  pattern: string | null | undefined,
  { arm, signal }: AzureContext,
): Promise<Record<string, unknown>[]> {
  const items = await arm.listAll(`${idOf(server).path}/databases`, { apiVersion: kind.apiVersion, signal });
  return items
    .map((item) => databaseShape.parse(item))
    .filter(({ name }) => matchesPattern(pattern, name))
    .map(({ id, name, type, properties }) => ({ id, name, type, charset: properties?.charset, collation: properties?.collation }));
}

const deleteDatabasesParameters = z.strictObject({
  filter: filterParameter,
  name_pattern: patternParameter,
  operation_timeout: limitParameter,
});

async function deleteDatabases(kind: Kind, args: z.infer<typeof deleteDatabasesParameters>, context: AzureContext): Promise<unknown> {
  const options = { apiVersion: kind.apiVersion, limitMs: args.operation_timeout * 1000, signal: context.signal };
  return withOperations(async (begun) => {
    const resources: unknown[] = [];
    for (const server of await requireResources(context, { type: kind.type, filter: args.filter, noneFound })) {
      for (const database of await databasesOf(kind, server, args.name_pattern, context)) {
        begun.add(
          await context.arm.beginOperation(
            'DELETE',
            `${idOf(server).path}/databases/${encodeURIComponent(String(database['name']))}`,
            options,
          ),
        );
        resources.push({ ...database, performed_at: Math.round(context.clock.now() / 1000) });
      }
    }
    return { resources };
  });
}

const createDatabasesParameters = z.strictObject({
  filter: filterParameter,
  name: z.string().min(1).describe('Name of the database to create on every matching server.'),
  charset: z.string().nullish(),
  collation: z.string().nullish(),
  operation_timeout: limitParameter,
});

async function createDatabases(kind: Kind, args: z.infer<typeof createDatabasesParameters>, context: AzureContext): Promise<null> {
  const given = Object.entries({ charset: args.charset, collation: args.collation }).filter(
    ([, value]) => value !== undefined && value !== null,
  );
  const body = given.length === 0 ? {} : { properties: Object.fromEntries(given) };
  const options = { apiVersion: kind.apiVersion, limitMs: args.operation_timeout * 1000, signal: context.signal, body };
  return withOperations(async (begun) => {
    for (const server of await requireResources(context, { type: kind.type, filter: args.filter, noneFound })) {
      begun.add(await context.arm.beginOperation('PUT', `${idOf(server).path}/databases/${encodeURIComponent(args.name)}`, options));
    }
    return null;
  });
}

function commonActivities(kind: Kind): readonly AzureActivity[] {
  const act = { type: kind.type, noneFound, apiVersion: kind.apiVersion } as const satisfies Partial<ResourceAct>;
  const reads = readsOf(kind);
  return [
    azureActivity({
      name: `azure/delete-${kind.name}-servers`,
      kind: 'action',
      summary: 'Delete PostgreSQL servers. Can not be undone.',
      aliases: [`${kind.module}.actions.delete_servers`],
      parameters: actionParameters,
      permissions: [...reads, `${kind.type}/delete`],
      run: (args, context) => actOnResources(args, context, { ...act, method: 'DELETE', tail: '' }),
    }),
    azureActivity({
      name: `azure/restart-${kind.name}-servers`,
      kind: 'action',
      summary: 'Restart PostgreSQL servers.',
      aliases: [`${kind.module}.actions.restart_servers`],
      parameters: actionParameters,
      permissions: [...reads, `${kind.type}/restart/action`],
      run: (args, context) => actOnResources(args, context, { ...act, method: 'POST', tail: '/restart' }),
    }),
    azureActivity({
      name: `azure/delete-${kind.name}-databases`,
      kind: 'action',
      summary: 'Delete databases of PostgreSQL servers: all, or those with a name. Can not be undone.',
      aliases: [`${kind.module}.actions.delete_databases`],
      parameters: deleteDatabasesParameters,
      permissions: [...reads, `${kind.type}/databases/read`, `${kind.type}/databases/delete`],
      run: (args, context) => deleteDatabases(kind, args, context),
    }),
    azureActivity({
      name: `azure/create-${kind.name}-databases`,
      kind: 'action',
      summary: 'Create a database on PostgreSQL servers.',
      aliases: [`${kind.module}.actions.create_databases`],
      parameters: createDatabasesParameters,
      permissions: [...reads, `${kind.type}/databases/write`],
      run: (args, context) => createDatabases(kind, args, context),
    }),
    ...describeAndCount({
      names: [`azure/describe-${kind.name}-servers`, `azure/count-${kind.name}-servers`],
      python: [`${kind.module}.probes.describe_servers`, `${kind.module}.probes.count_servers`],
      type: kind.type,
      plural: 'PostgreSQL servers',
    }),
    azureActivity({
      name: `azure/describe-${kind.name}-databases`,
      kind: 'probe',
      summary: 'Databases of the matching PostgreSQL servers.',
      aliases: [`${kind.module}.probes.describe_databases`],
      parameters: z.strictObject({ filter: filterParameter, name_pattern: patternParameter }),
      permissions: [...reads, `${kind.type}/databases/read`],
      run: async ({ filter, name_pattern }, context) => {
        const rows: unknown[] = [];
        for (const server of await findResources(context.arm, kind.type, filter, context.signal)) {
          rows.push(...(await databasesOf(kind, server, name_pattern, context)));
        }
        return rows;
      },
    }),
  ];
}

async function chooseStopped(found: readonly Resource[], { arm, signal }: AzureContext): Promise<Resource[]> {
  const stopped: Resource[] = [];
  for (const server of found) {
    const body = await arm.request('GET', idOf(server).path, { apiVersion: flexible.apiVersion, signal });
    const { properties } = z.looseObject({ properties: z.looseObject({ state: z.string().optional() }).optional() }).parse(body);
    if (properties?.state === 'Stopped') stopped.push(server);
  }
  return stopped;
}

const flexibleAct = { type: flexible.type, noneFound, apiVersion: flexible.apiVersion, method: 'POST' } as const;

export const postgresqlActivities: readonly AzureActivity[] = [
  ...commonActivities(single),
  ...commonActivities(flexible),
  azureActivity({
    name: 'azure/stop-postgresql-flexible-servers',
    kind: 'action',
    summary: 'Stop PostgreSQL flexible servers.',
    aliases: ['chaosazure.postgresql_flexible.actions.stop_servers'],
    parameters: actionParameters,
    permissions: [...readsOf(flexible), `${flexible.type}/stop/action`],
    undo: START_RESOURCES_UNDO,
    run: (args, context) =>
      actOnResources(args, context, {
        ...flexibleAct,
        tail: '/stop',
        undo: { kind: 'flexible-server', runs: (resource) => propertyOf(resource, 'state') === 'Ready' },
      }),
  }),
  azureActivity({
    name: 'azure/start-postgresql-flexible-servers',
    kind: 'action',
    summary: 'Start those of the matching PostgreSQL flexible servers that are stopped.',
    aliases: ['chaosazure.postgresql_flexible.actions.start_servers'],
    parameters: actionParameters,
    permissions: [...readsOf(flexible), `${flexible.type}/start/action`],
    run: (args, context) => actOnResources(args, context, { ...flexibleAct, tail: '/start', choose: chooseStopped }),
  }),
  azureActivity({
    name: 'azure/delete-postgresql-flexible-tables',
    kind: 'action',
    summary: 'Not supported: dropping tables needs a database connection, and the original never drops one either.',
    aliases: ['chaosazure.postgresql_flexible.actions.delete_tables'],
    parameters: z.strictObject({
      filter: filterParameter,
      table_name: z.string().nullish(),
      database_name: z.string().nullish(),
      key_vault_url: z.string().nullish(),
    }),
    permissions: [],
    run: () =>
      Promise.reject(
        new EvenkeelError('UNSUPPORTED', 'delete_tables is not supported: it needs a PostgreSQL client, and nothing was done', {
          blame: 'input',
          hint: 'Drop the table with a process activity that calls psql. (The original reports success here without dropping anything.)',
        }),
      ),
  }),
];
