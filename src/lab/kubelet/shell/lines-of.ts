/** The lines that a shell reads from its input; on a terminal with echo, as a line discipline edits them. */
import type { CommandIo } from '../../kube-api/index.ts';

const ENTER = /[\r\n]/;
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const BACKSPACES = ['\u007f', '\b'];

export async function* linesOf({ stdin, tty, write }: CommandIo): AsyncIterable<string> {
  let line = '';
  for await (const chunk of stdin ?? []) {
    for (const letter of chunk.toString('utf8')) {
      if (ENTER.test(letter)) {
        if (tty) write('stdout', '\n');
        yield line;
        line = '';
      } else if (!tty) line += letter;
      else if (letter === CTRL_D) {
        if (line === '') return;
      } else if (letter === CTRL_C) {
        write('stdout', '^C\n');
        yield '';
        line = '';
      } else if (BACKSPACES.includes(letter)) {
        if (line !== '') write('stdout', '\b \b');
        line = line.slice(0, -1);
      } else {
        line += letter;
        write('stdout', letter);
      }
    }
  }
  if (line !== '') yield line;
}
