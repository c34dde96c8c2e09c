import { isObject } from '../format/python-values.ts';

const STEP = /\.([^.[\]]+)|\[(\d+|"[^"]*")\]/y;

/** What `${outputs.NAME.path[0]}` means: the output of an activity that has run, or a part of it; undefined when there is no such thing. */
export function resolveOutput(outputs: ReadonlyMap<string, unknown>, expression: string): { readonly value: unknown } | undefined {
  // Names of activities may hold dots and brackets: the longest one that fits is meant.
  const names = [...outputs.keys()].filter((name) => expression.startsWith(name)).toSorted((a, b) => b.length - a.length);
  for (const name of names) {
    const found = follow(outputs.get(name), expression.slice(name.length));
    if (found !== undefined) return found;
  }
  return undefined;
}

function follow(start: unknown, path: string): { readonly value: unknown } | undefined {
  let value = start;
  let at = 0;
  while (at < path.length) {
    STEP.lastIndex = at;
    const match = STEP.exec(path);
    if (match === null) return undefined;
    at = STEP.lastIndex;
    const key = match[1] ?? match[2]?.replaceAll('"', '') ?? '';
    if (Array.isArray(value) && /^\d+$/.test(key) && Number(key) < value.length) value = value[Number(key)];
    else if (isObject(value) && Object.hasOwn(value, key)) value = value[key];
    else return undefined;
  }
  return { value };
}
