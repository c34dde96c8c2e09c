import { formatDuration } from '../../base/index.ts';
import { outcomeOf } from '../../report/index.ts';
import type { CommandContext } from '../context.ts';
import type { ExecutedRun } from '../run/execute-run.ts';

/** How the tour speaks: chapters with the command that does the same alone. Everything goes to standard error. */
export interface TourTeller {
  /** `speed`: lab seconds in one of the reader's. */
  opening(lab: { readonly app: string; readonly seed: string; readonly speed: number }): void;
  chapter(question: string, command?: string): void;
  note(text: string): void;
  closing(before: ExecutedRun, after: ExecutedRun, tookMs: number): void;
}

/** Creates the teller. */
export function createTeller({ say, style }: CommandContext): TourTeller {
  let number = 0;
  return {
    opening({ app, seed, speed }) {
      say(
        `${style.bold('evenkeel tour')}  ${style.dim(`seed ${seed}; every command below works alone: evenkeel lab up --detach, then add --lab`)}`,
      );
      say(`A lab is up: cluster aks-shop with three nodes, an Azure API, and a real application at ${app}`);
      const sixMinutes = formatDuration(360_000 / speed);
      say(
        style.dim(`Its clock runs ${speed} times as fast as yours, and the times below are its times: six minutes pass in ${sixMinutes}.`),
      );
    },
    chapter(question, command) {
      number++;
      say(`\n${style.bold(`${number}. ${question}`)}`);
      if (command !== undefined) say(`${style.dim('$')} ${style.command(command)}`);
      say('');
    },
    note: say,
    closing(before, after, tookMs) {
      const says = ({ journal }: ExecutedRun): string => {
        const { word, tone } = outcomeOf(journal);
        return (tone === 'good' ? style.good : style.bad)(word);
      };
      say(`\nBefore: ${says(before)}. After: ${says(after)}.`);
      say(`The story took ${formatDuration(tookMs)}. The report:`);
    },
  };
}
