import type { ProgramContext } from '../kubelet/index.ts';
import { HttpProblem } from './serve-json.ts';

const LIMIT_MS = 10_000;

/** A dependency of a program: JSON over HTTP at an address from the environment. */
export interface Backend {
  /**
   * The answer's JSON. Errors: `HttpProblem` 404 as answered, 502 for every other status; what the network throws when it can not be reached.
   */
  ask(method: string, path: string, body?: unknown): Promise<unknown>;
}

/** Errors: `HttpProblem` 500 at each call when the variable is not set, so that a forgotten one shows where it is missed. */
export function backendFrom(context: ProgramContext, variable: string): Backend {
  const base = context.env[variable]?.replace(/\/$/, '');
  return {
    async ask(method, path, body) {
      if (base === undefined) throw new HttpProblem(500, `the environment has no ${variable}`);
      const answer = await context.fetch(`${base}${path}`, {
        method,
        timeoutMs: LIMIT_MS,
        ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      });
      if (answer.status === 404) throw new HttpProblem(404, 'not found');
      if (answer.status >= 300) throw new HttpProblem(502, `${variable} answered ${answer.status}`);
      return answer.body === '' ? undefined : JSON.parse(answer.body);
    },
  };
}

/** The `value` list of a document store's answer. */
export function documentsFrom(answer: unknown): readonly Readonly<Record<string, unknown>>[] {
  const value = typeof answer === 'object' && answer !== null && 'value' in answer ? answer.value : undefined;
  return Array.isArray(value) ? value : [];
}
