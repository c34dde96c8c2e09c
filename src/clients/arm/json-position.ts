/**
 * Finds where a text stops being JSON: line and column, from 1. Undefined when it is JSON.
 *
 * The messages of `JSON.parse` quote the text around the fault, which may be a secret; this says only where.
 */
export function jsonFaultAt(text: string): { readonly line: number; readonly column: number } | undefined {
  if (isJson(text)) return undefined;
  const end = faultOffset(text) ?? text.length;
  const before = text.slice(0, end).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const SPACE = /[ \t\r\n]*/y;
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;

/** Walks the text with a stack of open brackets; what may come next is the whole state. */
function faultOffset(text: string): number | undefined {
  let at = 0;
  const open: ('{' | '[')[] = [];
  let next: 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'after' = 'value';
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at = pattern.lastIndex;
    return found !== null && found[0] !== '';
  };
  for (;;) {
    take(SPACE);
    const sign = text[at];
    if (sign === undefined) return next === 'after' && open.length === 0 ? undefined : at;
    const closes = sign === (open.at(-1) === '{' ? '}' : ']') && open.length > 0;
    if (closes && (next === 'after' || next === 'value-or-end' || next === 'key-or-end')) {
      open.pop();
      at++;
      next = 'after';
    } else if (next === 'after') {
      if (sign !== ',' || open.length === 0) return at;
      at++;
      next = open.at(-1) === '{' ? 'key' : 'value';
    } else if (next === 'colon') {
      if (sign !== ':') return at;
      at++;
      next = 'value';
    } else if (next === 'key' || next === 'key-or-end') {
      if (!take(STRING)) return at;
      next = 'colon';
    } else if (sign === '{' || sign === '[') {
      open.push(sign);
      at++;
      next = sign === '{' ? 'key-or-end' : 'value-or-end';
    } else {
      if (!take(STRING) && !take(SCALAR)) return at;
      next = 'after';
    }
  }
}
