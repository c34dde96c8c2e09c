import { createHttpPoller, type OperationResponse, type OperationState } from '@azure/core-lro';
import { type Clock, EvenkeelError, formatDuration, networkLimitMs } from '../../base/index.ts';
import type { ArmOperationInProgress, ArmRequestOptions } from '../types.ts';
import { operationFailure } from './arm-errors.ts';
import { retryAfterMs } from './arm-pipeline.ts';
import type { ArmResponse, SendArm } from './create-arm-client.ts';

const DEFAULT_WAIT_MS = 5000;
/** However fast the clock, the service is not asked more often than this. */
const SHORTEST_WALL_WAIT_MS = 100;

interface Surroundings {
  readonly send: SendArm;
  readonly clock: Clock;
  readonly endpoint: string;
}

/** Starts a long-running operation; resolves once the service accepted it. Source: Azure documentation, "Track asynchronous Azure operations". */
export async function followOperation(
  { send, clock, endpoint }: Surroundings,
  method: string,
  path: string,
  options: ArmRequestOptions & { readonly limitMs: number },
): Promise<ArmOperationInProgress> {
  // A fast clock must not make a limit that no answer can meet.
  const deadlineMs = clock.now() + networkLimitMs(clock, options.limitMs) * clock.speed;
  const signal = options.signal;
  let latest: ArmResponse | undefined;
  const sent = async (verb: string, address: string, what: Partial<ArmRequestOptions>): Promise<OperationResponse> => {
    latest = await send(verb, address, { ...what, ...(signal && { signal }) });
    const request = { method: verb, url: new URL(address, `${endpoint}/`).href };
    return { flatResponse: latest.body, rawResponse: { statusCode: latest.status, headers: latest.headers, body: latest.body, request } };
  };
  const poller = createHttpPoller<unknown, OperationState<unknown>>(
    { sendInitialRequest: () => sent(method, path, options), sendPollRequest: (address) => sent('GET', address, {}) },
    { resolveOnUnsuccessful: true },
  );
  await poller.submitted();

  const request = `${method} ${path.replace(/^\/subscriptions\/[^/]+\/resourceGroups\//i, '…/')}`;
  const finished = async (): Promise<unknown> => {
    while (!poller.isDone) {
      const leftMs = deadlineMs - clock.now();
      if (leftMs <= 0) {
        throw new EvenkeelError('TIMED_OUT', `${request}: the operation did not end within ${formatDuration(options.limitMs)}`, {
          blame: 'target',
        });
      }
      const askedMs = retryAfterMs(latest?.headers['retry-after'], clock) ?? DEFAULT_WAIT_MS;
      await clock.sleep(Math.min(leftMs, Math.max(askedMs, SHORTEST_WALL_WAIT_MS * clock.speed)), signal);
      await poller.poll();
    }
    const status = poller.operationState?.status;
    if (status !== 'succeeded') throw operationFailure(request, status ?? 'unknown', latest?.body);
    return poller.result;
  };
  return { finished };
}
