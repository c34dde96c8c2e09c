/** Our view of the CEL library; the only file, with its library of functions, that imports it. */
import { Optional } from '@marcbachmann/cel-js';
import { celEnvironment } from './cel-library.ts';
import type { CelProgram, CelTypes } from './load-cel.ts';

export function createCel(): CelTypes {
  const env = celEnvironment();
  const programs = new Map<string, CelProgram>();
  const toDuration = env.parse('duration(self)');
  return {
    compile(expression) {
      const known = programs.get(expression);
      if (known !== undefined) return known;
      const parsed = env.parse(expression);
      const program: CelProgram = {
        ast: parsed.ast,
        check: () => {
          const { valid, type, error } = parsed.check();
          return { ...(type === undefined ? {} : { type }), ...(valid ? {} : { problem: error?.summary ?? '' }) };
        },
        run: (variables): unknown => parsed(variables),
      };
      programs.set(expression, program);
      return program;
    },
    duration: (text): unknown => toDuration({ self: text }),
    optional: (value) => (value === undefined ? Optional.none() : Optional.of(value)),
  };
}
