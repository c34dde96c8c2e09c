import { EvenkeelError } from '../../base/index.ts';
import type { KubernetesClient } from '../../clients/index.ts';
import type { CommandContext } from '../context.ts';
import { readLabSession } from '../lab-session.ts';

/** What decides where a command acts; a shell that points at the lab has them as the lab wrote them. */
const POINTERS = ['KUBECONFIG', 'AZURE_AUTH_LOCATION', 'AZURE_SUBSCRIPTION_ID'] as const;

/** Whether the target is the lab of this machine: all that leads to it is as the lab that runs wrote it, no option leads past it, and its API answers on loopback. */
async function isLab({ client, ownSecrets }: Target, context: CommandContext): Promise<boolean> {
  const { kubeconfig, context: contextName } = context.globals;
  if (context.env['EVENKEEL_LAB'] !== '1' || kubeconfig !== undefined || contextName !== undefined || ownSecrets) return false;
  const session = await readLabSession(context.stateFolder);
  if (session === undefined || POINTERS.some((name) => context.env[name] !== session.env[name])) return false;
  return client === undefined || ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(client.target.server).hostname);
}

export interface Target {
  readonly client: KubernetesClient | undefined;
  /** Whether an experiment brings secrets along, which may sign in elsewhere. */
  readonly ownSecrets: boolean;
}

/** Asks before anything but a lab is changed, unless `--yes` was given. Errors: `REFUSED`. */
export async function confirmChange(question: string, target: Target, context: CommandContext): Promise<void> {
  if (context.globals.yes || (await isLab(target, context))) return;
  if (await context.confirm(question)) return;
  throw new EvenkeelError('REFUSED', 'not confirmed', {
    blame: 'input',
    hint: context.interactive ? 'Nothing was changed.' : 'There is no terminal to ask on: give --yes.',
  });
}
