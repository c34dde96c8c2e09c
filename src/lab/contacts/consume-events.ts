import { messageOf } from '../../base/index.ts';
import type { ProgramContext, RunningProgram } from '../kubelet/index.ts';

const WAIT_SECONDS = 20;
const LIMIT_MS = 30_000;
const RETRY_MS = 2_000;

export interface Consumption {
  readonly topic: string;
  readonly subscription: string;
  readonly handle: (event: unknown) => Promise<void>;
}

/** Receives events from the bus at `BUS_URL` and handles them one by one, until stopped; one that fails comes again after its lock. */
export function consumeEvents(context: ProgramContext, { topic, subscription, handle }: Consumption): RunningProgram {
  const stopping = new AbortController();
  const { signal } = stopping;
  const messages = `${context.env['BUS_URL']?.replace(/\/$/, '')}/${topic}/subscriptions/${subscription}/messages`;
  const next = async (): Promise<void> => {
    const received = await context.fetch(`${messages}/head?timeout=${WAIT_SECONDS}`, { method: 'POST', timeoutMs: LIMIT_MS, signal });
    if (received.status !== 201) return;
    const { id, body } = JSON.parse(received.body) as { id: string; body: unknown }; // the bus's own form
    await handle(body);
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
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
