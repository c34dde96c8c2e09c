import { describe, expect, it } from 'vitest';
import { type AzureLoginSources, resolveAzureLogin } from './resolve-azure-login.ts';

const full = {
  clientId: 'file-client',
  clientSecret: 'file-secret',
  subscriptionId: 'file-subscription',
  tenantId: 'file-tenant',
  activeDirectoryEndpointUrl: 'https://127.0.0.1:7443/',
  resourceManagerEndpointUrl: 'https://127.0.0.1:7443/',
};
const secrets = { client_id: 'their-client', client_secret: 'their-secret', tenant_id: 'their-tenant' };

const resolve = (change: Partial<AzureLoginSources>, files: Readonly<Record<string, Uint8Array | string>> = {}) =>
  resolveAzureLogin({
    env: {},
    configuration: { azure_subscription_id: 'configured' },
    secrets: {},
    readFile: (path) => {
      const content = files[path];
      if (content === undefined) return Promise.reject(new Error(`ENOENT: no such file or directory, open '${path}'`));
      return Promise.resolve(typeof content === 'string' ? new TextEncoder().encode(content) : content);
    },
    ...change,
  });
const AUTH = { AZURE_AUTH_LOCATION: 'auth.json' };

describe('signing in to Azure', () => {
  it('takes the credentials file with its endpoints before the secrets', async () => {
    const login = await resolve({ env: AUTH, secrets, configuration: {} }, { 'auth.json': JSON.stringify(full) });
    expect(login).toMatchObject({
      subscriptionId: 'file-subscription',
      endpoint: 'https://127.0.0.1:7443',
      authorityHost: 'https://127.0.0.1:7443',
      description: 'service principal file-client of auth.json',
    });
    expect(JSON.stringify(login.description)).not.toContain('secret');
  });

  it('reads the file with any byte order mark', async () => {
    const text = JSON.stringify(full);
    const utf16 = new Uint8Array(Buffer.from(`\uFEFF${text}`, 'utf16le'));
    for (const content of [`\uFEFF${text}`, utf16]) {
      expect((await resolve({ env: AUTH, configuration: {} }, { 'auth.json': content })).subscriptionId).toBe('file-subscription');
    }
  });

  it("uses the experiment's secrets when the file only names a subscription, as the Chaos Toolkit reads it", async () => {
    const login = await resolve({ env: AUTH, secrets, configuration: {} }, { 'auth.json': '{"subscriptionId": "only"}' });
    expect(login).toMatchObject({ subscriptionId: 'only', endpoint: 'https://management.azure.com' });
    expect(login.description).toContain('their-client');
  });

  it('fills up secrets from the environment', async () => {
    const env = { AZURE_CLIENT_ID: 'env-client', AZURE_TENANT_ID: 'env-tenant' };
    expect((await resolve({ env, secrets: { client_secret: 'x' } })).description).toContain('env-client');
  });

  it('falls back to the default credential', async () => {
    expect((await resolve({})).description).toContain('default Azure credential');
  });

  it.each([
    ['AZURE_PUBLIC_CLOUD', 'https://management.azure.com', 'https://login.microsoftonline.com'],
    ['AZURE_US_GOV_CLOUD', 'https://management.usgovcloudapi.net', 'https://login.microsoftonline.us'],
    ['AzureChinaCloud', 'https://management.chinacloudapi.cn', 'https://login.chinacloudapi.cn'],
  ])('knows the cloud %s', async (azure_cloud, endpoint, authorityHost) => {
    expect(await resolve({ secrets: { ...secrets, azure_cloud } })).toMatchObject({ endpoint, authorityHost });
    expect(await resolve({ env: { AZURE_CLOUD: azure_cloud } })).toMatchObject({ endpoint, authorityHost });
  });

  it('honours an authority of its own, which a named cloud overrides', async () => {
    const env = { AZURE_AUTHORITY_HOST: 'login.example.org/' };
    expect((await resolve({ env, secrets })).authorityHost).toBe('https://login.example.org');
    expect((await resolve({ env, secrets: { ...secrets, azure_cloud: 'AZURE_US_GOV_CLOUD' } })).authorityHost).toBe(
      'https://login.microsoftonline.us',
    );
  });

  it.each([
    [{ azure_subscription_id: 'a', azure: { subscription_id: 'c' } }, { AZURE_SUBSCRIPTION_ID: 'b' }, 'a'],
    [{ azure: { subscription_id: 'c' } }, { AZURE_SUBSCRIPTION_ID: 'b' }, 'b'],
    [{ azure: { subscription_id: 'c' } }, {}, 'c'],
    [{}, {}, 'file-subscription'],
  ])('finds the subscription in %j and %j', async (configuration, env, wanted) => {
    const login = await resolve({ configuration, env: { ...AUTH, ...env } }, { 'auth.json': JSON.stringify(full) });
    expect(login.subscriptionId).toBe(wanted);
  });

  it.each<[string, Partial<AzureLoginSources>, Record<string, string>, RegExp]>([
    ['no subscription', { configuration: {} }, {}, /no Azure subscription/],
    ['an unknown cloud', { secrets: { azure_cloud: 'AZURE_CHINA_CLOUDS' } }, {}, /not an Azure cloud/],
    ['half a secret', { secrets: { client_secret: 'x' } }, {}, /'client_id' and 'tenant_id' is missing/],
    ['a file that is not there', { env: AUTH }, {}, /auth\.json can not be read/],
    ['a file that is no JSON', { env: AUTH }, { 'auth.json': '{\n  "clientSecret": hush\n}' }, /auth\.json:2:19: not valid JSON/],
    ['a file that is no object', { env: AUTH }, { 'auth.json': '["x"]' }, /not an object/],
    ['a key that is missing', { env: AUTH }, { 'auth.json': JSON.stringify({ ...full, tenantId: '' }) }, /key 'tenantId' is missing/],
    ['two keys that are missing', { env: AUTH }, { 'auth.json': '{"clientId": "x"}' }, /keys 'clientSecret' and 'tenantId' are missing/],
    [
      'an address that is none',
      { env: AUTH },
      { 'auth.json': JSON.stringify({ ...full, resourceManagerEndpointUrl: 'http://x' }) },
      /must be an https address/,
    ],
    ['a certificate file that is not there', { env: { EVENKEEL_CA_FILE: 'ca.pem' } }, {}, /certificate file ca\.pem \(EVENKEEL_CA_FILE\)/],
  ])('refuses %s', async (_, change, files, wanted) => {
    const thrown = await resolve(change, files).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringMatching(wanted) });
    expect(String(thrown)).not.toContain('hush');
  });

  it('trusts further authorities besides the usual ones', async () => {
    const { ca } = await resolve({ env: { EVENKEEL_CA_FILE: 'ca.pem', NODE_EXTRA_CA_CERTS: 'missing.pem' } }, { 'ca.pem': 'PEM' });
    expect(ca?.at(-1)).toBe('PEM');
    expect(ca?.length).toBeGreaterThan(50);
    expect((await resolve({})).ca).toBeUndefined();
  });
});
