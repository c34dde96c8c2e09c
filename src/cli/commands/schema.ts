import { EvenkeelError } from '../../base/index.ts';
import { experimentJsonSchema } from '../../experiment/index.ts';
import { journeyJsonSchema } from '../../journeys/index.ts';
import type { Command } from '../command.ts';

const SCHEMAS: Readonly<Record<string, () => unknown>> = { experiment: experimentSchema, journey: journeyJsonSchema };

/** With the arguments of all native faults and probes. Their drivers are loaded only for this. */
async function experimentSchema(): Promise<unknown> {
  const { nativeActivities } = await import('../native-activities.ts');
  return experimentJsonSchema(nativeActivities);
}

export const schemaCommand: Command = {
  description: 'Prints the JSON Schema of a file format, for editors: completion, and errors as you type.',
  arguments: [{ name: '<format>', description: Object.keys(SCHEMAS).join(', ') }],
  examples: [
    {
      command: 'evenkeel schema experiment > experiment.schema.json',
      does: 'then: # yaml-language-server: $schema=experiment.schema.json',
    },
    { command: 'evenkeel schema journey > journey.schema.json', does: 'then: # yaml-language-server: $schema=journey.schema.json' },
  ],
  run: async ({ args }, context) => {
    const name = args[0] ?? '';
    const schema = Object.hasOwn(SCHEMAS, name) ? SCHEMAS[name] : undefined;
    if (!schema) {
      throw new EvenkeelError('USAGE', `there is no schema '${name}'`, {
        blame: 'input',
        hint: `There are: ${Object.keys(SCHEMAS).join(', ')}.`,
      });
    }
    context.print(JSON.stringify(await schema(), null, 2));
    return 0;
  },
};
