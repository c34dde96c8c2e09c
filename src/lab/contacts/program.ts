import type { Program, ProgramContext, RunningProgram } from '../kubelet/index.ts';
import { serveJson } from './serve-json.ts';
import type { Route } from './serve-json.ts';

const DEFAULT_PORT = 8080;

/** A program of the sample application: its routes, and perhaps something that goes on beside them. */
export function program(
  startUpMs: number,
  build: (context: ProgramContext) => { readonly routes: readonly Route[]; readonly beside?: RunningProgram },
): Program {
  return {
    startUpMs,
    async start(context) {
      const { routes, beside } = build(context);
      await context.listen(portOf(context), serveJson([...HEALTH, ...routes], context.log));
      tellStart(context);
      return {
        async stop() {
          await beside?.stop();
        },
      };
    },
  };
}

/** The first line of a program's log. */
export const tellStart = (context: ProgramContext): void =>
  context.log.info(`${context.container.image ?? context.container.name} listens on port ${portOf(context)}`);

/** The port that the container declares. */
export function portOf({ container }: ProgramContext): number {
  return container.ports?.[0]?.containerPort ?? DEFAULT_PORT;
}

/**
 * Alive and ready mean "this process serves", no more. Readiness leaves the dependencies out on purpose, as the workshop's application
 * does: when the database is down, requests fail; the pods do not all leave their Service at once.
 */
const HEALTH: readonly Route[] = [
  ['GET', '/healthz', () => ({ status: 200, json: { status: 'ok' } })],
  ['GET', '/ready', () => ({ status: 200, json: { status: 'ok' } })],
];
