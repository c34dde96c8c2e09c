/** Who asks: a bearer token, a client certificate, or nobody. Also keeps browsers' pages and foreign host names out. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { failure } from '../statuses.ts';
import type { TokenEntry, UserInfo } from './types.ts';

export const ADMINISTRATORS = 'system:masters';
export const ANONYMOUS: UserInfo = { user: 'system:anonymous', groups: ['system:unauthenticated'] };

const unauthorized = (): Error => failure({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' });
const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Tells who asks. Errors: `ApiError` 401 when a token is not known. Tokens are compared by digest, and never kept. */
export function createAuthenticator(tokens: readonly TokenEntry[]): (request: IncomingMessage) => UserInfo {
  const known = new Map(
    tokens.map(({ token, user, groups = [ADMINISTRATORS] }) => [digest(token), { user, groups: [...groups, 'system:authenticated'] }]),
  );
  return (request) => {
    const user = identify(request, known);
    const asked = request.headers['impersonate-user'];
    if (typeof asked !== 'string') return user;
    if (!user.groups.includes(ADMINISTRATORS)) {
      throw failure({
        code: 403,
        reason: 'Forbidden',
        message: `users "${asked}" is forbidden: User "${user.user}" cannot impersonate resource "users" in API group "" at the cluster scope`,
        details: { name: asked, kind: 'users' },
      });
    }
    const groups = request.headers['impersonate-group'];
    const list = groups === undefined ? [] : Array.isArray(groups) ? groups : groups.split(',').map((group) => group.trim());
    return { user: asked, groups: [...list, 'system:authenticated'] };
  };
}

function identify(request: IncomingMessage, known: ReadonlyMap<string, UserInfo>): UserInfo {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const token = /^Bearer (.+)$/i.exec(authorization)?.[1];
    const user = token === undefined ? undefined : known.get(digest(token.trim()));
    if (user === undefined) throw unauthorized();
    return user;
  }
  if (request.socket instanceof TLSSocket && request.socket.authorized) {
    // Typed as always there; without a client certificate it is empty.
    const subject = request.socket.getPeerCertificate().subject as { CN?: unknown; O?: unknown } | undefined;
    if (typeof subject?.CN === 'string') {
      const groups = Array.isArray(subject.O) ? subject.O.map(String) : typeof subject.O === 'string' ? [subject.O] : [];
      return { user: subject.CN, groups: [...groups, 'system:authenticated'] };
    }
  }
  return ANONYMOUS;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\]|[a-z0-9.-]+\.localhost)(:\d+)?$/i;

/** Refuses requests that a web page could send or that reached us under a foreign name. Errors: `ApiError` 403. */
export function refuseForeign(request: IncomingMessage): void {
  const { host = '', origin } = request.headers;
  if (origin !== undefined) throw failure({ code: 403, reason: 'Forbidden', message: 'requests of browsers are not answered' });
  if (!LOOPBACK.test(host))
    throw failure({ code: 403, reason: 'Forbidden', message: `the host name "${host}" is not one of this machine's own` });
}
