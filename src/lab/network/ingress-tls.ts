import { createServer } from 'node:https';
import type { RequestListener, Server } from 'node:http';
import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { messageOf } from '../../base/index.ts';
import type { CertificateFor } from './types.ts';

const MOST_CONTEXTS = 500;

/**
 * The Ingress over TLS, with a certificate for each host that is asked for, whatever secret its TLS section names: the lab's authority
 * vouches for all of them. Who names no host gets the one for `localhost`.
 */
export async function createIngressTls(certificateFor: CertificateFor, listener: RequestListener): Promise<Server> {
  const contexts = new Map<string, Promise<SecureContext>>();
  const make = async (host: string): Promise<SecureContext> => createSecureContext(await certificateFor(host));
  const contextFor = (host: string): Promise<SecureContext> => {
    const context = contexts.get(host) ?? make(host);
    contexts.set(host, context);
    // Anybody may ask for any name; the oldest are made again when they are asked for.
    const [oldest] = contexts.keys();
    if (contexts.size > MOST_CONTEXTS && oldest !== undefined) contexts.delete(oldest);
    return context;
  };
  const choose = async (host: string, done: (error: Error | null, context?: SecureContext) => void): Promise<void> => {
    try {
      done(null, await contextFor(host));
    } catch (error) {
      done(error instanceof Error ? error : new Error(messageOf(error)));
    }
  };
  const options = { requestTimeout: 0, keepAliveTimeout: 75_000, ...(await certificateFor('localhost')) };
  return createServer({ ...options, SNICallback: (host, done) => void choose(host, done) }, listener);
}
