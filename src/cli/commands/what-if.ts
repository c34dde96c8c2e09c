import { EvenkeelError, plural } from '../../base/index.ts';
import type { ClusterModel } from '../../cluster/index.ts';
import { type SweepChoice, clockSettingsFor } from '../../whatif/index.ts';
import { type Command, listOption } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { journeyPaths } from '../journey-files.ts';
import { printData } from '../output/print-data.ts';
import { renderPredictions } from '../output/render-predictions.ts';
import { sweepTelling } from '../sweep-telling.ts';
import { takeModelOfNamespace } from '../take-model.ts';

export const whatIfCommand: Command = {
  description:
    'Predicts, for every node (or zone, or pair of nodes), what goes down, for how long, what comes back where and what stays Pending.',
  options: [
    { flags: '--node <name>', description: 'only this node (may be repeated)', repeats: true },
    { flags: '--zone <name>', description: 'only this zone (may be repeated)', repeats: true },
    { flags: '--zones', description: 'every zone' },
    { flags: '--pairs', description: 'every pair of nodes' },
    { flags: '-j, --journey <file>', description: 'a journey whose fate to predict (may be repeated)', repeats: true },
    { flags: '--fail-on-down', description: 'exit 1 when a failure takes a service down, or one is down already' },
  ],
  examples: [
    { command: 'evenkeel what-if -n contactsapp', does: 'every node' },
    { command: 'evenkeel what-if --pairs -o json', does: 'every pair, as data' },
  ],
  run: async ({ options }, context) => {
    const { model, namespace } = await takeModelOfNamespace(context);
    const predictions = await sweepTelling(model, context, {
      ...chooseFailures(model, options),
      namespace,
      journeys: await journeyPaths(listOption(options, 'journey'), model, context),
      settings: clockSettingsFor(model.snapshot.serverVersion),
      random: context.random.fork('what-if'),
    });
    if (predictions.length === 0) {
      throw new EvenkeelError('NOT_FOUND', 'there is no such failure to look at: no node has a zone (label topology.kubernetes.io/zone)', {
        blame: 'input',
        hint: 'Leave --zones out: every node.',
      });
    }
    printData(context, { kind: 'Predictions', schema: 1, predictions }, () => renderPredictions(predictions, context.style));
    const down = predictions.filter((prediction) => prediction.verdict === 'down').length;
    const already = predictions[0]?.downAlready?.length ?? 0;
    if (context.globals.output === 'table') {
      const { style, program } = context;
      if (down === 0 && already > 0) context.say(`\n${style.warn('None of these failures takes a further service down.')}`);
      else if (down === 0) context.say(`\n${style.good('None of these failures takes a service down.')}`);
      else {
        const scope = namespace === undefined ? '-A' : `-n ${namespace}`;
        const words = `${down} of ${plural(predictions.length, 'failure')} ${down === 1 ? 'takes' : 'take'} something down.`;
        context.say(`\n${style.bad(words)}\nNext: ${style.command(`${program} harden ${scope}`)} plans what makes it survive.`);
      }
    }
    return options['failOnDown'] === true && down + already > 0 ? EXIT.deviated : EXIT.asHoped;
  },
};

/** The full names of what the user named, who may write an unambiguous ending: `000009`. */
function completed(given: readonly string[], names: readonly string[]): string[] {
  return given.map((text) => {
    const [only, ...others] = names.filter((name) => name.endsWith(text));
    return only !== undefined && others.length === 0 ? only : text;
  });
}

function chooseFailures(model: ClusterModel, options: Readonly<Record<string, unknown>>): SweepChoice {
  const nodes = completed(
    listOption(options, 'node'),
    model.nodes.map(({ name }) => name),
  );
  const zones = listOption(options, 'zone');
  return {
    ...(nodes.length > 0 && { nodes }),
    ...(zones.length > 0 && { zones }),
    ...(options['zones'] === true && { zones: true }),
    pairs: options['pairs'] === true,
  };
}
