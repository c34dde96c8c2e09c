import { spreadOf } from '../../cluster/index.ts';
import { type Command, textOption } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { printData } from '../output/print-data.ts';
import { renderSpread } from '../output/render-spread.ts';
import { takeModelOfNamespace } from '../take-model.ts';

export const FAIL_ON = {
  flags: '--fail-on <severity>',
  description: 'exit 1 on findings of this severity or above',
  choices: ['high', 'medium', 'low'],
} as const;

export const spreadCommand: Command = {
  description: 'Shows how the pods of each workload are spread over nodes and zones, and what is wrong with that.',
  options: [FAIL_ON],
  examples: [
    { command: 'evenkeel spread -n contactsapp', does: 'one namespace' },
    { command: 'evenkeel spread -A --fail-on high', does: 'the whole cluster, for a pipeline' },
  ],
  run: async ({ options }, context) => {
    const { model, namespace } = await takeModelOfNamespace(context);
    const spread = spreadOf(model, { namespace });
    printData(context, { kind: 'Spread', schema: 1, ...spread }, () => renderSpread(spread, context.style));
    if (context.globals.output === 'table')
      context.say(
        `\nNext: ${context.style.command(`${context.program} what-if${namespace === undefined ? ' -A' : ` -n ${namespace}`}`)} tells what a node failure does.`,
      );
    return failsOn(spread.findings, textOption(options, 'failOn')) ? EXIT.deviated : EXIT.asHoped;
  },
};

function failsOn(findings: readonly { readonly severity: string }[], threshold: string | undefined): boolean {
  if (threshold === undefined) return false;
  const order = ['low', 'medium', 'high'];
  return findings.some((finding) => order.indexOf(finding.severity) >= order.indexOf(threshold));
}
