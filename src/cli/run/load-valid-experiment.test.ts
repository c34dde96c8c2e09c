import { expect, it } from 'vitest';
import { silentLogger } from '../../base/index.ts';
import type { CommandContext } from '../context.ts';
import { composeDrivers } from './compose-drivers.ts';
import { readExperiment } from './load-valid-experiment.ts';

/** Of a command's context, no more than this is looked at. */
function contextWith(experiment: object): CommandContext {
  const text = JSON.stringify(experiment, null, 1);
  const { env } = process;
  return { env, cwd: '/', log: silentLogger, readFile: () => Promise.resolve(text) } as unknown as CommandContext;
}

async function problemsOf(experiment: object): Promise<readonly { readonly path: readonly (string | number)[]; readonly line: number }[]> {
  const context = contextWith(experiment);
  const drivers = composeDrivers(context);
  try {
    return (await readExperiment('e.json', { drivers }, context)).problems;
  } finally {
    await drivers.stop();
  }
}

const look = { type: 'probe', provider: { type: 'process', path: 'true' } };

it('warns of a control whose module is not there, wherever it stands', async () => {
  const controls = [{ name: 'c', provider: { type: 'python', module: 'no_such_module_of_test' } }];
  const problems = await problemsOf({
    title: 't',
    description: 'd',
    'steady-state-hypothesis': { title: 'h', controls, probes: [{ ...look, name: 'p', tolerance: 0, controls }] },
    method: [{ ...look, name: 'm', controls }],
    rollbacks: [{ ...look, name: 'r', controls }],
    controls,
  });
  expect(problems.map(({ path }) => path.join('.'))).toEqual([
    'controls.0.provider.module',
    'steady-state-hypothesis.controls.0.provider.module',
    'steady-state-hypothesis.probes.0.controls.0.provider.module',
    'method.0.controls.0.provider.module',
    'rollbacks.0.controls.0.provider.module',
  ]);
  expect(problems.every(({ line }) => line > 1)).toBe(true);
});

it('checks tens of thousands of activities in a moment: each program and each name is looked for once', async () => {
  const count = 20_000;
  const before = process.cpuUsage();
  const method = Array.from({ length: count }, (_, index) => (index % 2 === 0 ? { ...look, name: `p${index}` } : { ref: `p${index - 1}` }));
  expect(await problemsOf({ title: 't', description: 'd', method })).toEqual([]);
  // It took four seconds when each looked through PATH, and forty with each reference looking through the list.
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(3);
}, 60_000);
