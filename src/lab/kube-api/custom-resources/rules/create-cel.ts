/** Our view of the CEL library; the only file, with its library of functions, that imports it. */
import { Optional } from '@marcbachmann/cel-js';
import { celEnvironment } from './cel-library.ts';
import type { CelProgram, CelTypes } from './load-cel.ts';

export function createCel(): CelTypes {
  const plain = celEnvironment('dyn');
  const optional = celEnvironment('optional<dyn>');
  const programs = new Map<string, CelProgram>();
  const toDuration = plain.parse('duration(self)');
  return {
    compile(expression, { hasOptional = false } = {}) {
      const key = `${hasOptional} ${expression}`;
      const known = programs.get(key);
      if (known !== undefined) return known;
      const parsed = (hasOptional ? optional : plain).parse(expression);
      const program: CelProgram = {
        ast: parsed.ast,
        check: () => {
          const { valid, type, error } = parsed.check();
          return { ...(type === undefined ? {} : { type }), ...(valid ? {} : { problem: error?.summary ?? '' }) };
        },
        run: (variables): unknown => parsed(variables),
      };
      programs.set(key, program);
      return program;
    },
    duration: (text): unknown => toDuration({ self: text }),
    optional: (value) => (value === undefined ? Optional.none() : Optional.of(value)),
  };
}
