/** Which `api-version` values the lab answers to. Azure publishes too many to list here, so a provider knows a range of dates. */
import { ArmRefusal } from './_http.ts';

const NEWEST = '2026-12-31';
/** The first version of each provider. Source: Azure/azure-rest-api-specs. */
const FIRST: Readonly<Record<string, string>> = {
  'microsoft.compute': '2015-06-15',
  'microsoft.containerservice': '2017-08-31',
  'microsoft.resourcegraph': '2018-09-01',
};
const FIRST_OF_ARM = '2014-04-01';

/** Refuses a request without a version, or with one that the provider can not have, in ARM's words. */
export function checkApiVersion(provider: string | undefined, version: string | null): string {
  if (version === null || version === '') {
    throw new ArmRefusal(400, {
      code: 'MissingApiVersionParameter',
      message: 'The api-version query parameter (?api-version=) is required for all requests.',
    });
  }
  const day = /^(\d{4}-\d\d-\d\d)(-preview(\.\d+)?)?$/.exec(version)?.[1];
  const first = FIRST[provider?.toLowerCase() ?? ''] ?? FIRST_OF_ARM;
  if (day !== undefined && day >= first && day <= NEWEST) return version;
  if (provider === undefined) {
    throw new ArmRefusal(400, {
      code: 'InvalidApiVersionParameter',
      message: `The api-version '${version}' is invalid. The supported versions are those from '${first}' to '${NEWEST}'.`,
    });
  }
  throw new ArmRefusal(400, {
    code: 'NoRegisteredProviderFound',
    message: `No registered resource provider found for API version '${version}' and namespace '${provider}'. The supported api-versions are those from '${first}' to '${NEWEST}'.`,
  });
}
