import { stringify } from 'yaml';
import type { CommandContext } from '../context.ts';

/** Prints data as the user asked for it: JSON, YAML, or a text for people that is made only when needed; an empty one prints nothing. */
export function printData(context: CommandContext, data: unknown, text: () => string): void {
  switch (context.globals.output) {
    case 'json':
      return context.print(JSON.stringify(data, null, 2));
    case 'yaml':
      return context.print(stringify(data).trimEnd());
    case 'table': {
      const words = text();
      return words === '' ? undefined : context.print(words);
    }
  }
}
