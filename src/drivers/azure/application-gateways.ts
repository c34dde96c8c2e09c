/** Application gateways and their routing rules: `chaosazure.application_gateway`. */
import { z } from 'zod';
import { azureActivity, type AzureActivity, type AzureContext } from './_activity.ts';
import { API } from './_api-versions.ts';
import { type Gateway, GATEWAY_TYPE as TYPE, putGateway, readGateway, RESTORE_ROUTES_UNDO, type Rule } from './_gateways.ts';
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
  propertyOf,
} from './_targets.ts';

const READS = ['Microsoft.ResourceGraph/resources/read', `${TYPE}/read`];
const noneFound = 'No application gateways found';
const act = { type: TYPE, noneFound, apiVersion: API.network } as const satisfies Partial<ResourceAct>;
const patternParameter = z.string().nullish().describe('Regular expression; only rules whose name it is found in.');

/** A rule as the Python SDK writes it. */
function ruleRow({ id, name, properties }: Rule): Record<string, unknown> {
  const snake = Object.entries(properties ?? {}).map(([key, value]) => [
    key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    value,
  ]);
  return { id, name, ...Object.fromEntries(snake) };
}

const deleteRoutesParameters = z.strictObject({
  filter: filterParameter,
  name_pattern: patternParameter,
  operation_timeout: limitParameter,
});

/** A gateway needs a rule: when none would be left, its first stays, and is not among those returned. */
function split(gateway: Gateway, pattern: string | null | undefined): { kept: Rule[]; removed: Rule[] } {
  const removed = gateway.rules.filter(({ name }) => matchesPattern(pattern, name));
  const kept = gateway.rules.filter((rule) => !removed.includes(rule));
  const first = kept.length === 0 ? removed.shift() : undefined;
  return { kept: first === undefined ? kept : [first], removed };
}

async function deleteRoutes(args: z.infer<typeof deleteRoutesParameters>, context: AzureContext): Promise<unknown> {
  const resources: unknown[] = [];
  for (const resource of await requireResources(context, { type: TYPE, filter: args.filter, noneFound })) {
    const { path } = idOf(resource);
    const gateway = await readGateway(path, context);
    const { kept, removed } = split(gateway, args.name_pattern);
    if (removed.length > 0) {
      await context.undo.plan({
        undo: RESTORE_ROUTES_UNDO,
        state: { subscriptionId: context.arm.subscriptionId, endpoint: context.arm.endpoint, path, rules: removed },
        summary: `put ${removed.map(({ name }) => name).join(', ')} back into ${path.split('/').at(-1)}`,
        targets: [`azure:${path.toLowerCase()}`],
      });
    }
    await putGateway(path, gateway, kept, { ...context, limitMs: args.operation_timeout * 1000 });
    resources.push(...removed.map((rule) => ({ ...ruleRow(rule), performed_at: Math.round(context.clock.now() / 1000) })));
  }
  return { resources };
}

export const applicationGatewayActivities: readonly AzureActivity[] = [
  azureActivity({
    name: 'azure/stop-application-gateways',
    kind: 'action',
    summary: 'Stop application gateways.',
    aliases: ['chaosazure.application_gateway.actions.stop_application_gateways'],
    parameters: actionParameters,
    permissions: [...READS, `${TYPE}/stop/action`],
    undo: START_RESOURCES_UNDO,
    run: (args, context) =>
      actOnResources(args, context, {
        ...act,
        method: 'POST',
        tail: '/stop',
        undo: { kind: 'application-gateway', runs: (resource) => propertyOf(resource, 'operationalState') === 'Running' },
      }),
  }),
  azureActivity({
    name: 'azure/start-application-gateways',
    kind: 'action',
    summary: 'Start application gateways.',
    aliases: ['chaosazure.application_gateway.actions.start_application_gateways'],
    parameters: actionParameters,
    permissions: [...READS, `${TYPE}/start/action`],
    run: (args, context) => actOnResources(args, context, { ...act, method: 'POST', tail: '/start' }),
  }),
  azureActivity({
    name: 'azure/delete-application-gateways',
    kind: 'action',
    summary: 'Delete application gateways. Can not be undone.',
    aliases: ['chaosazure.application_gateway.actions.delete_application_gateways'],
    parameters: actionParameters,
    permissions: [...READS, `${TYPE}/delete`],
    run: (args, context) => actOnResources(args, context, { ...act, method: 'DELETE', tail: '' }),
  }),
  azureActivity({
    name: 'azure/delete-gateway-routes',
    kind: 'action',
    summary: 'Remove request routing rules from application gateways; the last one of a gateway stays.',
    aliases: ['chaosazure.application_gateway.actions.delete_routes'],
    parameters: deleteRoutesParameters,
    permissions: [...READS, `${TYPE}/write`],
    undo: RESTORE_ROUTES_UNDO,
    run: deleteRoutes,
  }),
  ...describeAndCount({
    names: ['azure/describe-application-gateways', 'azure/count-application-gateways'],
    python: [
      'chaosazure.application_gateway.probes.describe_application_gateways',
      'chaosazure.application_gateway.probes.count_application_gateways',
    ],
    type: TYPE,
    plural: 'application gateways',
  }),
  azureActivity({
    name: 'azure/describe-gateway-routes',
    kind: 'probe',
    summary: 'Request routing rules of the matching application gateways.',
    aliases: ['chaosazure.application_gateway.probes.describe_routes'],
    parameters: z.strictObject({ filter: filterParameter, name_pattern: patternParameter }),
    permissions: READS,
    run: async ({ filter, name_pattern }, context) => {
      const rows: unknown[] = [];
      for (const resource of await findResources(context.arm, TYPE, filter, context.signal)) {
        const { rules } = await readGateway(idOf(resource).path, context);
        rows.push(...rules.filter(({ name }) => matchesPattern(name_pattern, name)).map(ruleRow));
      }
      return rows;
    },
  }),
];
