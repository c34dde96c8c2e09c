import { plural } from '../../base/index.ts';
import { type Problem, describeProblem } from '../../experiment/index.ts';
import type { Command } from '../command.ts';
import { withEnvironment } from '../create-context.ts';
import { EXIT } from '../exit-codes.ts';
import { printData } from '../output/print-data.ts';
import { composeDrivers } from '../run/compose-drivers.ts';
import { readExperiment } from '../run/load-valid-experiment.ts';
import { VARIABLE_OPTIONS, readGivenVariables, readStanding } from '../run/standing.ts';

export const validateCommand: Command = {
  description: 'Checks experiments: all problems at once, each with file, line and column. Nothing is executed or contacted.',
  arguments: [{ name: '<experiment...>', description: 'files (YAML or JSON)' }],
  options: [{ flags: '--strict', description: 'warnings (unknown keys, misspelt names) are errors' }, ...VARIABLE_OPTIONS],
  examples: [{ command: 'evenkeel validate --strict experiments/*.yaml', does: 'for a pipeline' }],
  run: async ({ args, options }, outer) => {
    const given = readGivenVariables(options, outer);
    const { settings } = readStanding(options, outer);
    const context = await withEnvironment(outer, given.env);
    const drivers = composeDrivers(context);
    const reading = { drivers, variables: given.configuration, secretVariables: given.secrets, settings };
    const judged = (problem: Problem): Problem => (options['strict'] === true ? { ...problem, severity: 'error' } : problem);
    const results = await Promise.all(
      args.map(async (file) => ({ file, problems: (await readExperiment(file, reading, context)).problems })),
    );
    printData(context, { kind: 'Validation', schema: 1, results }, () =>
      results
        .flatMap(({ file, problems }) =>
          problems.length === 0 ? [`${file}: valid`] : problems.toSorted(byPlace).map((problem) => describeProblem(judged(problem), file)),
        )
        .join('\n'),
    );
    const bad = results.flatMap(({ problems }) => problems).filter(({ severity }) => severity === 'error' || options['strict'] === true);
    if (bad.length > 0) context.say(context.style.bad(`${plural(bad.length, 'error')}.`));
    return bad.length > 0 ? EXIT.usage : EXIT.asHoped;
  },
};

const byPlace = (one: Problem, other: Problem): number => one.line - other.line || one.column - other.column;
