/** The published JSON Schema of experiments, checked with another program than ours. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { nativeActivities } from '../../src/cli/native-activities.ts';
import { experimentJsonSchema, loadExperiment } from '../../src/experiment/index.ts';
import { readCases } from './suites/chaostoolkit.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const examples = join(here, '../../examples/experiments');
const validate = new Ajv({ strict: false, allErrors: true }).compile(experimentJsonSchema(nativeActivities));

function problemsOf(experiment: unknown): string[] {
  return validate(experiment) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message ?? ''}`);
}

const experiment = (activity: object): object => ({ title: 'T', description: 'd', method: [activity] });
const stop = (args: object, func = 'stop_vmss') =>
  experiment({
    type: 'action',
    name: 'stop',
    provider: { type: 'python', module: 'chaosazure.vmss.actions', func, arguments: args },
  });

describe('the JSON Schema of experiments', () => {
  it('accepts every example, and every example names it', () => {
    const files = readdirSync(examples).filter((file) => /\.(ya?ml|json)$/.test(file));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const text = readFileSync(join(examples, file), 'utf8');
      expect(problemsOf(loadExperiment(text, { path: file }).experiment), file).toEqual([]);
      if (!file.endsWith('.json')) expect(text.split('\n')[0], file).toBe('# yaml-language-server: $schema=../../dist/schemas/experiment.json');
    }
  });

  it('accepts every recorded experiment that the Chaos Toolkit took for valid', async () => {
    const all = join(here, '../../../shared/golden');
    const found: string[] = [];
    let total = 0;
    for (const recorded of await readCases(existsSync(all) ? all : join(here, 'chaostoolkit/recorded'))) {
      const name = recorded.argv.findLast((argument) => /^[\w.-]+\.(?:json|ya?ml)$/.test(argument) && recorded.files[argument] !== undefined);
      const isValid = recorded.expect.logs?.some((line) => line.includes('Experiment looks valid') || line.includes('semantic look valid'));
      if (name === undefined || !isValid || recorded.defect !== null) continue;
      total++;
      const problems = problemsOf(loadExperiment(recorded.files[name] ?? '', { path: name }).experiment);
      if (problems.length > 0) found.push(`${recorded.id}: ${problems.join('; ')}`);
    }
    expect(found).toEqual([]);
    expect(total).toBeGreaterThan(5);
  });

  it.each([
    ['no method', { title: 'T', description: 'd' }, "must have required property 'method'"],
    ['an unknown type', experiment({ type: 'acton', name: 'a', provider: { type: 'http', url: 'x' } }), '/method/0/type'],
    ['an unknown provider', experiment({ type: 'probe', name: 'a', provider: { type: 'htp' } }), '/method/0/provider/type'],
    ['a provider that lacks its URL', experiment({ type: 'probe', name: 'a', provider: { type: 'http' } }), "required property 'url'"],
    ['a misspelt extra', experiment({ type: 'probe', name: 'a', provider: { type: 'http', url: 'x' }, evenkeel: { timeut: 1 } }), '/method/0/evenkeel'],
    ['a misspelt limit of the guard', { ...experiment({}), extensions: [{ name: 'evenkeel', guard: { maxNode: 1 } }] }, '/extensions/0/guard'],
    ['a share of more than all', { ...experiment({}), extensions: [{ name: 'evenkeel', guard: { maxShare: '101%' } }] }, '/guard/maxShare'],
    ['an argument of a native fault that is of the wrong kind', stop({ filter: 5 }), '/method/0/provider/arguments/filter'],
  ])('tells of %s', (_, value, text) => {
    expect(problemsOf(value).join('\n')).toContain(text);
  });

  it('takes a text with a name in it for any argument', () => {
    expect(problemsOf(stop({ filter: '${filter}', instance_criteria: '${criteria}' }))).toEqual([]);
  });
});
