import { EvenkeelError } from '../../base/index.ts';
import type { KubernetesClient } from '../../clients/index.ts';
import type { CommandContext } from '../context.ts';

/** Whether the target is a lab of this machine: its variables are set, no option leads past them, and its API answers on loopback. */
export function isLab(context: CommandContext, client: KubernetesClient | undefined): boolean {
  const { kubeconfig, context: contextName } = context.globals;
  if (context.env['EVENKEEL_LAB'] !== '1' || kubeconfig !== undefined || contextName !== undefined) return false;
  return client === undefined || ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(client.target.server).hostname);
}

/** Asks before anything but a lab is changed, unless `--yes` was given. Errors: `REFUSED`. */
export async function confirmChange(question: string, client: KubernetesClient | undefined, context: CommandContext): Promise<void> {
  if (context.globals.yes || isLab(context, client)) return;
  if (await context.confirm(question)) return;
  throw new EvenkeelError('REFUSED', 'not confirmed', {
    blame: 'input',
    hint: context.interactive ? 'Nothing was changed.' : 'There is no terminal to ask on: give --yes.',
  });
}
