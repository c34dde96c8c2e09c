import { EvenkeelError } from '../../base/index.ts';

/** Reads `--var name=value`. Errors: `USAGE`. */
export function variablesOf(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
      throw new EvenkeelError('USAGE', `--var is '${text}', expected name=value`, { blame: 'input' });
    }),
  );
}
