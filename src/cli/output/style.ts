import picocolors from 'picocolors';

/** Colour with meaning; every use has a word or a sign beside it, so nothing is lost without colour. */
export interface Style {
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
  dim(text: string): string;
  bold(text: string): string;
  command(text: string): string;
}

/** Styles for a terminal, or plain text. */
export function createStyle(colour: boolean): Style {
  const colours = picocolors.createColors(colour);
  return { good: colours.green, bad: colours.red, warn: colours.yellow, dim: colours.dim, bold: colours.bold, command: colours.cyan };
}
