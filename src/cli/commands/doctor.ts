import type { Command } from '../command.ts';
import { checkAzure } from '../doctor/check-azure.ts';
import { checkCluster } from '../doctor/check-cluster.ts';
import { checkMachine } from '../doctor/check-machine.ts';
import type { Finding } from '../doctor/finding.ts';
import { EXIT } from '../exit-codes.ts';
import { printData } from '../output/print-data.ts';
import type { Style } from '../output/style.ts';

export const doctorCommand: Command = {
  description:
    'Looks at what evenkeel needs: Node, its state folder, what dead runs left, the cluster, what this account may do there, clocks, Azure. Changes nothing. Exit code 3 when something is bad.',
  examples: [
    { command: 'evenkeel doctor', does: 'what is missing, and what to do about it' },
    { command: 'evenkeel doctor -o json', does: 'the same for a pipeline' },
  ],
  run: async (_input, context) => {
    const parts = await Promise.all([checkMachine(context), checkCluster(context), checkAzure(context)]);
    const findings = parts.flat();
    const bad = findings.some(({ state }) => state === 'bad');
    printData(context, { kind: 'Doctor', schema: 1, healthy: !bad, findings }, () => render(findings, context.style));
    return bad ? EXIT.failed : EXIT.asHoped;
  },
};

function render(findings: readonly Finding[], style: Style): string {
  const signs = { ok: style.good('✓ ok  '), warn: style.warn('! warn'), bad: style.bad('✗ bad ') };
  const width = Math.max(...findings.map(({ check }) => check.length));
  return findings
    .flatMap(({ check, state, detail, advice }) => [
      `${signs[state]}  ${check.padEnd(width)}  ${detail}`,
      ...(advice === undefined ? [] : [`${' '.repeat(width + 10)}${style.dim(`→ ${advice}`)}`]),
    ])
    .join('\n');
}
