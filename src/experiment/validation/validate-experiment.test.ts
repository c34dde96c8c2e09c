import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { loadExperiment } from '../format/load-experiment.ts';
import type { ActivityDescriptor } from '../ports.ts';
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

describe('what is ours in an experiment', () => {
  const withExtras = (extras: string): string =>
    `title: T\ndescription: d\nmethod:\n- {type: probe, name: a, provider: {type: http, url: u}, evenkeel: ${extras}}\n`;
  const withExtension = (ours: string): string => `title: T\ndescription: d\nmethod: []\nextensions:\n- {name: evenkeel, ${ours}}\n`;

  it.each([
    [
      withExtras('{until: {every: 1, limt: 3}}'),
      "warning: the key 'limt' is unknown here and does nothing (found 3) Did you mean 'limit'?",
    ],
    [withExtras('{tolerence: 200}'), "warning: the key 'tolerence' is unknown here and does nothing (found 200) Did you mean 'tolerance'?"],
    [withExtras('{until: {every: -1}}'), 'error: every must be a number of seconds above 0 (found -1'],
    [withExtras('{if: {value: 1, tolerance: {type: rang}}}'), 'error: '],
    [withExtras('{if: {value: 1, tolerence: 1}}'), "Did you mean 'tolerance'?"],
    [withExtension('gard: {}'), "warning: the key 'gard' is unknown here and does nothing (found {}) Did you mean 'guard'?"],
    [
      withExtension('guard: {maxNode: 1}'),
      "warning: the key 'maxNode' is unknown here and does nothing (found 1) Did you mean 'maxNodes'?",
    ],
    [withExtension('guard: {maxNodes: many}'), "error: maxNodes must be a whole number (found 'many'; allowed: 0, 1, 2, …)"],
    [withExtension('guard: {maxShare: 134%}'), "error: maxShare must be a share (found '134%'; allowed: 34%, 0.34)"],
    [withExtension('guard: {protectPools: system}'), "error: protectPools must be a list of names (found 'system'"],
    [withExtension('defaults: {timeout: 0}'), 'error: the time limit must be a number of seconds above 0 (found 0)'],
    [`${withExtension('guard: {}')}- {name: evenkeel}\n`, 'warning: only the first extension of evenkeel is read'],
  ])('%j is told of', async (text, problem) => {
    const found = await problemsOf(text);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^e\.yaml:[456]:\d+: /);
    expect(found[0]).toContain(problem);
  });

  it('is fine when it is right', async () => {
    const extras = '{timeout: 5, tolerance: 200, until: {every: 0.5, limit: 3}, if: {value: 1, tolerance: [0, 2]}, parallel: g}';
    expect(await problemsOf(withExtras(extras))).toEqual([]);
    const guard = 'guard: {maxNodes: 0, maxZones: 1, maxShare: 34%, protectPools: [system], protectNamespaces: [a]}';
    expect(await problemsOf(withExtension(`defaults: {timeout: 1}, ${guard}`))).toEqual([]);
  });
});

describe('a function of a module that evenkeel has itself', () => {
  const native: ActivityDescriptor = {
    name: 'azure/stop-vmss-instances',
    kind: 'action',
    summary: '',
    aliases: ['chaosazure.vmss.actions.stop_vmss'],
    parameters: z.object({}),
    permissions: [],
    run: () => Promise.resolve(null),
  };
  const missing = {
    type: 'python',
    validate: () => [{ path: ['module'], message: "could not find Python module 'm'" }],
    run: () => Promise.resolve(null),
  };
  const hintFor = async (module: string, func: string): Promise<string | undefined> => {
    const experiment = {
      title: 'T',
      description: 'd',
      method: [{ type: 'action' as const, name: 'a', provider: { type: 'python', module, func } }],
    };
    const [problem] = await validateExperiment(experiment, { activities: [native], providers: [missing], env: {} });
    return `${problem?.message} ${problem?.hint}`;
  };

  it.each([
    ['chaosazure.vmss.actions', 'stop_vms', "does not expose a function called 'stop_vms' in action 'a' Did you mean 'stop_vmss'?"],
    ['chaosazure.vmss.actions', 'nothing_like_it', "called 'nothing_like_it' in action 'a' It has stop_vmss."],
    ['elsewhere', 'stop_vmss', 'could not find Python module'],
  ])('that is misspelt (%s, %s) is named as such', async (module, func, text) => {
    expect(await hintFor(module, func)).toContain(text);
  });
});
