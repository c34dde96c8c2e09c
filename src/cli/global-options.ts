import { EvenkeelError } from '../base/index.ts';
import { type OptionSpec, type OptionValues, textOption } from './command.ts';
import type { GlobalOptions } from './context.ts';

/** Options that every command takes, before or after its name. A command that has a flag of the same letter wins. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  { flags: '--kubeconfig <file>', description: 'kubeconfig file (default: $KUBECONFIG, then ~/.kube/config)' },
  { flags: '--context <name>', description: 'context of the kubeconfig' },
  { flags: '-n, --namespace <name>', description: "namespace (default: the context's)" },
  { flags: '-A, --all-namespaces', description: 'all namespaces' },
  { flags: '--lab', description: 'use the lab that `lab up` started' },
  { flags: '-o, --output <format>', description: 'how to print', choices: ['table', 'json', 'yaml'] },
  { flags: '--seed <text>', description: 'repeat the same random choices' },
  { flags: '-y, --yes', description: 'do not ask before something is broken or changed' },
  { flags: '--no-color', description: 'no colour (also: NO_COLOR=1)' },
  { flags: '-v, --verbose', description: 'tell more of what happens' },
];

/** Reads the global options out of what was parsed. Errors: `USAGE`. */
export function readGlobalOptions(options: OptionValues): GlobalOptions {
  const output = textOption(options, 'output') ?? 'table';
  const namespace = textOption(options, 'namespace');
  const allNamespaces = options['allNamespaces'] === true;
  if (namespace !== undefined && allNamespaces) {
    throw new EvenkeelError('USAGE', '-n and -A exclude each other', { blame: 'input', hint: 'Name one namespace, or take all.' });
  }
  return {
    kubeconfig: textOption(options, 'kubeconfig'),
    context: textOption(options, 'context'),
    namespace,
    allNamespaces,
    lab: options['lab'] === true,
    output: output === 'json' || output === 'yaml' ? output : 'table',
    seed: textOption(options, 'seed'),
    yes: options['yes'] === true,
    verbose: options['verbose'] === true,
  };
}
