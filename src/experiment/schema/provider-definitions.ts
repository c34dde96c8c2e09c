import { z } from 'zod';
import type { ActivityDescriptor } from '../ports.ts';
import { SUBSTITUTED, list, ref, text, when, whenType } from './schema-words.ts';
import type { JsonSchema } from './schema-words.ts';

const TYPES = ['http', 'process', 'python', 'javascript', 'evenkeel'];
const secrets = list({ type: 'string' }, 'Groups of secrets that the function is given.');

const http: JsonSchema = {
  required: ['url'],
  properties: {
    url: text('`${name}` is substituted.', 1),
    method: { type: 'string', default: 'GET', examples: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'] },
    headers: { type: ['object', 'null'] },
    arguments: { description: 'Of a GET the query; else a form, or JSON when the header Content-Type is application/json.' },
    timeout: {
      description: 'Seconds, or [seconds to connect, seconds for the answer]. Without one the call waits for ever.',
      anyOf: [
        { type: ['number', 'null'] },
        SUBSTITUTED,
        { type: 'array', items: { type: ['number', 'null', 'string'] }, minItems: 2, maxItems: 2 },
      ],
    },
    verify_tls: {
      type: ['boolean', 'string'],
      default: true,
      description: 'Whether the server must show who it is; or a file of authorities.',
    },
    cert: {
      description: 'Our own certificate: a file with certificate and key, or one for each. The Chaos Toolkit ignores it.',
      anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' }, minItems: 2, maxItems: 2 }],
    },
    max_retries: { type: 'integer', minimum: 0, default: 0, description: 'When there is no connection; not for statuses.' },
  },
};
const process: JsonSchema = {
  required: ['path'],
  properties: {
    path: text('A program, looked for on PATH.', 1),
    arguments: { description: 'A list (best), or a text for the shell.', type: ['array', 'string', 'object', 'null'] },
    timeout: { type: ['number', 'null'], description: 'Seconds.' },
  },
};

/** Providers; `activities` give the arguments of those that are native. */
export function providerDefinitions(activities: readonly ActivityDescriptor[]): JsonSchema {
  return {
    provider: {
      type: 'object',
      required: ['type'],
      properties: { type: { enum: TYPES, description: 'How the activity is done.' } },
      allOf: [
        whenType('http', http),
        whenType('process', process),
        whenType('python', ref('pythonProvider')),
        whenType('javascript', functionProvider('The ES module: a path from the folder of the run, or a package.')),
        whenType('evenkeel', ref('evenkeelProvider')),
      ],
    },
    pythonProvider: pythonProvider(activities),
    evenkeelProvider: evenkeelProvider(activities),
    ...Object.fromEntries(activities.map((activity) => [argumentsName(activity), argumentsSchema(activity)])),
  };
}

function functionProvider(description: string): JsonSchema {
  return {
    required: ['module', 'func'],
    properties: { module: text(description, 1), func: text('', 1), arguments: { type: ['object', 'null'] }, secrets },
  };
}

/** Known names are completed, others stay allowed: any Python module may be named. */
function suggested(names: readonly string[]): JsonSchema {
  return names.length === 0 ? { type: 'string' } : { anyOf: [{ enum: [...new Set(names)].toSorted() }, { type: 'string' }] };
}

function pythonProvider(activities: readonly ActivityDescriptor[]): JsonSchema {
  const functions = activities.flatMap((activity) =>
    activity.aliases.map((alias) => {
      const dot = alias.lastIndexOf('.');
      return { module: alias.slice(0, dot), func: alias.slice(dot + 1), activity };
    }),
  );
  const open = functionProvider('A Python module.');
  const modules = [...new Set(functions.map(({ module }) => module))];
  return {
    ...open,
    properties: {
      module: { ...suggested(modules), minLength: 1 },
      func: { minLength: 1, type: 'string' },
      arguments: { type: ['object', 'null'] },
      secrets,
    },
    allOf: modules.map((module) => {
      const inModule = functions.filter((one) => one.module === module);
      return {
        ...when(
          { required: ['module'], properties: { module: { const: module } } },
          {
            properties: { func: suggested(inModule.map(({ func }) => func)) },
            allOf: inModule.map(({ func, activity }) => ({
              ...when({ required: ['func'], properties: { func: { const: func } } }, withArguments(activity)),
            })),
          },
        ),
      };
    }),
  };
}

function evenkeelProvider(activities: readonly ActivityDescriptor[]): JsonSchema {
  const named = (key: string, kinds: readonly ActivityDescriptor[]): JsonSchema => ({
    [key]: kinds.length === 0 ? { type: 'string' } : { enum: kinds.map(({ name }) => name) },
  });
  return {
    properties: {
      ...named(
        'action',
        activities.filter(({ kind }) => kind === 'action'),
      ),
      ...named(
        'probe',
        activities.filter(({ kind }) => kind === 'probe'),
      ),
      ...named('name', activities),
      arguments: { type: ['object', 'null'] },
      secrets,
    },
    allOf: activities.map((activity) => ({
      ...when(
        { anyOf: [activity.kind, 'name'].map((key) => ({ required: [key], properties: { [key]: { const: activity.name } } })) },
        withArguments(activity),
      ),
    })),
  };
}

/** An activity that needs arguments needs the key too. */
function withArguments(activity: ActivityDescriptor): JsonSchema {
  const { required } = argumentsSchema(activity);
  return {
    properties: { arguments: ref(argumentsName(activity)) },
    ...(Array.isArray(required) && required.length > 0 ? { required: ['arguments'] } : {}),
  };
}

function argumentsName({ name }: ActivityDescriptor): string {
  return `arguments of ${name.replaceAll('/', ' ')}`;
}

/** As the descriptor says, but any value may be a text with a name to be substituted. */
function argumentsSchema({ parameters, summary }: ActivityDescriptor): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(parameters, { target: 'draft-7', io: 'input', unrepresentable: 'any' });
  const properties = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const described = typeof property === 'object' && property.description !== undefined ? { description: property.description } : {};
    return [name, { ...described, anyOf: [property, SUBSTITUTED] }];
  });
  return { description: summary, ...schema, ...(properties.length === 0 ? {} : { properties: Object.fromEntries(properties) }) };
}
