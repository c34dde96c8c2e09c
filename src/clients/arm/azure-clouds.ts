import { EvenkeelError, listInWords, nearest } from '../../base/index.ts';

export interface AzureCloud {
  readonly name: string;
  /** Where tokens come from. */
  readonly authorityHost: string;
  /** Azure Resource Manager. */
  readonly endpoint: string;
}

/** The clouds by the names of the Azure SDKs. Source: reference/chaostoolkit-compat.md, c.1 (the German cloud is kept for its files' sake). */
const CLOUDS: readonly (AzureCloud & { readonly also: string })[] = [
  {
    name: 'AZURE_PUBLIC_CLOUD',
    also: 'AzureCloud',
    authorityHost: 'https://login.microsoftonline.com',
    endpoint: 'https://management.azure.com',
  },
  {
    name: 'AZURE_US_GOV_CLOUD',
    also: 'AzureUSGovernment',
    authorityHost: 'https://login.microsoftonline.us',
    endpoint: 'https://management.usgovcloudapi.net',
  },
  {
    name: 'AZURE_CHINA_CLOUD',
    also: 'AzureChinaCloud',
    authorityHost: 'https://login.chinacloudapi.cn',
    endpoint: 'https://management.chinacloudapi.cn',
  },
  {
    name: 'AZURE_GERMAN_CLOUD',
    also: 'AzureGermanCloud',
    authorityHost: 'https://login.microsoftonline.de',
    endpoint: 'https://management.microsoftazure.de',
  },
];

/** Finds a cloud by its name, any case. Errors: `INVALID_INPUT`. */
export function azureCloudOf(name: string): AzureCloud {
  const wanted = name.toLowerCase();
  const found = CLOUDS.find((cloud) => cloud.name.toLowerCase() === wanted || cloud.also.toLowerCase() === wanted);
  if (found !== undefined) return found;
  const names = CLOUDS.map((cloud) => cloud.name);
  const near = nearest(name, names);
  throw new EvenkeelError('INVALID_INPUT', `'${name}' is not an Azure cloud`, {
    blame: 'input',
    hint: near === undefined ? `Write ${listInWords(names, 'or')}.` : `Did you mean ${near}?`,
  });
}

/** True for a sign-in host that Microsoft's instance discovery knows; for others discovery must be off. */
export function isKnownAuthority(authorityHost: string): boolean {
  return CLOUDS.some((cloud) => new URL(cloud.authorityHost).host === new URL(authorityHost).host);
}
