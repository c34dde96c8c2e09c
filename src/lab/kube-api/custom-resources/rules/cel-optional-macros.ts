/** `optMap` and `optFlatMap`: an expression over a value that may not be there. Source: cel-go cel/library.go (OptionalTypes). */
import { Optional, type Environment } from '@marcbachmann/cel-js';

/** What the library hands to macros, as far as it is used here. */
interface Scope {
  forkWithVariable(name: string, type: unknown): Scope;
  reuse(outer: Scope): Scope;
  setIterValue(value: unknown, evaluator: Evaluator): Scope;
}
interface Checker {
  check(node: unknown, scope: Scope): unknown;
  getType(name: string): unknown;
}
interface Evaluator {
  run(node: unknown, scope: Scope): unknown;
}
interface Call {
  readonly receiver: unknown;
  readonly args: readonly [name: { readonly op: string; readonly args: unknown }, expression: unknown];
}

function expand({ receiver, args: [name, expression] }: Call, finish: (value: unknown) => unknown): object {
  let inner: Scope | undefined;
  return {
    typeCheck(checker: Checker, _macro: unknown, scope: Scope): unknown {
      if (name.op !== 'id') throw new Error('the first argument of optMap() must be a simple name');
      checker.check(receiver, scope);
      inner = scope.forkWithVariable(String(name.args), checker.getType('dyn'));
      checker.check(expression, inner);
      return checker.getType('optional');
    },
    evaluate(evaluator: Evaluator, _macro: unknown, scope: Scope): unknown {
      const value = evaluator.run(receiver, scope);
      if (!(value instanceof Optional)) throw new Error('no such overload');
      return value.hasValue() && inner !== undefined
        ? finish(evaluator.run(expression, inner.reuse(scope).setIterValue(value.value(), evaluator)))
        : value;
    },
  };
}

export function withOptionalMacros(env: Environment): void {
  env
    .registerFunction('optional.optMap(ast, ast): optional<dyn>', (call: Call) => expand(call, (value) => Optional.of(value)))
    .registerFunction('optional.optFlatMap(ast, ast): optional<dyn>', (call: Call) => expand(call, (value) => value));
}
