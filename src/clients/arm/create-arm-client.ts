import {
  createHttpHeaders,
  createPipelineRequest,
  type HttpClient,
  type HttpMethods,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import type { TokenCredential } from '@azure/identity';
import { type Clock, EvenkeelError, type Logger } from '../../base/index.ts';
import type { ArmClient, ArmRequestOptions } from '../types.ts';
import { armRefusal, connectionError } from './arm-errors.ts';
import { createArmPipeline, defaultHttpClient } from './arm-pipeline.ts';
import { followOperation } from './follow-operation.ts';
import { queryGraph } from './query-graph.ts';

export interface ArmClientOptions {
  readonly credential: TokenCredential;
  /** `https://management.azure.com`. */
  readonly endpoint: string;
  readonly subscriptionId: string;
  /** PEM texts of all authorities to trust; absent = the platform's. */
  readonly ca?: readonly string[] | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** Sends the requests; for tests. */
  readonly httpClient?: HttpClient;
}

/** A request that the service accepted: status below 400. */
export interface ArmResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Sends one request to a path or, for links that the service gave, to a whole address. */
export type SendArm = (method: string, address: string, options: Partial<ArmRequestOptions>) => Promise<ArmResponse>;

/** One request takes at most this long: wall time, whatever the clock, since it measures nothing. */
const REQUEST_LIMIT_MS = 60_000;

/** A client for Azure Resource Manager. Nothing is contacted until the first request. */
export function createArmClient({ credential, endpoint, subscriptionId, ca, clock, log, httpClient }: ArmClientOptions): ArmClient {
  const base = endpoint.replace(/\/+$/, '');
  const pipeline = createArmPipeline({ credential, endpoint: base, ca, clock });
  const http = httpClient ?? defaultHttpClient();

  const send: SendArm = async (method, address, options) => {
    const url = urlOf(base, address, options);
    const request = createPipelineRequest({
      url: url.href,
      method: method as HttpMethods, // the methods of ARM are among them
      headers: createHttpHeaders({ accept: 'application/json', ...(options.body !== undefined && { 'content-type': 'application/json' }) }),
      timeout: REQUEST_LIMIT_MS,
      ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
      ...(options.signal && { abortSignal: options.signal }),
    });
    const response = await pipeline.sendRequest(http, request).catch((thrown: unknown) => {
      throw sendError(thrown, base, options.signal);
    });
    log.debug(`${method} ${url.pathname}: ${response.status}`);
    const body = jsonOf(response);
    if (response.status >= 400) throw armRefusal(`${method} ${shorten(url.pathname)}`, response.status, body);
    return { status: response.status, headers: response.headers.toJSON(), body };
  };

  const begin: ArmClient['beginOperation'] = (method, path, options) =>
    followOperation({ send, clock, endpoint: base }, method, path, options);
  return {
    subscriptionId,
    endpoint: base,
    request: async (method, path, options) => (await send(method, path, options)).body,
    listAll: (path, options) => listAll(send, path, options),
    beginOperation: begin,
    runOperation: async (method, path, options) => (await begin(method, path, options)).finished(),
    queryGraph: (query, options) => queryGraph(send, subscriptionId, query, options?.signal),
  };
}

async function listAll(send: SendArm, path: string, options: ArmRequestOptions): Promise<unknown[]> {
  const items: unknown[] = [];
  let page = (await send('GET', path, options)).body;
  for (;;) {
    if (typeof page !== 'object' || page === null) return items;
    if ('value' in page && Array.isArray(page.value)) items.push(...page.value);
    const next: unknown = 'nextLink' in page ? page.nextLink : undefined;
    if (typeof next !== 'string' || next === '') return items;
    page = (await send('GET', next, { ...(options.signal && { signal: options.signal }) })).body;
  }
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
