/** The text of a new experiment: complete enough to be valid, with everything that is to be filled in beside its reason. */
import { stringify } from 'yaml';
import type { ActivityDescriptor } from '../../experiment/index.ts';
import { argumentsOf } from '../chaos/describe-activities.ts';
import type { DiscoveredArgument } from '../chaos/describe-activities.ts';

export interface TemplateParts {
  readonly title: string;
  /** What the users of the application open. */
  readonly url: string;
  /** In the order in which they are done. */
  readonly activities: readonly ActivityDescriptor[];
  /** Where the editor finds the JSON Schema, as seen from the file. */
  readonly schema: string;
}

/** What a variable of the environment is turned into, and what stands for it until it is set. */
const BY_TYPE: Readonly<Record<string, { readonly env_var_type?: string; readonly default: unknown }>> = {
  integer: { env_var_type: 'int', default: 1 },
  number: { env_var_type: 'float', default: 1 },
  boolean: { env_var_type: 'bool', default: false },
  list: { env_var_type: 'json', default: [] },
  mapping: { env_var_type: 'json', default: {} },
};

/** YAML with remarks. Arguments that must be given become values of the configuration, read from the environment. */
export function experimentTemplate({ title, url, activities, schema }: TemplateParts): string {
  const needed = activities.flatMap((activity) => argumentsOf(activity).filter((argument) => !('default' in argument)));
  const configuration = Object.fromEntries([
    ['app_url', { type: 'env', key: 'APP_URL', default: url }],
    ...needed.map(({ name, type = '' }) => [
      name,
      { type: 'env', key: name.toUpperCase(), ...(BY_TYPE[type] ?? { default: 'CHANGE-ME' }) },
    ]),
  ]);
  return [
    `# yaml-language-server: $schema=${schema}`,
    block({ title, description: 'Why this is tried, and what is hoped for.', tags: [] }),
    '',
    '# Values for ${name} anywhere below. Each can be given by its variable, or by --var name=value.',
    block({ configuration }),
    '',
    '# What must hold before and after. A gate that is not met ends the run before anything is broken.',
    block({
      'steady-state-hypothesis': {
        title: 'The application answers',
        probes: [
          {
            type: 'probe',
            name: 'the application answers',
            tolerance: 200,
            provider: { type: 'http', url: '${app_url}', timeout: 5 },
            evenkeel: { until: { every: 2, limit: 60 } },
          },
        ],
      },
    }),
    '',
    activities.length === 0
      ? '# Nothing is done yet: `evenkeel discover` lists what can be.'
      : '# What is done. `evenkeel discover NAME` tells more.',
    methodOf(activities),
    '',
    '# What evenkeel breaks it also brings back, whatever happens: that needs no rollbacks.',
    'rollbacks: []',
    '',
    '# Read by evenkeel alone. The stricter of these limits and those of the command line holds.',
    block({ extensions: [{ name: 'evenkeel', guard: { maxNodes: 1 }, defaults: { timeout: 600 } }] }),
    '',
  ].join('\n');
}

function methodOf(activities: readonly ActivityDescriptor[]): string {
  if (activities.length === 0) return 'method: []';
  return ['method:', ...activities.flatMap((activity) => activityLines(activity).map((line) => `  ${line}`))].join('\n');
}

function activityLines(activity: ActivityDescriptor): string[] {
  const { kind, name, summary } = activity;
  const known = argumentsOf(activity);
  const given = known.filter((argument) => !('default' in argument));
  const optional = known.filter((argument) => 'default' in argument);
  return [
    `- type: ${kind}`,
    `  name: ${JSON.stringify(summary.replace(/\.$/, ''))}`,
    '  provider:',
    '    type: evenkeel',
    `    ${kind}: ${name}`,
    ...(given.length === 0
      ? ['    arguments: {}']
      : ['    arguments:', ...given.map(({ name: argument }) => `      ${argument}: "\${${argument}}"`)]),
    ...(optional.length === 0 ? [] : [`    # It also takes: ${optional.map(described).join(', ')}`]),
    ...(kind === 'action' ? ['  pauses: {after: 60}'] : []),
  ];
}

function described({ name, type, ...rest }: DiscoveredArgument): string {
  const otherwise = rest.default === null || rest.default === undefined ? '' : ` = ${JSON.stringify(rest.default)}`;
  return `${name}${type === undefined ? '' : ` (${type}${otherwise})`}`;
}

const block = (value: object): string => stringify(value, { lineWidth: 0 }).trimEnd();
