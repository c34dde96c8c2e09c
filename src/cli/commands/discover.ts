import { EvenkeelError, nearest, plural } from '../../base/index.ts';
import type { ActivityDescriptor } from '../../experiment/index.ts';
import { argumentsOf } from '../chaos/describe-activities.ts';
import type { Command } from '../command.ts';
import { nativeActivities } from '../native-activities.ts';
import { printData } from '../output/print-data.ts';
import { renderTable } from '../output/table.ts';

export const discoverCommand: Command = {
  description:
    'Lists the faults and probes that evenkeel has itself; with the name of one, tells all about it. Other Python packages: `chaos discover`.',
  arguments: [
    { name: '[words...]', description: "all of them must stand in its name, its Python names or its summary; or one's whole name" },
  ],
  examples: [
    { command: 'evenkeel discover vmss', does: 'what can be done to scale sets' },
    { command: 'evenkeel discover chaosk8s.pod', does: 'by the names that the Chaos Toolkit knows' },
    { command: 'evenkeel discover azure/stop-vmss-instances', does: 'its arguments, permissions and undo' },
  ],
  run: async ({ args }, context) => {
    const found = chosen(args);
    if (found.length === 0) throw nothingFound(args);
    const activities = found.map(describe);
    printData(context, { kind: 'Activities', schema: 1, activities }, () => {
      const [one] = activities;
      return activities.length === 1 && one !== undefined ? inFull(one) : inRows(activities);
    });
    if (found.length > 1) context.say(`${plural(found.length, 'activity', 'activities')}.`);
    return 0;
  },
};

function chosen(words: readonly string[]): readonly ActivityDescriptor[] {
  const [only] = words;
  const exact =
    words.length === 1 ? nativeActivities.find(({ name, aliases }) => name === only || aliases.includes(only ?? '')) : undefined;
  if (exact !== undefined) return [exact];
  const matches = ({ name, kind, aliases, summary }: ActivityDescriptor): boolean => {
    const text = [name, kind, summary, ...aliases].join(' ').toLowerCase();
    return words.every((word) => text.includes(word.toLowerCase()));
  };
  return nativeActivities.filter(matches);
}

function nothingFound(words: readonly string[]): EvenkeelError {
  const names = nativeActivities.flatMap(({ name, aliases }) => [name, ...aliases]);
  const near = nearest(words.join(' '), names);
  return new EvenkeelError('USAGE', `there is no fault and no probe with '${words.join("' and '")}'`, {
    blame: 'input',
    hint: near === undefined ? 'List them all: evenkeel discover' : `Did you mean '${near}'?`,
  });
}

interface Described {
  readonly name: string;
  readonly kind: string;
  readonly summary: string;
  readonly python: readonly string[];
  readonly arguments: ReturnType<typeof argumentsOf>;
  readonly permissions: readonly string[];
  /** Absent when nothing needs to be, or can be, mended. */
  readonly undo?: string;
}

function describe(activity: ActivityDescriptor): Described {
  const { name, kind, summary, aliases, permissions, undo } = activity;
  return { name, kind, summary, python: aliases, arguments: argumentsOf(activity), permissions, ...(undo === undefined ? {} : { undo }) };
}

function inRows(activities: readonly Described[]): string {
  return renderTable(
    ['NAME', 'KIND', 'WHAT IT DOES'],
    activities.map(({ name, kind, summary }) => [name, kind, summary]),
  );
}

function inFull({ name, kind, summary, python, arguments: args, permissions, undo }: Described): string {
  const rows = args.map((argument) => [
    argument.name,
    argument.type ?? 'any',
    'default' in argument ? JSON.stringify(argument.default) : 'required',
  ]);
  return [
    `${name} (${kind})`,
    summary,
    '',
    ...(rows.length === 0 ? ['It takes no arguments.'] : [renderTable(['ARGUMENT', 'TYPE', 'DEFAULT'], rows)]),
    '',
    `as:      provider: {type: evenkeel, ${kind}: ${name}, arguments: {…}}`,
    ...python.map(
      (alias) =>
        `or:      provider: {type: python, module: ${alias.slice(0, alias.lastIndexOf('.'))}, func: ${alias.slice(alias.lastIndexOf('.') + 1)}, …}`,
    ),
    ...(undo === undefined ? [] : [`undo:    ${undo}, written down before it acts`]),
    ...(permissions.length === 0 ? [] : [`needs:   ${permissions.join('\n         ')}`]),
  ].join('\n');
}
