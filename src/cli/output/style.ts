import picocolors from 'picocolors';

/** Colour with meaning; every use has a word or a sign beside it, so nothing is lost without colour. */
export interface Style {
  readonly good: (this: void, text: string) => string;
  readonly bad: (this: void, text: string) => string;
  readonly warn: (this: void, text: string) => string;
  readonly dim: (this: void, text: string) => string;
  readonly bold: (this: void, text: string) => string;
  readonly command: (this: void, text: string) => string;
}

/** Styles for a terminal, or plain text. */
export function createStyle(colour: boolean): Style {
  const colours = picocolors.createColors(colour);
  return { good: colours.green, bad: colours.red, warn: colours.yellow, dim: colours.dim, bold: colours.bold, command: colours.cyan };
}
