/**
 * JavaScript has one kind of number, the Chaos Toolkit's format two: `1.0` is no integer there, `200` is one, and integers have any length.
 * Where the text of a number says more than its value, that text is kept beside the object or list which holds the number.
 */

const notes = new WeakMap<object, Map<string, string>>();

/** Remembers how Python would write the number at `container[key]`; only for numbers whose value alone does not tell. */
export function noteNumber(container: object, key: string | number, text: string): void {
  let texts = notes.get(container);
  if (texts === undefined) notes.set(container, (texts = new Map()));
  texts.set(String(key), text);
}

/** The note of `noteNumber`, if there is one. */
export function notedNumber(container: object, key: string | number): string | undefined {
  return notes.get(container)?.get(String(key));
}

/** Hands the note of one place on to another. */
export function copyNumberNote(from: object, fromKey: string | number, to: object, toKey: string | number): void {
  const text = notedNumber(from, fromKey);
  if (text !== undefined) noteNumber(to, toKey, text);
}

/** Whether Python would hold this number as a float. */
export function isFloat(value: number, note: string | undefined): boolean {
  return note === undefined ? !Number.isInteger(value) : /[.einf]/i.test(note);
}

/**
 * The number that a JSON or YAML text means, and its note where one is needed.
 *
 * Shape of `literal`: a decimal integer or float of JSON.
 */
export function readNumber(literal: string): { value: number; note?: string } {
  const value = Number(literal);
  if (/[.eE]/.test(literal)) return Number.isInteger(value) ? { value, note: floatText(value) } : { value };
  if (Number.isSafeInteger(value)) return Object.is(value, -0) ? { value: 0 } : { value };
  return { value, note: literal };
}

/** Python's `repr` of a float: the shortest digits that give the same number, `1e+16` and beyond (or below 1e-4) with an exponent. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const digits = mantissa.replace('-', '').replace('.', '');
  const sign = value < 0 ? '-' : '';
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.padEnd(exponent + 1, '0');
  return `${sign}${whole.slice(0, exponent + 1)}.${whole.slice(exponent + 1) || '0'}`;
}

/** How Python writes this number. */
export function numberText(value: number, note?: string): string {
  if (note !== undefined) return note;
  return Number.isInteger(value) ? BigInt(value).toString() : floatText(value);
}
