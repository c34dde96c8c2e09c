import { EvenkeelError } from '../../base/index.ts';
import { findPlaceholders } from './find-placeholders.ts';

/** Values for placeholders, as `--set NAME=VALUE` gives them. */
export interface PlaceholderValues {
  /** Puts the values in; placeholders without one stay. */
  fill(this: void, text: string): string;
  /** Names that no text asked for. */
  unused(this: void): readonly string[];
}

/** Errors: `USAGE` for what is not NAME=VALUE. */
export function readPlaceholderValues(given: readonly string[]): PlaceholderValues {
  const values = new Map<string, string>();
  for (const pair of given) {
    const at = pair.indexOf('=');
    if (at < 1) {
      const hint = 'Write --set NAME=VALUE; for {{ .Values.image.tag }} it is --set image.tag=VALUE.';
      throw new EvenkeelError('USAGE', `--set is '${pair}', expected NAME=VALUE`, { blame: 'input', hint });
    }
    values.set(pair.slice(0, at), pair.slice(at + 1));
  }
  const used = new Set<string>();
  return {
    fill(text) {
      if (values.size === 0) return text;
      const lines = text.split('\n');
      for (const { text: placeholder, line, column } of findPlaceholders(text).toReversed()) {
        const name = nameOf(placeholder);
        const value = values.get(name);
        if (value === undefined) continue;
        used.add(name);
        const before = lines[line - 1] ?? '';
        lines[line - 1] = `${before.slice(0, column - 1)}${value}${before.slice(column - 1 + placeholder.length)}`;
      }
      return lines.join('\n');
    },
    unused: () => [...values.keys()].filter((name) => !used.has(name)),
  };
}

/** `TAG` of `#{TAG}#` and `${TAG}`, `image.tag` of `{{ .Values.image.tag }}`. */
function nameOf(placeholder: string): string {
  const inside = placeholder.replace(/^(?:#\{|\$\{|\{\{-?)|(?:\}#|-?\}\}|\})$/g, '').trim();
  return inside.replace(/^\.Values\./, '').replace(/^\./, '');
}
