import { ref, text, when, whenType } from './schema-words.ts';
import type { JsonSchema } from './schema-words.ts';

const target = text('The key of the output that is judged: `status`, `body`, `stdout`, …');

/** Tolerances of every kind. Source: chaostoolkit-compat.md a.6. */
export const toleranceDefinitions: JsonSchema = {
  tolerance: {
    description:
      'What the output must be: true; a number (of an HTTP answer or a process: its status); a text; a list of allowed values; [lowest, highest]; ' +
      'or {type: regex | jsonpath | range | probe, …}.',
    type: ['boolean', 'integer', 'string', 'array', 'object'],
    allOf: [
      {
        ...when({ type: 'object' }, { required: ['type'], properties: { type: { enum: ['regex', 'jsonpath', 'range', 'probe'] } } }),
      },
      whenType('regex', { required: ['pattern'], properties: { pattern: text('A regular expression in Python’s dialect.'), target } }),
      whenType('jsonpath', {
        required: ['path'],
        properties: {
          path: text('`$.items[*].name`; a filter tests the value itself: `$.items[*][?(@.id = 2)]`.', 1),
          count: { type: ['integer', 'string', 'null'], description: 'How many values it must find.' },
          expect: { description: 'The values that it must find.' },
          target,
        },
      }),
      whenType('range', {
        required: ['range'],
        properties: { range: { type: 'array', items: { type: ['number', 'boolean'] }, minItems: 2, maxItems: 2 }, target },
      }),
      whenType('probe', ref('activity')),
    ],
  },
};
