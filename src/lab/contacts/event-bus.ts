import type { RequestListener } from 'node:http';
import type { Cancel, Clock, Logger } from '../../base/index.ts';
import { HttpProblem, serveJson } from './serve-json.ts';
import type { Reply } from './serve-json.ts';

export interface EventBusOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Topic -> its subscriptions. */
  readonly topics: Readonly<Record<string, readonly string[]>>;
}

interface Message {
  readonly id: string;
  readonly body: unknown;
}

interface Subscription {
  readonly waiting: Message[];
  readonly locked: Map<string, Cancel>;
  readonly receivers: Set<(message: Message) => void>;
}

const LOCK_MS = 30_000;
const LONGEST_WAIT_SECONDS = 60;

/**
 * Topics and subscriptions with peek-lock, as Azure Service Bus has over HTTP: a message that is received and not completed within 30 s
 * is delivered again, so a consumer that dies with it loses nothing.
 *
 * `POST /{topic}/messages`, `POST /{topic}/subscriptions/{name}/messages/head?timeout=20` (201 or 204), `DELETE …/messages/{id}`.
 */
export function createEventBus({ clock, log, topics }: EventBusOptions): RequestListener {
  const subscriptions = new Map(
    Object.entries(topics).map(([topic, names]) => [topic, new Map(names.map((name) => [name, createSubscription()]))]),
  );
  let published = 0;

  const deliver = (subscription: Subscription, message: Message): void => {
    const [receiver] = subscription.receivers;
    if (receiver === undefined) return void subscription.waiting.push(message);
    subscription.receivers.delete(receiver);
    receiver(message);
  };
  const lock = (subscription: Subscription, message: Message): Reply => {
    const expire = clock.after(LOCK_MS, () => {
      subscription.locked.delete(message.id);
      deliver(subscription, message);
    });
    subscription.locked.set(message.id, expire);
    return { status: 201, json: message };
  };
  const find = (topic = '', name = ''): Subscription => {
    const found = subscriptions.get(topic)?.get(name);
    if (!found) throw new HttpProblem(404, `no subscription ${topic}/${name}`);
    return found;
  };

  return serveJson(
    [
      ['GET', '/healthz', () => ({ status: 200, json: { status: 'ok' } })],
      [
        'POST',
        '/{topic}/messages',
        ({ params, body }) => {
          const targets = subscriptions.get(params['topic'] ?? '');
          if (!targets) throw new HttpProblem(404, `no topic ${params['topic']}`);
          const message = { id: String(++published), body };
          for (const subscription of targets.values()) deliver(subscription, message);
          return { status: 201, json: { id: message.id } };
        },
      ],
      [
        'POST',
        '/{topic}/subscriptions/{name}/messages/head',
        async ({ params, query, signal }) => {
          const subscription = find(params['topic'], params['name']);
          const seconds = Math.min(Number(query.get('timeout') ?? 0) || 0, LONGEST_WAIT_SECONDS);
          const message = subscription.waiting.shift() ?? (await receive(subscription, clock, seconds * 1000, signal));
          return message ? lock(subscription, message) : { status: 204 };
        },
      ],
      [
        'DELETE',
        '/{topic}/subscriptions/{name}/messages/{id}',
        ({ params }) => {
          const { locked } = find(params['topic'], params['name']);
          const expire = locked.get(params['id'] ?? '');
          if (!expire) throw new HttpProblem(410, 'the lock has expired');
          expire();
          locked.delete(params['id'] ?? '');
          return { status: 200 };
        },
      ],
    ],
    log,
  );
}

const createSubscription = (): Subscription => ({ waiting: [], locked: new Map(), receivers: new Set() });

/** The next message, or undefined when the wait is over or the receiver hung up. */
function receive({ receivers }: Subscription, clock: Clock, waitMs: number, signal: AbortSignal): Promise<Message | undefined> {
  return new Promise((resolve) => {
    const end = (message: Message | undefined): void => {
      receivers.delete(end);
      cancel();
      signal.removeEventListener('abort', give);
      resolve(message);
    };
    const give = (): void => end(undefined);
    const cancel = clock.after(waitMs, give);
    receivers.add(end);
    if (signal.aborted) give();
    else signal.addEventListener('abort', give, { once: true });
  });
}
