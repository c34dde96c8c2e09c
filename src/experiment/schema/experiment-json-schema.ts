/** The JSON Schema (draft 7, which editors know best) of experiments: for completion, and errors as one types. */
import { HYPOTHESIS_STRATEGIES, ROLLBACK_STRATEGIES } from '../engine/strategies.ts';
import type { ActivityDescriptor } from '../ports.ts';
import { activityDefinitions } from './activity-definitions.ts';
import { providerDefinitions } from './provider-definitions.ts';
import { list, ref, text, when } from './schema-words.ts';
import type { JsonSchema } from './schema-words.ts';
import { toleranceDefinitions } from './tolerance-definitions.ts';

/**
 * The schema of an experiment; with `activities`, the arguments of the faults and probes known by module and function (`python`) or by
 * name (`evenkeel`) too.
 *
 * It is as open as the format: keys it does not know are allowed, as the Chaos Toolkit ignores them. `evenkeel validate --strict` finds more.
 * Source: chaostoolkit-compat.md a.1 to a.7.
 */
export function experimentJsonSchema(activities: readonly ActivityDescriptor[] = []): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Experiment of the Chaos Toolkit format',
    type: 'object',
    required: ['title', 'description', 'method'],
    properties: {
      title: text('What is found out, in one line. `${name}` is substituted.', 1),
      description: text('Why, and what is hoped for.', 1),
      tags: list(text('', 1), 'Words to find it again by.'),
      contributions: {
        type: 'object',
        description: 'How much the experiment tells of qualities of the system.',
        additionalProperties: { anyOf: [{ enum: ['high', 'medium', 'low', 'none'] }, {}] },
      },
      configuration: { type: 'object', description: 'Values for `${name}`.', additionalProperties: ref('configurationEntry') },
      secrets: {
        type: 'object',
        description: 'Groups of secret values for `${name}`.',
        additionalProperties: { type: 'object', additionalProperties: ref('secretEntry') },
      },
      controls: ref('controls'),
      'steady-state-hypothesis': ref('hypothesis'),
      method: list(ref('activity'), 'What is done, in order. May be empty: then only the hypothesis is checked.'),
      rollbacks: { ...list(ref('activity'), 'What is done in the end.'), type: ['array', 'null'] },
      extensions: ref('extensions'),
      runtime: {
        type: ['object', 'null'],
        properties: {
          hypothesis: strategy([...HYPOTHESIS_STRATEGIES, 'continously'], 'When the hypothesis is checked.'),
          rollbacks: strategy(ROLLBACK_STRATEGIES, 'When rollbacks are played.'),
        },
      },
      version: { description: 'Read by nobody.' },
    },
    definitions: {
      ...configurationDefinitions,
      hypothesis: {
        type: ['object', 'null'],
        required: ['title'],
        properties: {
          title: text('The steady state in one line.', 1),
          probes: { ...list(ref('hypothesisProbe'), 'Probes with a tolerance, checked in order.'), type: ['array', 'null'] },
          controls: ref('controls'),
        },
      },
      ...activityDefinitions,
      ...toleranceDefinitions,
      ...providerDefinitions(activities),
    },
  };
}

function strategy(names: readonly string[], description: string): JsonSchema {
  return { type: ['object', 'null'], properties: { strategy: { enum: [...new Set(names)], description } } };
}

const configurationDefinitions: JsonSchema = {
  configurationEntry: {
    description: 'A value; `{type: env, key: NAME}`; or a probe whose answer is the value.',
    ...when(
      { type: 'object', required: ['type'], properties: { type: { enum: ['env', 'probe'] } } },
      {
        properties: {
          type: { enum: ['env', 'probe'] },
          key: text('The environment variable.'),
          default: { description: 'The value when the variable is not set.' },
          env_var_type: { enum: ['str', 'string', 'int', 'integer', 'float', 'number', 'bytes', 'bool', 'boolean', 'json', null] },
          name: { type: 'string' },
          provider: ref('provider'),
        },
      },
    ),
  },
  secretEntry: {
    description: 'A value; `{type: env, key: NAME}`; `{type: vault, path: …, key: …}`; or an object of such entries.',
    ...when(
      { type: 'object', required: ['type'], properties: { type: { const: 'vault' } } },
      {
        properties: { path: text('Of the entry in the vault, without its mount point.'), key: text('One value of it; all when absent.') },
      },
    ),
  },
  extensions: {
    type: ['array', 'null'],
    items: {
      type: 'object',
      required: ['name'],
      properties: { name: text('Whose data this is.', 1) },
      ...when(
        { properties: { name: { const: 'evenkeel' } } },
        {
          properties: {
            name: { const: 'evenkeel' },
            defaults: {
              type: 'object',
              properties: {
                timeout: {
                  type: 'number',
                  exclusiveMinimum: 0,
                  description: 'Seconds after which any activity is cut and fails; its own limit wins.',
                },
              },
              additionalProperties: false,
            },
            guard: {
              type: 'object',
              description: 'What a run may take at most; the stricter of this and the options of `evenkeel run` holds.',
              properties: {
                maxNodes: { type: 'integer', minimum: 0, description: 'Most nodes.' },
                maxZones: { type: 'integer', minimum: 0, description: 'Most zones.' },
                maxShare: {
                  description: 'Most of the ready nodes: `34%` or `0.34`.',
                  anyOf: [
                    { type: 'number', minimum: 0, maximum: 1 },
                    { type: 'string', pattern: '^\\s*(100(\\.0+)?|\\d{1,2}(\\.\\d+)?)\\s*%\\s*$|^\\s*(1(\\.0+)?|0(\\.\\d+)?)\\s*$' },
                  ],
                },
                protectNamespaces: list({ type: 'string' }, 'No node with pods of these is taken, nothing inside is changed.'),
                protectPools: list({ type: 'string' }, 'No node of these node pools is taken.'),
              },
              additionalProperties: false,
            },
          },
          additionalProperties: false,
        },
      ),
    },
  },
  controls: {
    type: ['array', 'null'],
    items: {
      type: 'object',
      required: ['name', 'provider'],
      properties: {
        name: text('', 1),
        provider: {
          type: 'object',
          properties: { type: { type: 'string' }, module: { type: 'string' }, arguments: { type: ['object', 'null'] } },
        },
        scope: { enum: ['before', 'after'] },
        automatic: { type: 'boolean', description: 'Whether it is applied to all that is inside, too.' },
      },
    },
  },
};
