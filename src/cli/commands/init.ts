import { access } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EvenkeelError, nearest } from '../../base/index.ts';
import type { ActivityDescriptor } from '../../experiment/index.ts';
import { type Command, listOption, textOption } from '../command.ts';
import { experimentTemplate } from '../init/experiment-template.ts';
import { nativeActivities } from '../native-activities.ts';

const FILE = 'experiment.yaml';
const FIRST = 'azure/stop-vmss-instances';

export const initCommand: Command = {
  description: 'Writes a new experiment, valid and with remarks, to be filled in. By default a random node is stopped.',
  arguments: [{ name: '[file]', description: `where to (default: ${FILE})` }],
  options: [
    { flags: '--title <text>', description: 'what is found out', default: 'The application works while one node is down' },
    { flags: '--url <address>', description: 'what the users of the application open', default: 'http://localhost:8080/' },
    {
      flags: '--do <activity>',
      description: `a fault or probe of \`evenkeel discover\` (may be repeated; default: ${FIRST})`,
      repeats: true,
    },
    { flags: '--force', description: 'replace the file when there is one' },
  ],
  examples: [
    { command: 'evenkeel init && evenkeel validate experiment.yaml', does: 'a first experiment' },
    { command: 'evenkeel init drain.yaml --do kubernetes/drain-nodes', does: 'one that does something else' },
  ],
  run: async ({ args, options }, context) => {
    const file = resolve(context.cwd, args[0] ?? FILE);
    if (!/\.ya?ml$/.test(file)) {
      throw new EvenkeelError('USAGE', `${args[0]} does not end in .yaml`, {
        blame: 'input',
        hint: 'JSON has no remarks; `chaos init` writes it.',
      });
    }
    if (options['force'] !== true && (await exists(file))) {
      throw new EvenkeelError('USAGE', `${args[0] ?? FILE} is there already`, {
        blame: 'input',
        hint: 'Name another file, or say --force.',
      });
    }
    const names = listOption(options, 'do');
    const text = experimentTemplate({
      title: textOption(options, 'title') ?? '',
      url: textOption(options, 'url') ?? '',
      activities: (names.length === 0 ? [FIRST] : names).map(activityCalled),
      schema: relative(dirname(file), schemaPath()),
    });
    await context.writeFile(file, text);
    context.say(`Wrote ${args[0] ?? FILE}. Next: ${context.program} validate ${args[0] ?? FILE}`);
    return 0;
  },
};

function activityCalled(name: string): ActivityDescriptor {
  const found = nativeActivities.find((activity) => activity.name === name || activity.aliases.includes(name));
  if (found !== undefined) return found;
  const near = nearest(
    name,
    nativeActivities.map((activity) => activity.name),
  );
  throw new EvenkeelError('USAGE', `there is no activity called '${name}'`, {
    blame: 'input',
    hint: near === undefined ? 'List them: evenkeel discover' : `Did you mean '${near}'?`,
  });
}

/** The schema ships with the package; the command line's chunks lie in `dist/chunks/`. */
const schemaPath = (): string => fileURLToPath(new URL('../schemas/experiment.json', import.meta.url));

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
