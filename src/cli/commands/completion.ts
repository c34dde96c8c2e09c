import { EvenkeelError, nearest } from '../../base/index.ts';
import type { Command } from '../command.ts';
import { completionScript, SHELLS } from '../completion-scripts.ts';
import { EXIT } from '../exit-codes.ts';

export const completionCommand: Command = {
  description: 'Prints a script that completes commands and options.',
  arguments: [{ name: '<shell>', description: SHELLS.join(', ') }],
  examples: [
    { command: 'source <(evenkeel completion bash)', does: 'in this shell' },
    { command: 'evenkeel completion fish > ~/.config/fish/completions/evenkeel.fish', does: 'in each new one' },
  ],
  run: async ({ args }, context) => {
    const asked = args[0] ?? '';
    const shell = SHELLS.find((name) => name === asked);
    if (shell === undefined) {
      const near = nearest(asked, SHELLS);
      throw new EvenkeelError('USAGE', `there is no completion for '${asked}'`, {
        blame: 'input',
        hint: near === undefined ? `There is one for ${SHELLS.join(', ')}.` : `Did you mean ${near}?`,
      });
    }
    // The list of all commands holds this one; reading it at the time breaks the circle.
    const { COMMANDS } = await import('./index.ts');
    context.print(
      (await completionScript(shell, context.program === 'kubectl evenkeel' ? 'kubectl-evenkeel' : context.program, COMMANDS)).trimEnd(),
    );
    return EXIT.asHoped;
  },
};
