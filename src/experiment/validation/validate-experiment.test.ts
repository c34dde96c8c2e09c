import { describe, expect, it } from 'vitest';
import { loadExperiment } from '../format/load-experiment.ts';
import { describeProblem } from './problem.ts';
import { validateExperiment } from './validate-experiment.ts';

async function problemsOf(text: string, path = 'e.yaml'): Promise<string[]> {
  const { experiment, positions } = loadExperiment(text, { path });
  const http = { type: 'http', validate: () => [], run: () => Promise.resolve(null) };
  const problems = await validateExperiment(experiment, { activities: [], providers: [http], env: {}, positions });
  return problems.map((problem) => describeProblem(problem, path));
}

describe('validateExperiment', () => {
  it('tells all problems at once, each with its place', async () => {
    const text = [
      'title: T',
      'description: d',
      'method:',
      '- type: acton',
      '  name: a',
      '  provider: {type: htp}',
      '- ref: nobody',
      'rollbacks: []',
    ].join('\n');
    expect(await problemsOf(text)).toEqual([
      "e.yaml:4:9: error: 'acton' is not a supported activity type (found 'acton'; allowed: probe, action) Did you mean 'action'?",
      "e.yaml:6:20: error: unknown provider type 'htp' (found 'htp'; allowed: http, process, python, javascript, evenkeel) Did you mean 'http'?",
      "e.yaml:7:8: error: referenced activity 'nobody' could not be found in the experiment (found 'nobody')",
    ]);
  });

  it('warns of a misspelt field', async () => {
    const text = '{"title": "T", "description": "d", "method": [], "rollback": []}';
    expect(await problemsOf(text, 'e.json')).toEqual([
      "e.json:1:62: warning: the key 'rollback' is unknown here and does nothing (found []) Did you mean 'rollbacks'?",
    ]);
  });

  it('says where JSON is not well-formed', () => {
    expect(() => loadExperiment('{"title": }', { path: 'e.json' })).toThrow('e.json:1:11: invalid JSON');
  });

  it('takes overrides into account', async () => {
    const { experiment } = loadExperiment(
      '{"title": "T", "description": "d", "method": [], "configuration": {"a": {"type": "env", "key": "NOPE"}}}',
      { path: 'e.json' },
    );
    const common = { activities: [], providers: [], env: {} };
    expect(await validateExperiment(experiment, common)).toHaveLength(1);
    expect(await validateExperiment(experiment, { ...common, variables: { a: 1 } })).toEqual([]);
  });
});
