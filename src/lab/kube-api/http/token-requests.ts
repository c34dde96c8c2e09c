/** Tokens for service accounts, and what clients that check them ask for. Source: pkg/registry/core/serviceaccount/storage/token.go, 1.36. */
import { isObject, textOf } from '../json.ts';
import { timestamp } from '../names.ts';
import { badRequest, conflict, invalid, notFound } from '../statuses.ts';
import { mediaTypeOf, parseObject, readText } from './body.ts';
import { found } from './objects.ts';
import { asJson } from './served-resources.ts';
import { ISSUER } from './service-account-tokens.ts';
import type { Answer, Call, Target } from './types.ts';

const SHORTEST_SECONDS = 600;
const LONGEST_SECONDS = 2 ** 32;
const DEFAULT_SECONDS = 3600;

/** Errors: `ApiError` 404, 422. */
export async function requestToken(call: Call, target: Target): Promise<Answer> {
  const account = found(call, target);
  const body = await parseObject(await readText(call.request), mediaTypeOf(call.request), 'TokenRequest');
  const spec = asJson(body['spec']);
  const seconds = typeof spec['expirationSeconds'] === 'number' ? spec['expirationSeconds'] : DEFAULT_SECONDS;
  const refuse = (message: string): Error =>
    invalid({ kind: 'TokenRequest', group: 'authentication.k8s.io' }, '', [
      { reason: 'FieldValueInvalid', message: `Invalid value: ${seconds}: ${message}`, field: 'spec.expirationSeconds' },
    ]);
  if (seconds < SHORTEST_SECONDS) throw refuse('may not specify a duration less than 10 minutes');
  if (seconds > LONGEST_SECONDS) throw refuse('may not specify a duration larger than 2^32 seconds');
  const given = Array.isArray(spec['audiences']) ? spec['audiences'].map(textOf) : [];
  const audiences = given.length > 0 ? given : [ISSUER];
  const { name, namespace = '', uid = '' } = account.metadata;
  const bound = boundObject(call, namespace, spec['boundObjectRef']);
  const { token, expiresMs } = call.issuer.issue({ namespace, name, uid, audiences, seconds, bound });
  return {
    status: 201,
    body: {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name, namespace, creationTimestamp: timestamp(call.clock.now()) },
      spec: { audiences, expirationSeconds: seconds, boundObjectRef: isObject(spec['boundObjectRef']) ? spec['boundObjectRef'] : null },
      status: { token, expirationTimestamp: timestamp(expiresMs) },
    },
  };
}

/** Errors: `ApiError` 404 when the object is not there, 409 when it is another by now, 400 for other kinds. */
function boundObject({ store }: Call, namespace: string, ref: unknown): { kind: string; name: string; uid: string } | undefined {
  if (!isObject(ref)) return undefined;
  const [kind, name, uid] = ['kind', 'name', 'uid'].map((key) => textOf(ref[key] ?? '')) as [string, string, string]; // three keys
  const resource = BINDABLE.find((one) => one.kind === kind);
  if (resource === undefined) throw badRequest(`cannot bind token for serviceaccount to type ${JSON.stringify(kind)}`);
  const object = store.get(kind, kind === 'Node' ? '' : namespace, name);
  if (object === undefined) throw notFound(resource, name);
  const found = object.metadata.uid ?? '';
  if (uid !== '' && uid !== found) {
    const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw conflict(resource, name, why);
  }
  return { kind, name, uid: found };
}

const BINDABLE = [
  { kind: 'Pod', group: '', plural: 'pods' },
  { kind: 'Secret', group: '', plural: 'secrets' },
  { kind: 'Node', group: '', plural: 'nodes' },
];

/** The issuer's pages; undefined for other paths. */
export function serveIssuer({ path, request, issuer }: Call): Answer | undefined {
  if (path === '/openid/v1/jwks') return { status: 200, body: issuer.jwks(), headers: { 'content-type': 'application/jwk-set+json' } };
  if (path !== '/.well-known/openid-configuration') return undefined;
  return {
    status: 200,
    body: {
      issuer: ISSUER,
      jwks_uri: `https://${request.headers.host ?? 'localhost'}/openid/v1/jwks`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
    },
  };
}
