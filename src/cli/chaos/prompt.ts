import { EvenkeelError } from '../../base/index.ts';
import type { ChaosIo } from './chaos-io.ts';

export interface Prompt {
  /** An empty answer is the default; without one it is asked again. Errors: `INVALID_INPUT` when there are no more answers. */
  text(question: string, otherwise?: string): Promise<string>;
  /** `y` or `n`; an empty answer, or none, is no. */
  confirm(question: string): Promise<boolean>;
  /** By number or by name; an empty answer, or none, ends the choosing. */
  choose(question: string, names: readonly string[]): Promise<number | undefined>;
  close(): void;
}

/** Asks on standard output, reads the answers from standard input. */
export function createPrompt(io: Pick<ChaosIo, 'stdout' | 'lines'>): Prompt {
  const lines = io.lines()[Symbol.asyncIterator]();
  const ask = async (question: string): Promise<string | undefined> => {
    io.stdout(`${question}: `);
    const { value, done } = await lines.next();
    return done === true ? undefined : value.trim();
  };
  return {
    async text(question, otherwise) {
      for (;;) {
        const answer = await ask(otherwise === undefined ? question : `${question} [${otherwise}]`);
        if (answer === undefined && otherwise === undefined) {
          throw new EvenkeelError('INVALID_INPUT', `there is no answer to: ${question}`, { blame: 'input' });
        }
        const text = answer === undefined || answer === '' ? otherwise : answer;
        if (text !== undefined) return text;
      }
    },
    async confirm(question) {
      return /^y(es)?$/i.test((await ask(`${question} [y/N]`)) ?? '');
    },
    async choose(question, names) {
      io.stdout(`\n${names.map((name, index) => `${index + 1}) ${name}`).join('\n')}\n`);
      for (;;) {
        const answer = await ask(`${question} (number or name, empty to go on)`);
        if (answer === undefined || answer === '') return undefined;
        const index = /^\d+$/.test(answer) ? Number(answer) - 1 : names.indexOf(answer);
        if (index >= 0 && index < names.length) return index;
        io.stdout(`There is no '${answer}'.\n`);
      }
    },
    close: () => void lines.return?.(),
  };
}
