import { z } from 'zod';
import { parseDuration, readShare } from '../base/index.ts';
import { statusBounds } from './judge-answer.ts';

/** The methods that have a short form: `get: URL`. */
export const SHORT_METHODS = ['get', 'post', 'put', 'patch', 'delete', 'head'] as const;

const isDuration = (text: string): boolean => {
  try {
    return parseDuration(text) > 0;
  } catch {
    return false;
  }
};
const isPattern = (text: string): boolean => {
  try {
    return new RegExp(text, 'u').unicode;
  } catch {
    return false;
  }
};

const duration = z
  .union([z.number().positive(), z.string().refine(isDuration, 'is not a duration; write it like 2s, 500ms or 1m30s')])
  .describe('A duration such as 500ms, 2s or 1m30s; a bare number counts seconds.');
const status = z
  .union([
    z.int().min(100).max(599),
    z.string().refine((text) => statusBounds(text) !== undefined, 'is neither a status nor a range like 2xx or 500-503'),
  ])
  .describe('A status, or a range: 200, 2xx, 500-503.');
const oneOrMany = <T extends z.ZodType>(item: T) => z.union([item, z.array(item).min(1)]);
const pattern = z.string().refine(isPattern, 'is not a regular expression');
const texts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

const expectations = z.strictObject({
  status: oneOrMany(status).optional().describe('Allowed statuses; 2xx when absent.'),
  headers: texts.optional().describe('Header -> text that it contains, or /pattern/.'),
  json: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('JSONPath (RFC 9535) -> value, or {equals, not, contains, matches, atLeast, atMost, count, exists}.'),
  contains: oneOrMany(z.string()).optional().describe('Texts that the body contains.'),
  matches: oneOrMany(pattern).optional().describe('Regular expressions that the body matches.'),
  latency: duration.optional().describe('Slower answers count as failed.'),
});

const step = z.strictObject({
  name: z.string().min(1).optional().describe('Shown in reports; method and path when absent.'),
  ...Object.fromEntries(
    SHORT_METHODS.map((method) => [method, z.string().optional().describe(`URL of a ${method.toUpperCase()} request.`)]),
  ),
  method: z.string().optional(),
  url: z.string().optional().describe('With ${NAME} for environment, captured values, ${random} and ${iteration}.'),
  headers: texts.optional(),
  body: z.unknown().optional().describe('Text is sent as it is, anything else as JSON.'),
  expect: z.union([oneOrMany(status), expectations]).optional(),
  capture: z
    .record(z.string().regex(/^[A-Za-z_][\w.-]*$/), z.string())
    .optional()
    .describe('Name -> JSONPath into the answer.'),
  timeout: duration.optional(),
  service: z.string().optional().describe('The Service behind it, for blame.'),
  until: duration.optional().describe('Repeats the step while it is answered but not as expected, at most this long.'),
});

const isNone = (text: string): boolean => /^0+(ms|s|m|h)?$/.test(text);
const isShare = (text: string): boolean => readShare(text) !== undefined;

const limits = z
  .strictObject({
    longestOutage: z
      .union([
        z.number().min(0),
        z.string().refine((text) => isDuration(text) || isNone(text), 'is not a duration; write it like 5s or 1m30s'),
      ])
      .optional()
      .describe('The longest outage that is accepted, at any time of the run: 5s, 1m30s; 0s for none.'),
    availability: z
      .union([z.number().min(0).max(1), z.string().refine(isShare, 'is not a share; write it like 99.9%')])
      .optional()
      .describe('The least share of steps that go well while the fault lasts: 99.9%.'),
  })
  .describe('What decides whether the run deviated. Without it, any outage does.');

/** The file as it is written. */
export const journeyFileSchema = z.strictObject({
  $schema: z.string().optional(),
  name: z.string().min(1),
  description: z.string().optional(),
  rate: z
    .union([z.number().positive(), z.string().regex(/^\d+(\.\d+)?\s*\/\s*(s|m|min|h)$/, 'is not a rate; write it like 2/s or 30/m')])
    .optional()
    .describe('Journeys started per second, or 2/s, 30/m; 1/s when absent.'),
  connection: z.enum(['fresh', 'kept-alive', 'both']).optional().describe('both when absent.'),
  headers: texts.optional().describe('For all steps.'),
  timeout: duration.optional().describe('For steps that name none; 2s when absent.'),
  limits: limits.optional(),
  steps: z.array(step).min(1),
});

export type JourneyFile = z.infer<typeof journeyFileSchema>;
export type StepFile = JourneyFile['steps'][number] & Partial<Record<(typeof SHORT_METHODS)[number], string>>;
export type ExpectFile = z.infer<typeof expectations>;

/** The JSON Schema (draft 2020-12) of a journey file, for editors. */
export function journeyJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(journeyFileSchema, { io: 'input' });
  return { ...schema, title: 'evenkeel journey', $id: 'https://evenkeel.dev/schemas/journey-1.json' };
}
