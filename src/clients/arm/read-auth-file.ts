import { EvenkeelError, listInWords, messageOf } from '../../base/index.ts';
import { jsonFaultAt } from './json-position.ts';

/** What `az ad sp create-for-rbac --sdk-auth` writes, as far as it is used. */
export interface AzureAuthFile {
  readonly subscriptionId: string | undefined;
  /** Absent when the file names a subscription only, as the Chaos Toolkit allows. */
  readonly servicePrincipal: { readonly clientId: string; readonly clientSecret: string; readonly tenantId: string } | undefined;
  readonly resourceManagerEndpointUrl: string | undefined;
  readonly activeDirectoryEndpointUrl: string | undefined;
}

export type ReadFile = (path: string) => Promise<Uint8Array>;

/**
 * Reads the credentials file that `AZURE_AUTH_LOCATION` names. A byte order mark, also of UTF-16 as PowerShell writes it, is tolerated.
 *
 * Errors: `INVALID_INPUT` with file, line and column, or with the keys that are missing. No value of the file appears in them.
 */
export async function readAuthFile(path: string, readFile: ReadFile): Promise<AzureAuthFile> {
  const fields = fieldsOf(path, decode(await bytesOf(path, readFile)));
  const text = (key: string): string | undefined => {
    const value = fields[key];
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value !== 'string') throw invalid(path, `key '${key}' must be a text`);
    return value;
  };
  return {
    subscriptionId: text('subscriptionId'),
    servicePrincipal: servicePrincipalOf(path, text),
    resourceManagerEndpointUrl: urlOf(path, 'resourceManagerEndpointUrl', text),
    activeDirectoryEndpointUrl: urlOf(path, 'activeDirectoryEndpointUrl', text),
  };
}

function servicePrincipalOf(path: string, text: (key: string) => string | undefined): AzureAuthFile['servicePrincipal'] {
  const [clientId, clientSecret, tenantId] = [text('clientId'), text('clientSecret'), text('tenantId')];
  if (clientId !== undefined && clientSecret !== undefined && tenantId !== undefined) return { clientId, clientSecret, tenantId };
  const values = { clientId, clientSecret, tenantId };
  const missing = Object.entries(values).flatMap(([key, value]) => (value === undefined ? [`'${key}'`] : []));
  if (missing.length === 3) return undefined;
  throw invalid(path, `${missing.length === 1 ? 'key' : 'keys'} ${listInWords(missing)} ${missing.length === 1 ? 'is' : 'are'} missing`);
}

function urlOf(path: string, key: string, text: (key: string) => string | undefined): string | undefined {
  const value = text(key);
  if (value === undefined) return undefined;
  if (!URL.canParse(value) || new URL(value).protocol !== 'https:') throw invalid(path, `key '${key}' must be an https address`);
  return value.replace(/\/+$/, '');
}

async function bytesOf(path: string, readFile: ReadFile): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new EvenkeelError('INVALID_INPUT', `the Azure credentials file ${path} can not be read: ${messageOf(cause)}`, {
      blame: 'input',
      hint: 'Set AZURE_AUTH_LOCATION to the file that az ad sp create-for-rbac --sdk-auth wrote, or unset it to use another way to sign in.',
      cause,
    });
  }
}

function decode(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding = first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

function fieldsOf(path: string, text: string): Readonly<Record<string, unknown>> {
  const fault = jsonFaultAt(text);
  if (fault !== undefined) throw invalid(`${path}:${fault.line}:${fault.column}`, 'not valid JSON');
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(path, 'not an object');
  return Object.fromEntries(Object.entries(value));
}

function invalid(where: string, what: string): EvenkeelError {
  return new EvenkeelError('INVALID_INPUT', `the Azure credentials file is not usable: ${where}: ${what}`, {
    blame: 'input',
    hint: 'Write it anew with: az ad sp create-for-rbac --sdk-auth',
  });
}
