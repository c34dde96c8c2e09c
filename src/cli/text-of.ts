import { isUtf8 } from 'node:buffer';
import { EvenkeelError } from '../base/index.ts';

/** A file's text. Errors: `INVALID_INPUT` for what is no UTF-8: read on, it would be some other text, with errors that mislead. */
export function textOf(bytes: Buffer, path: string): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  const isUtf16 = bytes.length >= 2 && ['fffe', 'feff'].includes(bytes.subarray(0, 2).toString('hex'));
  const what = isUtf16 ? 'it is written in UTF-16' : 'its text is not UTF-8';
  throw new EvenkeelError('INVALID_INPUT', `cannot read ${path}: ${what}`, { blame: 'input', hint: 'Save it as UTF-8.' });
}
