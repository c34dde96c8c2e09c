/** Who asks: a bearer token, a client certificate, or nobody. Also keeps browsers' pages and foreign host names out. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { Clock } from '../../../base/index.ts';
import { failure } from '../statuses.ts';
import type { Store } from '../store.ts';
import { ANONYMOUS } from './anonymous.ts';
import { impersonated } from './impersonation.ts';
import type { TokenIssuer } from './service-account-tokens.ts';
import type { TokenEntry, UserInfo } from './types.ts';

export const ADMINISTRATORS = 'system:masters';

/** The member of a certificate's subject that is its user's uid. */
const UID_ATTRIBUTE = '1.3.6.1.4.1.57683.2';

const unauthorized = (): Error => failure({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' });
const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Tells who asks, or as whom. Errors: `ApiError` 401 when a token is not known, 403. Tokens are compared by digest, and never kept. */
export function createAuthenticator(
  tokens: readonly TokenEntry[],
  { store, issuer, clock }: { readonly store: Store; readonly issuer: TokenIssuer; readonly clock: Clock },
): (request: IncomingMessage) => UserInfo {
  const known = new Map(
    tokens.map(({ token, user, groups = [ADMINISTRATORS] }) => [
      digest(token),
      { user, uid: user, groups: [...groups, 'system:authenticated'] },
    ]),
  );
  const userOf = (token: string): UserInfo | undefined => known.get(digest(token)) ?? issuer.identify(token, store);
  return (request) => impersonated(store, identify(request, userOf, clock), request.headers);
}

function identify(request: IncomingMessage, userOf: (token: string) => UserInfo | undefined, clock: Clock): UserInfo {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const token = /^Bearer (.+)$/i.exec(authorization)?.[1];
    const user = token === undefined ? undefined : userOf(token.trim());
    if (user === undefined) throw unauthorized();
    return user;
  }
  if (request.socket instanceof TLSSocket && request.socket.authorized) {
    // Typed as always there; without a client certificate it is empty.
    const certificate = request.socket.getPeerCertificate();
    const subject = certificate.subject as Readonly<Record<string, unknown>> | undefined;
    // TLS goes by the wall's clock, certificates of the lab by its own.
    if (Date.parse(certificate.valid_to) <= clock.now()) throw unauthorized();
    if (typeof subject?.['CN'] === 'string') {
      return userOfCertificate(subject['CN'], subject, certificate.fingerprint256);
    }
  }
  return ANONYMOUS;
}

/** A uid is there only where the subject states one. Source: apiserver pkg/authentication/request/x509 CommonNameUserConversion. */
function userOfCertificate(user: string, subject: Readonly<Record<string, unknown>>, fingerprint: string): UserInfo {
  const { O: organization, [UID_ATTRIBUTE]: uid } = subject;
  const groups = Array.isArray(organization) ? organization.map(String) : typeof organization === 'string' ? [organization] : [];
  const credential = `X509SHA256=${fingerprint.replaceAll(':', '').toLowerCase()}`;
  return {
    user,
    groups: [...groups, 'system:authenticated'],
    ...(typeof uid === 'string' && uid !== '' ? { uid } : {}),
    extra: { 'authentication.kubernetes.io/credential-id': [credential] },
  };
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\]|[a-z0-9.-]+\.localhost)(:\d+)?$/i;

/** Refuses requests that a web page could send or that reached us under a foreign name. Errors: `ApiError` 403. */
export function refuseForeign(request: IncomingMessage): void {
  const { host = '', origin } = request.headers;
  if (origin !== undefined) throw failure({ code: 403, reason: 'Forbidden', message: 'requests of browsers are not answered' });
  if (!LOOPBACK.test(host))
    throw failure({ code: 403, reason: 'Forbidden', message: `the host name "${host}" is not one of this machine's own` });
}
