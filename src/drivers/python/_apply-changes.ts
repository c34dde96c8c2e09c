import { isObject } from '../../experiment/index.ts';
import type { ControlCall } from '../../experiment/index.ts';

/** Puts what a control changed into the live objects, which keep their identity. */
export function applyChanges(call: ControlCall, changed: unknown): void {
  if (!isObject(changed)) return;
  const live: Readonly<Record<string, unknown>> = { ...call };
  for (const [name, value] of Object.entries(changed)) replaceContent(live[name], value);
}

function replaceContent(target: unknown, source: unknown): void {
  if (Array.isArray(target) && Array.isArray(source)) {
    for (const [index, item] of source.entries()) target[index] = merged(target[index], item);
    target.length = source.length;
  } else if (isObject(target) && isObject(source)) {
    for (const key of Object.keys(target)) if (!Object.hasOwn(source, key)) delete target[key];
    for (const [key, item] of Object.entries(source)) target[key] = merged(target[key], item);
  }
}

function merged(target: unknown, source: unknown): unknown {
  const alike = (Array.isArray(target) && Array.isArray(source)) || (isObject(target) && isObject(source));
  if (!alike) return source;
  replaceContent(target, source);
  return target;
}
