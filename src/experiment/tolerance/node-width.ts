import type { PatternNode } from './pattern-ast.ts';

/** The least and the greatest number of characters that a node takes. */
export function widthOf(node: PatternNode): readonly [number, number] {
  switch (node.kind) {
    case 'set':
      return [1, 1];
    case 'sequence':
      return node.items.map(widthOf).reduce(([low, high], [a, b]) => [low + a, high + b], [0, 0]);
    case 'either': {
      const widths = node.options.map(widthOf);
      return widths.reduce(([low, high], [a, b]) => [Math.min(low, a), Math.max(high, b)], [Infinity, 0]);
    }
    case 'condition': {
      const [yes, no] = [widthOf(node.yes), widthOf(node.no)];
      return [Math.min(yes[0], no[0]), Math.max(yes[1], no[1])];
    }
    case 'repeat': {
      const [low, high] = widthOf(node.item);
      return [low * node.min, high === 0 || node.max === 0 ? 0 : high * node.max];
    }
    case 'group':
    case 'atomic':
      return widthOf(node.item);
    case 'back':
      return [0, Infinity];
    case 'look':
    case 'at':
      return [0, 0];
  }
}
