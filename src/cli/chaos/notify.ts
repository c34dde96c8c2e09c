/** Notifications to the channels of the settings. Source: chaostoolkit-compat.md b.10. */
import { messageOf } from '../../base/index.ts';
import { httpProvider } from '../../drivers/http/index.ts';
import { isObject } from '../../experiment/index.ts';
import type { ActivityContext } from '../../experiment/index.ts';
import type { PythonRoom } from '../../drivers/python/index.ts';
import type { Settings } from './settings.ts';

export type Notify = (event: string, payload: unknown, error?: string) => Promise<void>;

/** Tells all channels of an event, one after the other; a channel that fails is told of at debug only. */
export function createNotifier(settings: Settings, context: ActivityContext, python?: Pick<PythonRoom, 'notify'>): Notify {
  const channels = settings['notifications'];
  return async (event, payload, error) => {
    if (!Array.isArray(channels)) return;
    const phase = event.split('-')[0] ?? 'unknown';
    const message = {
      name: event,
      payload,
      phase,
      ts: context.clock.now() / 1000,
      ...(error === undefined ? {} : { error }),
    };
    for (const channel of channels) {
      if (!isObject(channel) || (Array.isArray(channel['events']) && !channel['events'].includes(event))) continue;
      try {
        if (channel['type'] === 'http') await send(channel, message, context);
        else if (channel['type'] === 'plugin' && python !== undefined) await python.notify(channel, message);
        else context.log.debug(`notification channels of type '${String(channel['type'])}' are not supported`);
      } catch (thrown) {
        const target = String(channel['url'] ?? channel['module']);
        const why = messageOf(thrown).replaceAll(target, withoutPath(target));
        context.log.debug(`the notification of ${withoutPath(target)} failed: ${why}`);
      }
    }
  };
}

/** The address of a webhook is its password. */
function withoutPath(target: string): string {
  return URL.canParse(target) ? `${new URL(target).protocol}//${new URL(target).host}/…` : target;
}

async function send(channel: Record<string, unknown>, message: object, context: ActivityContext): Promise<void> {
  const forwards = channel['forward_event_payload'] !== false;
  const headers = isObject(channel['headers']) ? channel['headers'] : {};
  const { url, verify_tls } = channel;
  const common = { type: 'http', url, verify_tls: verify_tls ?? true, timeout: [2, 5] };
  const provider = forwards
    ? { ...common, method: 'POST', headers: { ...headers, 'Content-Type': 'application/json' }, arguments: message }
    : { ...common, headers };
  await httpProvider().run(provider, { ...context, signal: new AbortController().signal, tolerated: true });
}
