import { formatDuration } from '../../base/index.ts';
import type { CommandContext } from '../context.ts';
import type { ExecutedRun } from '../run/execute-run.ts';

/** How the tour speaks: chapters with the command that does the same alone. Everything goes to standard error. */
export interface TourTeller {
  opening(app: string, seed: string): void;
  chapter(question: string, command?: string): void;
  note(text: string): void;
  closing(before: ExecutedRun, after: ExecutedRun, tookMs: number): void;
}

/** Creates the teller. */
export function createTeller({ say, style }: CommandContext): TourTeller {
  let number = 0;
  return {
    opening(app, seed) {
      say(
        `${style.bold('evenkeel tour')}  ${style.dim(`seed ${seed}; every command below works alone: evenkeel lab up --detach, then add --lab`)}`,
      );
      say(`A lab is up: cluster aks-shop with three nodes, an Azure API, and a real application at ${app}`);
      say(style.dim('Its clock runs 20 times as fast as yours, and the times below are its times: six minutes pass in eighteen seconds.'));
    },
    chapter(question, command) {
      number++;
      say(`\n${style.bold(`${number}. ${question}`)}`);
      if (command !== undefined) say(`${style.dim('$')} ${style.command(command)}`);
      say('');
    },
    note: say,
    closing(before, after, tookMs) {
      const says = ({ outcome }: ExecutedRun): string =>
        ({ 'as-hoped': style.good('the steady state held'), deviated: style.bad('the steady state deviated') })[outcome as string] ??
        style.bad(outcome);
      say(`\nBefore: ${says(before)}. After: ${says(after)}.`);
      say(`The story took ${formatDuration(tookMs)}. The report:`);
    },
  };
}
