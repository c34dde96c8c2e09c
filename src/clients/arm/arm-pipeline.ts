import {
  bearerTokenAuthenticationPolicy,
  createEmptyPipeline,
  decompressResponsePolicy,
  type Pipeline,
  proxyPolicy,
  retryPolicy,
  type RetryStrategy,
  setClientRequestIdPolicy,
  tlsPolicy,
  userAgentPolicy,
} from '@azure/core-rest-pipeline';
import type { TokenCredential } from '@azure/identity';
import type { Clock } from '../../base/index.ts';

export interface ArmPipelineOptions {
  readonly credential: TokenCredential;
  /** `https://management.azure.com`: also the audience of the token. */
  readonly endpoint: string;
  readonly ca: readonly string[] | undefined;
  readonly clock: Clock;
}

const MOST_RETRIES = 3;
const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 60_000;

/** Token, TLS, proxy and retries around each request. */
export function createArmPipeline({ credential, endpoint, ca, clock }: ArmPipelineOptions): Pipeline {
  const pipeline = createEmptyPipeline();
  if (ca !== undefined) pipeline.addPolicy(tlsPolicy({ ca: [...ca] }));
  pipeline.addPolicy(proxyPolicy());
  pipeline.addPolicy(decompressResponsePolicy());
  pipeline.addPolicy(userAgentPolicy({ userAgentPrefix: 'evenkeel' }));
  pipeline.addPolicy(setClientRequestIdPolicy());
  pipeline.addPolicy(retryPolicy([retryTransient(clock)], { maxRetries: MOST_RETRIES }), { phase: 'Retry' });
  pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential, scopes: `${endpoint}/.default` }), { phase: 'Sign' });
  return pipeline;
}

const TRANSIENT_STATUS = new Set([408, 429, 500, 502, 503, 504]);
const TRANSIENT_FAULT = new Set(['ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'EAI_AGAIN']);

/** Waits as the service asks, in the clock's time, so that a fast lab is not slowed down. */
function retryTransient(clock: Clock): RetryStrategy {
  return {
    name: 'transient',
    retry: ({ retryCount, response, responseError }) => {
      const transient = response === undefined ? TRANSIENT_FAULT.has(responseError?.code ?? '') : TRANSIENT_STATUS.has(response.status);
      if (!transient) return { skipStrategy: true };
      const asked = retryAfterMs(response?.headers.get('retry-after'), clock);
      const waitMs = asked ?? Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** retryCount);
      return { retryAfterInMs: waitMs / clock.speed };
    },
  };
}

/** Reads `Retry-After`: seconds or a date. Result: milliseconds of the clock. */
export function retryAfterMs(header: string | undefined, clock: Clock): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const atMs = Date.parse(header);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - clock.now());
}
