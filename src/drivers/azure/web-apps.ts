/** App Service: `chaosazure.webapp`. Each action takes one of the matches at random and returns nothing. */
import { azureActivity, type AzureActivity, type AzureContext } from './_activity.ts';
import { API } from './_api-versions.ts';
import { actOnResources, type ResourceAct, START_RESOURCES_UNDO } from './_resource-act.ts';
import { actionParameters, describeAndCount, propertyOf } from './_targets.ts';

const TYPE = 'Microsoft.Web/sites';
const READS = ['Microsoft.ResourceGraph/resources/read', `${TYPE}/read`];

type Arguments = { filter?: string | null | undefined; operation_timeout: number };

async function actOnOne(args: Arguments, context: AzureContext, act: Pick<ResourceAct, 'method' | 'tail' | 'undo'>): Promise<null> {
  await actOnResources(args, context, {
    ...act,
    type: TYPE,
    noneFound: 'No web apps found',
    apiVersion: API.web,
    choose: (found, { random }) => [random.pick(found)],
  });
  return null;
}

export const webAppActivities: readonly AzureActivity[] = [
  azureActivity({
    name: 'azure/stop-web-app',
    kind: 'action',
    summary: 'Stop one of the matching web apps at random.',
    aliases: ['chaosazure.webapp.actions.stop_webapp'],
    parameters: actionParameters,
    permissions: [...READS, `${TYPE}/stop/action`],
    undo: START_RESOURCES_UNDO,
    run: (args, context) => {
      const undo = {
        kind: 'web-app',
        runs: (resource: Readonly<Record<string, unknown>>) => propertyOf(resource, 'state') === 'Running',
      } as const;
      return actOnOne(args, context, { method: 'POST', tail: '/stop', undo });
    },
  }),
  azureActivity({
    name: 'azure/restart-web-app',
    kind: 'action',
    summary: 'Restart one of the matching web apps at random.',
    aliases: ['chaosazure.webapp.actions.restart_webapp'],
    parameters: actionParameters,
    permissions: [...READS, `${TYPE}/restart/action`],
    run: (args, context) => actOnOne(args, context, { method: 'POST', tail: '/restart' }),
  }),
  azureActivity({
    name: 'azure/start-web-app',
    kind: 'action',
    summary: 'Start one of the matching web apps at random.',
    aliases: ['chaosazure.webapp.actions.start_webapp'],
    parameters: actionParameters,
    permissions: [...READS, `${TYPE}/start/action`],
    run: (args, context) => actOnOne(args, context, { method: 'POST', tail: '/start' }),
  }),
  azureActivity({
    name: 'azure/delete-web-app',
    kind: 'action',
    summary: 'Delete one of the matching web apps at random. Can not be undone.',
    aliases: ['chaosazure.webapp.actions.delete_webapp'],
    parameters: actionParameters,
    permissions: [...READS, `${TYPE}/delete`],
    run: (args, context) => actOnOne(args, context, { method: 'DELETE', tail: '' }),
  }),
  ...describeAndCount({
    names: ['azure/describe-web-apps', 'azure/count-web-apps'],
    python: ['chaosazure.webapp.probes.describe_webapps', 'chaosazure.webapp.probes.count_webapps'],
    type: TYPE,
    plural: 'web apps',
  }),
];
