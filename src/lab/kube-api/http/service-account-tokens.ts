/** Tokens of service accounts: signed by this server, believed by it alone. Source: pkg/serviceaccount/claims.go, 1.36. */
import { createHash, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import type { Clock } from '../../../base/index.ts';
import { isObject, textOf, type Json } from '../json.ts';
import type { Store } from '../store.ts';
import type { UserInfo } from './types.ts';

export const ISSUER = 'https://kubernetes.default.svc.cluster.local';

export interface TokenWish {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly audiences: readonly string[];
  readonly seconds: number;
  /** The token is good as long as this object is there. */
  readonly bound?: { readonly kind: string; readonly name: string; readonly uid: string } | undefined;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function decode(part: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined; // somebody else's token
  }
}

interface Keys {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** Issues and checks tokens; its key lives as long as the server, and in memory only. Times are lab time. */
export class TokenIssuer {
  readonly #clock: Clock;
  #keys: Keys | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  issue({ namespace, name, uid, audiences, seconds, bound }: TokenWish): { readonly token: string; readonly expiresMs: number } {
    const { id, privateKey } = this.#ownKeys();
    const now = Math.floor(this.#clock.now() / 1000);
    const claims = {
      aud: audiences,
      exp: now + seconds,
      iat: now,
      iss: ISSUER,
      'kubernetes.io': {
        namespace,
        ...(bound ? { [bound.kind.toLowerCase()]: { name: bound.name, uid: bound.uid } } : {}),
        serviceaccount: { name, uid },
      },
      nbf: now,
      sub: `system:serviceaccount:${namespace}:${name}`,
    };
    const body = `${encode({ alg: 'ES256', kid: id })}.${encode(claims)}`;
    const signature = sign('sha256', Buffer.from(body), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return { token: `${body}.${signature.toString('base64url')}`, expiresMs: (now + seconds) * 1000 };
  }

  /** Whose token it is; undefined when it is not ours, too old, for none of those audiences, or its account or the object that it is bound to has gone. */
  identify(
    token: string,
    store: Store,
    audiences: readonly string[] = [ISSUER],
  ): (UserInfo & { readonly audiences: readonly string[] }) | undefined {
    const [header = '', payload = '', signature = '', ...rest] = token.split('.');
    if (this.#keys === undefined || signature === '' || rest.length > 0) return undefined;
    const key = { key: this.#keys.publicKey, dsaEncoding: 'ieee-p1363' as const };
    if (!verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'))) return undefined;
    const claims = decode(payload);
    const about = claims?.['kubernetes.io'];
    if (!isObject(about) || !isObject(about['serviceaccount']) || Number(claims?.['exp']) * 1000 <= this.#clock.now()) return undefined;
    const [namespace, name, uid] = [about['namespace'], about['serviceaccount']['name'], about['serviceaccount']['uid']].map(textOf);
    if (namespace === undefined || name === undefined || uid === undefined) return undefined;
    if (store.get('ServiceAccount', namespace, name)?.metadata.uid !== uid) return undefined;
    const meant = Array.isArray(claims?.['aud']) ? claims['aud'].map(textOf) : [];
    const agreed = audiences.filter((audience) => meant.includes(audience));
    if (agreed.length === 0 || !boundIsThere(about, namespace, store)) return undefined;
    return { ...accountUser(namespace, name), uid, audiences: agreed };
  }

  /** The public key, for who checks tokens without asking. */
  jwks(): Json {
    const { id, publicKey } = this.#ownKeys();
    return { keys: [{ use: 'sig', kid: id, alg: 'ES256', ...publicKey.export({ format: 'jwk' }) }] };
  }

  #ownKeys(): Keys {
    if (this.#keys !== undefined) return this.#keys;
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const publicKey = createPublicKey(privateKey);
    const id = createHash('sha256')
      .update(publicKey.export({ format: 'der', type: 'spki' }))
      .digest('base64url');
    this.#keys = { id, privateKey, publicKey };
    return this.#keys;
  }
}

function boundIsThere(about: Json, namespace: string, store: Store): boolean {
  return ['Pod', 'Secret', 'Node'].every((kind) => {
    const bound = about[kind.toLowerCase()];
    if (!isObject(bound)) return true;
    return store.get(kind, kind === 'Node' ? '' : namespace, textOf(bound['name']))?.metadata.uid === bound['uid'];
  });
}

/** The user that a service account is. */
export const accountUser = (namespace: string, name: string): UserInfo => ({
  user: `system:serviceaccount:${namespace}:${name}`,
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
});
