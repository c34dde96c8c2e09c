import { arch, platform, release } from 'node:os';
import type { Command } from '../command.ts';
import { renderTable } from '../output/table.ts';
import { printData } from '../output/print-data.ts';
import { version } from '../version.ts';

export const infoCommand: Command = {
  examples: [{ command: 'evenkeel info -o json', does: 'the same for a bug report' }],
  run: async (_input, context) => {
    const facts = {
      evenkeel: version,
      node: process.version,
      system: `${platform()} ${release()} ${arch()}`,
      stateFolder: context.stateFolder,
      kubeconfig: context.globals.kubeconfig ?? context.env['KUBECONFIG'] ?? '~/.kube/config',
      azureAuthLocation: context.env['AZURE_AUTH_LOCATION'] ?? null,
    };
    printData(context, { kind: 'Info', schema: 1, ...facts }, () =>
      renderTable(
        ['WHAT', 'VALUE'],
        Object.entries(facts).map(([name, value]) => [name, value ?? '-']),
      ),
    );
    return 0;
  },
};
