import { celTypes, type CelNode } from './load-cel.ts';

const isNode = (value: unknown): value is CelNode => typeof value === 'object' && value !== null && 'op' in value && 'args' in value;

/** Every node of an expression, the outer ones first. */
export function nodesOf(value: unknown): readonly CelNode[] {
  if (Array.isArray(value)) return value.flatMap(nodesOf);
  return isNode(value) ? [value, ...nodesOf(value.args)] : [];
}

/** Is it a transition rule? False for what can not be read. */
export function usesOldSelf(expression: string): boolean {
  try {
    return nodesOf(celTypes().compile(expression).ast).some(({ op, args }) => op === 'id' && args === 'oldSelf');
  } catch {
    return false; // What is wrong with it is told where it is compiled.
  }
}
