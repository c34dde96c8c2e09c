/** The lab's Entra: OpenID configuration and tokens for the one service principal. Source: Microsoft identity platform, "client credentials flow". */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../base/index.ts';
import { type ArmReply, sameName } from './_http.ts';
import type { LabAzureLayout } from './types.ts';

export interface Entra {
  /** Answers a request to the authority; undefined when the path is none of its own. */
  answer(request: EntraRequest): ArmReply | undefined;
  /** What is wrong with an `Authorization` header; undefined when it is good. */
  problemWith(authorization: string | undefined): string | undefined;
}

export interface EntraRequest {
  readonly method: string;
  readonly path: string;
  readonly origin: string;
  readonly form: URLSearchParams;
}

/** Tokens last an hour less a second of the caller's time, which is the wall's: sign-in libraries count in it. */
const LIFETIME_SECONDS = 3599;

export function createEntra({ clock, layout, newId }: { clock: Clock; layout: LabAzureLayout; newId: () => string }): Entra {
  const tokens = new Map<string, number>();
  const stamp = (): string => new Date(clock.now()).toISOString().slice(0, 19).replace('T', ' ');
  const refuse = (status: number, error: string, code: number, text: string): ArmReply => {
    const [trace, correlation] = [newId(), newId()];
    const body = {
      error,
      error_description: `AADSTS${code}: ${text} Trace ID: ${trace} Correlation ID: ${correlation} Timestamp: ${stamp()}Z`,
      error_codes: [code],
      timestamp: `${stamp()}Z`,
      trace_id: trace,
      correlation_id: correlation,
      error_uri: `https://login.microsoftonline.com/error?code=${code}`,
    };
    return { status, body };
  };
  const issue = (): ArmReply => {
    const token = randomBytes(48).toString('base64url');
    tokens.set(token, clock.now() + LIFETIME_SECONDS * 1000 * clock.speed);
    const seconds = LIFETIME_SECONDS;
    return {
      status: 200,
      body: { token_type: 'Bearer', expires_in: seconds, ext_expires_in: seconds, access_token: token },
      headers: NO_STORE,
    };
  };
  const token = (form: URLSearchParams): ArmReply => {
    if (form.get('grant_type') !== 'client_credentials') {
      return refuse(400, 'unsupported_grant_type', 70003, `The app requested an unsupported grant type '${form.get('grant_type') ?? ''}'.`);
    }
    const client = form.get('client_id') ?? '';
    if (!sameName(client, layout.clientId)) {
      const text = `Application with identifier '${client}' was not found in the directory 'evenkeel lab'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`;
      return refuse(400, 'unauthorized_client', 700016, text);
    }
    if (!sameSecret(form.get('client_secret') ?? '', layout.clientSecret)) {
      const text = `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${client}'.`;
      return refuse(401, 'invalid_client', 7000215, text);
    }
    if (!(form.get('scope') ?? '').endsWith('/.default')) {
      return refuse(400, 'invalid_scope', 70011, "The provided request must include a 'scope' input parameter that ends with '/.default'.");
    }
    return issue();
  };

  return {
    answer: ({ method, path, origin, form }) => {
      const match = /^\/([^/]+)(\/v2\.0\/\.well-known\/openid-configuration|\/oauth2\/v2\.0\/token)$/.exec(path);
      if (match === null) return undefined;
      const [, tenant = '', tail = ''] = match;
      if (!sameName(tenant, layout.tenantId)) {
        return refuse(400, 'invalid_request', 90002, `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID.`);
      }
      if (tail.endsWith('openid-configuration')) return { status: 200, body: openIdConfiguration(origin, layout.tenantId) };
      return method === 'POST' ? token(form) : refuse(405, 'invalid_request', 900561, 'The endpoint only accepts POST requests.');
    },
    problemWith: (authorization) => {
      const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
      if (token === undefined) return "Authentication failed. The 'Authorization' header is missing.";
      const expiresMs = tokens.get(token);
      if (expiresMs === undefined) return 'The access token is invalid.';
      return clock.now() > expiresMs ? 'The access token expiry has passed: get a new one.' : undefined;
    },
  };
}

const NO_STORE = { 'cache-control': 'no-store, no-cache', pragma: 'no-cache' };

function openIdConfiguration(origin: string, tenant: string): Record<string, unknown> {
  return {
    token_endpoint: `${origin}/${tenant}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ['client_secret_post'],
    jwks_uri: `${origin}/${tenant}/discovery/v2.0/keys`,
    response_types_supported: ['token'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid'],
    issuer: `${origin}/${tenant}/v2.0`,
    authorization_endpoint: `${origin}/${tenant}/oauth2/v2.0/authorize`,
    end_session_endpoint: `${origin}/${tenant}/oauth2/v2.0/logout`,
    device_authorization_endpoint: `${origin}/${tenant}/oauth2/v2.0/devicecode`,
    tenant_region_scope: null,
    cloud_instance_name: 'evenkeel lab',
  };
}

function sameSecret(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
