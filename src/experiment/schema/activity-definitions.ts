import { ref, text, when } from './schema-words.ts';
import type { JsonSchema } from './schema-words.ts';

const pause: JsonSchema = {
  description: 'Seconds, or `${name}`.',
  anyOf: [{ type: ['number', 'boolean', 'null'] }, { type: 'string', pattern: '^\\$\\{[^${}]+\\}$' }],
};

/** Seconds above 0. */
const seconds = (description: string): JsonSchema => ({ type: 'number', exclusiveMinimum: 0, description });

const extras: JsonSchema = {
  type: 'object',
  description: 'What evenkeel does beyond the format; the Chaos Toolkit ignores it.',
  properties: {
    timeout: seconds('Seconds after which the activity is cut and fails.'),
    tolerance: { ...ref('tolerance'), description: 'Counts in the method and in rollbacks too.' },
    until: {
      description: 'Asks again until the tolerance is met.',
      anyOf: [
        { const: true },
        {
          type: 'object',
          properties: { every: seconds('Pause between two attempts.'), limit: seconds('Then it is given up.') },
          additionalProperties: false,
        },
      ],
    },
    if: {
      type: 'object',
      description: 'The activity is left out unless the value is within the tolerance.',
      required: ['value'],
      properties: {
        value: { description: 'Mostly `${outputs.NAME.path}` or `${name}`.' },
        tolerance: { ...ref('tolerance'), description: 'Without one, the value must be true.' },
      },
      additionalProperties: false,
    },
    parallel: text('Name of a group: its activities stand one after the other in the file, run side by side, and are awaited together.', 1),
  },
  additionalProperties: false,
};

/** One activity: written out, or a reference to another one. */
export const activityDefinitions: JsonSchema = {
  activity: {
    type: 'object',
    ...when(
      { required: ['ref'], properties: { ref: { type: 'string' } } },
      { properties: { ref: text('Name of another activity, of the method, the hypothesis or the rollbacks.', 1) } },
      { required: ['type', 'name', 'provider'] },
    ),
    properties: {
      type: { enum: ['probe', 'action'], description: 'A probe looks, an action changes.' },
      name: text('', 1),
      provider: ref('provider'),
      ref: { type: ['string', 'null'] },
      background: { type: 'boolean', description: 'Does not wait for its end before the next activity.' },
      pauses: { type: ['object', 'null'], properties: { before: pause, after: pause } },
      timeout: { type: ['number', 'boolean', 'null'], description: 'Seconds; the Chaos Toolkit reads it and does nothing.' },
      tolerance: { description: 'Counts in the hypothesis; in the method use `evenkeel: {tolerance: …}`.' },
      controls: ref('controls'),
      evenkeel: extras,
    },
  },
  hypothesisProbe: {
    allOf: [
      ref('activity'),
      {
        required: ['tolerance'],
        properties: { tolerance: { ...ref('tolerance') } },
      },
    ],
  },
};
