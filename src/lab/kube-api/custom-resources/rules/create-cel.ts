/** Our view of the CEL library; the only file, with its library of functions, that imports it. */
import { Optional } from '@marcbachmann/cel-js';
import { remembered } from '../remembered.ts';
import { celEnvironment, LINEAR_MATCHES } from './cel-library.ts';
import type { CelNode, CelProgram, CelTypes } from './load-cel.ts';
import { nodesOf } from './uses-old-self.ts';

const MOST_PROGRAMS = 10_000;

export function createCel(): CelTypes {
  const plain = celEnvironment('dyn');
  const optional = celEnvironment('optional<dyn>');
  const programsOf = (environment: typeof plain): ((expression: string) => CelProgram) =>
    remembered(MOST_PROGRAMS, (expression) => {
      const parsed = environment.parse(expression);
      matchLinearly(parsed.ast);
      return {
        ast: parsed.ast,
        check: () => {
          const { valid, type, error } = parsed.check();
          return { ...(type === undefined ? {} : { type }), ...(valid ? {} : { problem: error?.summary ?? '' }) };
        },
        run: (variables): unknown => parsed(variables),
      };
    });
  const programs = { plain: programsOf(plain), optional: programsOf(optional) };
  const toDuration = plain.parse('duration(self)');
  return {
    compile: (expression, { hasOptional = false } = {}) => programs[hasOptional ? 'optional' : 'plain'](expression),
    duration: (text): unknown => toDuration({ self: text }),
    optional: (value) => (value === undefined ? Optional.none() : Optional.of(value)),
  };
}

/** The library refuses a second `matches`, so that calls of it are led to ours. */
function matchLinearly(ast: CelNode): void {
  for (const { op, args } of nodesOf(ast)) if (op === 'rcall' && Array.isArray(args) && args[0] === 'matches') args[0] = LINEAR_MATCHES;
}
