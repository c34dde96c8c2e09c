import type { HttpClient } from '@azure/core-rest-pipeline';
import type { TokenCredential } from '@azure/identity';
import type { Clock, Logger } from '../../base/index.ts';
import type { ArmClient, ArmRequestOptions } from '../types.ts';
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

/**
 * A client for Azure Resource Manager. Nothing is contacted until the first request; the libraries behind it, which take a
 * quarter of a second to load, are not loaded before that either.
 */
export function createArmClient(options: ArmClientOptions): ArmClient {
  const { subscriptionId, clock } = options;
  const endpoint = options.endpoint.replace(/\/+$/, '');
  let transport: Promise<SendArm> | undefined;
  const send: SendArm = async (method, address, what) => {
    transport ??= import('./arm-transport.ts').then(({ createArmTransport }) => createArmTransport({ ...options, endpoint }));
    return (await transport)(method, address, what);
  };
  const begin: ArmClient['beginOperation'] = async (method, path, what) => {
    const { followOperation } = await import('./follow-operation.ts');
    return followOperation({ send, clock, endpoint }, method, path, what);
  };
  return {
    subscriptionId,
    endpoint,
    request: async (method, path, what) => (await send(method, path, what)).body,
    listAll: (path, what) => listAll(send, path, what),
    beginOperation: begin,
    runOperation: async (method, path, what) => (await begin(method, path, what)).finished(),
    queryGraph: (query, what) => queryGraph(send, subscriptionId, query, what?.signal),
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
