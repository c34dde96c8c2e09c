/** What `az cloud register --endpoint-resource-manager` asks for before anybody signs in. Source: Azure Stack documentation, "metadata endpoint". */
import { checkApiVersion } from './_api-versions.ts';
import type { ArmReply } from './_http.ts';

/** From this version on the answer is a list of clouds. */
const LIST_SINCE = '2019-05-01';

export function cloudMetadata(url: URL, tenantId: string): ArmReply {
  const version = checkApiVersion(undefined, url.searchParams.get('api-version'));
  const { origin } = url;
  const authentication = { loginEndpoint: origin, audiences: [origin], tenant: tenantId, identityProvider: 'AAD' };
  const endpoints = { galleryEndpoint: origin, graphEndpoint: origin, portalEndpoint: origin };
  if (version < LIST_SINCE) return { status: 200, body: { ...endpoints, authentication } };
  const cloud = {
    name: 'evenkeel-lab',
    resourceManager: origin,
    portal: origin,
    graph: origin,
    gallery: origin,
    authentication,
    suffixes: {},
    batch: origin,
    media: origin,
  };
  return { status: 200, body: version >= '2022-09-01' ? cloud : [cloud] };
}
