import { readFile as readFileOfDisk } from 'node:fs/promises';
import type { TokenCredential } from '@azure/identity';
import { EvenkeelError, listInWords } from '../../base/index.ts';
import { azureCloudOf, isKnownAuthority } from './azure-clouds.ts';
import { type AzureAuthFile, type ReadFile, readAuthFile } from './read-auth-file.ts';
import { explainSignIn } from './sign-in-errors.ts';
import { trustedAuthorities } from './trusted-authorities.ts';

export interface AzureLoginSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, unknown>>;
  /** For tests; else the disk. */
  readonly readFile?: ReadFile;
}

export interface AzureLogin {
  readonly credential: TokenCredential;
  readonly subscriptionId: string;
  /** `https://management.azure.com`, without a slash at its end. */
  readonly endpoint: string;
  readonly authorityHost: string;
  /** PEM texts of all authorities to trust, when the environment adds some. */
  readonly ca: readonly string[] | undefined;
  /** How it signs in, for people; no secret. */
  readonly description: string;
}

/**
 * Finds how to sign in to Azure: the file at `AZURE_AUTH_LOCATION` (its endpoints included), else the experiment's secrets
 * (`client_id`, `client_secret`, `tenant_id`, `azure_cloud`, each also from `AZURE_…` variables), else what the Azure SDK's
 * DefaultAzureCredential finds: environment, workload identity, managed identity, `az login`. Nothing is contacted yet.
 *
 * Subscription: `azure_subscription_id` of the configuration, `AZURE_SUBSCRIPTION_ID`, `azure.subscription_id` of the configuration, the file.
 * Errors: `INVALID_INPUT`. Source: reference/chaostoolkit-compat.md, c.1.
 */
export async function resolveAzureLogin(sources: AzureLoginSources): Promise<AzureLogin> {
  const { env, secrets } = sources;
  const readFile = sources.readFile ?? readFileOfDisk;
  const path = env['AZURE_AUTH_LOCATION'];
  const file = path === undefined || path === '' ? undefined : await readAuthFile(path, readFile);
  const named = textOf(secrets['azure_cloud']) ?? textOf(env['AZURE_CLOUD']);
  const cloud = azureCloudOf(named ?? 'AZURE_PUBLIC_CLOUD');
  const ownAuthority = named === undefined ? authorityOf(env['AZURE_AUTHORITY_HOST']) : undefined;
  const authorityHost = file?.activeDirectoryEndpointUrl ?? ownAuthority ?? cloud.authorityHost;
  const ca = await trustedAuthorities(env, readFile);
  const sign = await credentialOf({ sources, file, path, authorityHost, ca });
  return {
    credential: sign.credential,
    subscriptionId: subscriptionOf(sources, file),
    endpoint: file?.resourceManagerEndpointUrl ?? cloud.endpoint,
    authorityHost,
    ca,
    description: sign.description,
  };
}

interface CredentialSources {
  readonly sources: AzureLoginSources;
  readonly file: AzureAuthFile | undefined;
  readonly path: string | undefined;
  readonly authorityHost: string;
  readonly ca: readonly string[] | undefined;
}

async function credentialOf({
  sources,
  file,
  path,
  authorityHost,
  ca,
}: CredentialSources): Promise<{ credential: TokenCredential; description: string }> {
  const { env, secrets } = sources;
  const options = {
    authorityHost,
    disableInstanceDiscovery: !isKnownAuthority(authorityHost),
    ...(ca && { tlsOptions: { ca: [...ca] } }),
  };
  const principal = file?.servicePrincipal ?? principalOf(secrets, env);
  if (principal !== undefined) {
    const { clientId, clientSecret, tenantId } = principal;
    const where = file?.servicePrincipal === undefined ? "the experiment's secrets or the environment" : String(path);
    const { ClientSecretCredential } = await import('@azure/identity');
    const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, options);
    return {
      credential: explainSignIn(credential, { authorityHost, ca, secrets: [clientSecret] }),
      description: `service principal ${clientId} of ${where}`,
    };
  }
  const token = textOf(secrets['access_token']) ?? textOf(env['AZURE_ACCESS_TOKEN']);
  if (token !== undefined) {
    // Its end is not known; the service refuses it when it is over.
    const credential: TokenCredential = { getToken: () => Promise.resolve({ token, expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) };
    return { credential, description: 'a given access token' };
  }
  const { DefaultAzureCredential } = await import('@azure/identity');
  const clientId = textOf(secrets['client_id']) ?? textOf(env['AZURE_CLIENT_ID']);
  const tenantId = textOf(secrets['tenant_id']) ?? textOf(env['AZURE_TENANT_ID']);
  const credential = new DefaultAzureCredential({
    ...options,
    ...(tenantId !== undefined && { tenantId }),
    ...(clientId !== undefined && { managedIdentityClientId: clientId }),
  });
  const description = 'the default Azure credential (environment, workload identity, managed identity, az login)';
  return { credential: explainSignIn(credential, { authorityHost, ca, secrets: [] }), description };
}

type Principal = NonNullable<AzureAuthFile['servicePrincipal']>;

function principalOf(secrets: AzureLoginSources['secrets'], env: AzureLoginSources['env']): Principal | undefined {
  const clientId = textOf(secrets['client_id']) ?? textOf(env['AZURE_CLIENT_ID']);
  const clientSecret = textOf(secrets['client_secret']) ?? textOf(env['AZURE_CLIENT_SECRET']);
  const tenantId = textOf(secrets['tenant_id']) ?? textOf(env['AZURE_TENANT_ID']);
  if (clientId !== undefined && clientSecret !== undefined && tenantId !== undefined) return { clientId, clientSecret, tenantId };
  if (textOf(secrets['client_secret']) === undefined) return undefined;
  const missing = [...(clientId === undefined ? ["'client_id'"] : []), ...(tenantId === undefined ? ["'tenant_id'"] : [])];
  throw new EvenkeelError('INVALID_INPUT', `the experiment's Azure secrets name a client_secret, but ${listInWords(missing)} is missing`, {
    blame: 'input',
    hint: 'Add it to the secrets, or set AZURE_CLIENT_ID and AZURE_TENANT_ID.',
  });
}

function subscriptionOf({ configuration, env }: AzureLoginSources, file: AzureAuthFile | undefined): string {
  const legacy = configuration['azure'];
  const inner = typeof legacy === 'object' && legacy !== null && 'subscription_id' in legacy ? legacy.subscription_id : undefined;
  const found =
    textOf(configuration['azure_subscription_id']) ?? textOf(env['AZURE_SUBSCRIPTION_ID']) ?? textOf(inner) ?? file?.subscriptionId;
  if (found !== undefined) return found;
  throw new EvenkeelError('INVALID_INPUT', 'no Azure subscription is named', {
    blame: 'input',
    hint: "Set AZURE_SUBSCRIPTION_ID, or azure_subscription_id in the experiment's configuration.",
  });
}

function authorityOf(host: string | undefined): string | undefined {
  const text = textOf(host);
  if (text === undefined) return undefined;
  return (text.includes('://') ? text : `https://${text}`).replace(/\/+$/, '');
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
