import { messageOf } from '../../base/index.ts';
import type { ProgramContext, RunningProgram } from '../kubelet/index.ts';

const WAIT_SECONDS = 20;
const LIMIT_MS = 30_000;
const RETRY_MS = 2_000;
/** Concurrent calls: what an Azure Functions host takes from a subscription at a time, per core. */
const RECEIVERS = 8;

export interface Consumption {
  readonly topic: string;
  readonly subscription: string;
  readonly handle: (event: unknown) => Promise<void>;
  /** Events about the same thing are handled one after the other, in the order of the bus; without it no two are about the same. */
  readonly subjectOf?: (event: unknown) => string;
}

/**
 * Receives events from the bus at `BUS_URL` and handles several at a time, until stopped; one that fails comes again after its lock.
 */
export function consumeEvents(context: ProgramContext, { topic, subscription, handle, subjectOf }: Consumption): RunningProgram {
  const stopping = new AbortController();
  const { signal } = stopping;
  const messages = `${context.env['BUS_URL']?.replace(/\/$/, '')}/${topic}/subscriptions/${subscription}/messages`;
  const inTurn = createTurns();
  const next = async (): Promise<void> => {
    const received = await context.fetch(`${messages}/head?timeout=${WAIT_SECONDS}`, { method: 'POST', timeoutMs: LIMIT_MS, signal });
    if (received.status !== 201) return;
    const { id, body } = JSON.parse(received.body) as { id: string; body: unknown }; // the bus's own form
    await inTurn(subjectOf?.(body) ?? id, () => handle(body));
    context.log.info(`${subscription}: event ${id} handled`);
    await context.fetch(`${messages}/${id}`, { method: 'DELETE', timeoutMs: LIMIT_MS, signal });
  };
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        await next();
      } catch (error) {
        if (signal.aborted) return;
        context.log.warning(`${subscription}: ${messageOf(error)}`);
        await context.clock.sleep(RETRY_MS, signal).catch(() => {});
      }
    }
  };
  const running = Promise.all(Array.from({ length: RECEIVERS }, run));
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** Work about one subject waits for what came before it about the same, whether that went well or not. */
function createTurns(): (subject: string, work: () => Promise<void>) => Promise<void> {
  const last = new Map<string, Promise<void>>();
  return async (subject, work) => {
    const before = last.get(subject);
    const turn = before === undefined ? work() : before.then(work, work);
    last.set(subject, turn);
    try {
      await turn;
    } finally {
      if (last.get(subject) === turn) last.delete(subject);
    }
  };
}
