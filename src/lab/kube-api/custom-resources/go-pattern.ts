/** Regular expressions of Go, run by ours. Both know the same for what schemas use; flags, classes and some escapes are written in another way. */
const known = new Map<string, RegExp | undefined>();

/** Undefined when ours can not read it. Source: Go's regexp/syntax. */
export function goPattern(pattern: string): RegExp | undefined {
  if (!known.has(pattern)) known.set(pattern, compiled(pattern));
  return known.get(pattern);
}

const CLASSES: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  digit: '0-9',
  lower: 'a-z',
  upper: 'A-Z',
  space: '\\s',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
};

function compiled(pattern: string): RegExp | undefined {
  // A flag counts for all of the expression here, for what follows it there.
  const flags = [...pattern.matchAll(/\(\?([imsU]+)[:)]/g)].map(([, found = '']) => found).join('');
  const body = pattern
    .replaceAll(/\(\?[imsU]+\)/g, '')
    .replaceAll(/\(\?[imsU]+:/g, '(?:')
    .replaceAll(/\\([pP])([A-Z])/g, '\\$1{$2}')
    .replaceAll(/\\x\{/g, '\\u{')
    .replaceAll(/\\A/g, '^')
    .replaceAll(/\\z/g, '$')
    .replaceAll(/\[:([a-z]+):\]/g, (whole, name: string) => CLASSES[name] ?? whole)
    .replaceAll('(?P<', '(?<');
  const ours = [...new Set(flags.replaceAll('U', ''))].join('');
  for (const more of ['u', '']) {
    try {
      return new RegExp(body, `${ours}${more}`);
    } catch {
      // Not every expression that Go takes is one in Unicode mode; the other mode is asked next.
    }
  }
  return undefined;
}
