import { plural } from '../../base/index.ts';
import { describeProblem } from '../../experiment/index.ts';
import { type Command, listOption } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { printData } from '../output/print-data.ts';
import { composeDrivers } from '../run/compose-drivers.ts';
import { readExperiment } from '../run/load-valid-experiment.ts';
import { variablesOf } from '../run/variables.ts';

export const validateCommand: Command = {
  description: 'Checks experiments: all problems at once, each with file, line and column. Nothing is executed or contacted.',
  arguments: [{ name: '<experiment...>', description: 'files (YAML or JSON)' }],
  options: [
    { flags: '--strict', description: 'warnings (unknown keys, misspelt names) are errors' },
    { flags: '--var <name=value>', description: 'set a configuration value (may be repeated)', repeats: true },
  ],
  examples: [{ command: 'evenkeel validate --strict experiments/*.yaml', does: 'for a pipeline' }],
  run: async ({ args, options }, context) => {
    const drivers = composeDrivers(context);
    const variables = variablesOf(listOption(options, 'var'));
    const results = await Promise.all(
      args.map(async (file) => ({ file, problems: (await readExperiment(file, { drivers, variables }, context)).problems })),
    );
    printData(context, { kind: 'Validation', schema: 1, results }, () =>
      results
        .flatMap(({ file, problems }) =>
          problems.length === 0 ? [`${file}: valid`] : problems.map((problem) => describeProblem(problem, file)),
        )
        .join('\n'),
    );
    const bad = results.flatMap(({ problems }) => problems).filter(({ severity }) => severity === 'error' || options['strict'] === true);
    if (bad.length > 0) context.say(context.style.bad(`${plural(bad.length, 'error')}.`));
    return bad.length > 0 ? EXIT.usage : EXIT.asHoped;
  },
};
