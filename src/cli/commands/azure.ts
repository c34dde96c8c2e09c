import { EvenkeelError } from '../../base/index.ts';
import { loadExperiment } from '../../experiment/index.ts';
import { type Command, textOption } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { composeDrivers } from '../run/compose-drivers.ts';
import { nativeActivitiesOf, neededPermissions } from '../run/needed-permissions.ts';

export const azureCommand: Command = {
  description: 'What Azure has to allow.',
  examples: [
    { command: 'evenkeel azure role node-down.yaml > role.json', does: 'then: az role definition create --role-definition role.json' },
  ],
  subcommands: [
    {
      name: 'role',
      summary: 'the custom role that an experiment needs',
      description:
        'Prints a custom role with just the permissions that the activities of the experiments need, and those to undo what they break, as `az role definition create` takes it.',
      arguments: [{ name: '<experiment...>', description: 'files (YAML or JSON)' }],
      options: [
        { flags: '--name <text>', description: "the role's name", default: 'evenkeel experiments' },
        { flags: '--scope <id>', description: 'where it may be assigned, such as /subscriptions/ID/resourceGroups/MC_…' },
      ],
      examples: [{ command: 'evenkeel azure role node-down.yaml --scope /subscriptions/ID', does: 'a role for one subscription' }],
      run: async ({ args, options }, context) => {
        const drivers = composeDrivers(context);
        // Read, not checked: whoever grants the role need not have what the experiment takes from the environment.
        const natives = await Promise.all(
          args.map(async (file) =>
            nativeActivitiesOf(loadExperiment(await context.readFile(file), { path: file }).experiment, drivers.activities),
          ),
        );
        const { azure } = neededPermissions(natives.flat());
        if (azure.length === 0) {
          throw new EvenkeelError('INVALID_INPUT', `no activity of ${args.join(', ')} needs a permission of Azure`, { blame: 'input' });
        }
        const subscription = context.env['AZURE_SUBSCRIPTION_ID'];
        const scope = textOption(options, 'scope') ?? `/subscriptions/${subscription ?? '00000000-0000-0000-0000-000000000000'}`;
        if (subscription === undefined && textOption(options, 'scope') === undefined)
          context.say(context.style.warn('warning: no subscription is known; put yours in AssignableScopes, or give --scope'));
        const role = {
          Name: textOption(options, 'name') ?? 'evenkeel experiments',
          IsCustom: true,
          Description: `Just what these experiments need, undo included: ${args.join(', ')}`,
          Actions: azure,
          NotActions: [],
          DataActions: [],
          NotDataActions: [],
          AssignableScopes: [scope],
        };
        context.print(JSON.stringify(role, null, 2));
        return EXIT.asHoped;
      },
    },
  ],
};
