import { EvenkeelError } from '../base/index.ts';
import type { OptionValues } from './command.ts';

/** Reads an option that is a whole number. Errors: `USAGE`. */
export function wholeNumber(options: OptionValues, name: string, least: number, most: number): number {
  const text = String(options[name]);
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new EvenkeelError('USAGE', `--${flag} is '${text}', expected a whole number from ${least} to ${most}`, { blame: 'input' });
}
