/** One request to Azure Resource Manager: token, TLS, retries, errors in our words. */
import {
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineRequest,
  type HttpMethods,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import { EvenkeelError } from '../../base/index.ts';
import type { ArmRequestOptions } from '../types.ts';
import { armRefusal, connectionError } from './arm-errors.ts';
import { createArmPipeline } from './arm-pipeline.ts';
import type { ArmClientOptions, SendArm } from './create-arm-client.ts';

/** One request takes at most this long: wall time, whatever the clock, since it measures nothing. */
const REQUEST_LIMIT_MS = 60_000;

/** The endpoint has no slash at its end. */
export function createArmTransport({ credential, endpoint, ca, clock, log, httpClient }: ArmClientOptions): SendArm {
  const pipeline = createArmPipeline({ credential, endpoint, ca, clock });
  const http = httpClient ?? createDefaultHttpClient();
  return async (method, address, options) => {
    const url = urlOf(endpoint, address, options);
    const request = createPipelineRequest({
      url: url.href,
      method: method as HttpMethods, // the methods of ARM are among them
      headers: createHttpHeaders({ accept: 'application/json', ...(options.body !== undefined && { 'content-type': 'application/json' }) }),
      timeout: REQUEST_LIMIT_MS,
      ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
      ...(options.signal && { abortSignal: options.signal }),
    });
    const response = await pipeline.sendRequest(http, request).catch((thrown: unknown) => {
      throw sendError(thrown, endpoint, options.signal);
    });
    log.debug(`${method} ${url.pathname}: ${response.status}`);
    const body = jsonOf(response);
    if (response.status >= 400) throw armRefusal(`${method} ${shorten(url.pathname)}`, response.status, body);
    return { status: response.status, headers: response.headers.toJSON(), body };
  };
}

/** Links of the service must stay at the service: the token goes nowhere else. */
function urlOf(base: string, address: string, options: Partial<ArmRequestOptions>): URL {
  const url = new URL(address, `${base}/`);
  if (url.origin !== new URL(base).origin) {
    throw new EvenkeelError('TARGET_FAILED', `${base} refers to another server, ${url.origin}; the request was not sent`, {
      blame: 'target',
    });
  }
  for (const [name, value] of Object.entries(options.query ?? {})) url.searchParams.set(name, value);
  if (options.apiVersion !== undefined) url.searchParams.set('api-version', options.apiVersion);
  return url;
}

function jsonOf(response: PipelineResponse): unknown {
  const text = response.bodyAsText ?? '';
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sendError(thrown: unknown, base: string, signal: AbortSignal | undefined): unknown {
  if (thrown instanceof EvenkeelError) return thrown;
  if (signal?.aborted)
    return new EvenkeelError('CANCELLED', `the request to ${base} was cancelled`, { blame: 'input', cause: signal.reason });
  if (thrown instanceof Error && thrown.name === 'AbortError') {
    return new EvenkeelError('TIMED_OUT', `${base} did not answer within ${REQUEST_LIMIT_MS / 1000} s`, { blame: 'target' });
  }
  return connectionError(thrown, base) ?? thrown;
}

/** Leaves out the part that is the same in every path. */
function shorten(path: string): string {
  return path.replace(/^\/subscriptions\/[^/]+\/resourceGroups\//i, '…/');
}
