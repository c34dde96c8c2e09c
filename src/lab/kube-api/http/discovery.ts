/** What the server has to offer: legacy and aggregated discovery, version, health. */
import { createHash } from 'node:crypto';
import { compareVersions, customResourcesIn } from '../custom-resources/custom-versions.ts';
import type { Json } from '../json.ts';
import { METRICS_GROUP, metricsIn } from '../metrics/serve-metrics.ts';
import type { Store } from '../store.ts';
import { METRICS_RESOURCES } from './metrics.ts';
import { REVIEWS } from './reviews.ts';
import { SERVED, subresourcesOf, VERBS } from './served-resources.ts';
import { PAGE_NOT_FOUND } from './page-not-found.ts';
import type { Answer, Call } from './types.ts';
import { HEALTH_PATHS } from './health.ts';

interface Entry {
  readonly group: string;
  readonly version: string;
  readonly name: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: ReturnType<typeof subresourcesOf>;
  readonly storageVersionHash?: string;
  /** Aggregated discovery names the group of what a definition made, and of nothing else. */
  readonly isCustom?: boolean;
}

/** Source: apiserver discovery StorageVersionHash. */
function hashOf(group: string, version: string, kind: string): string {
  return createHash('sha256').update(`${group}/${version}/${kind}`).digest().subarray(0, 8).toString('base64');
}

const stored: readonly Entry[] = SERVED.map(({ resource }) => ({
  group: resource.group,
  version: resource.version,
  name: resource.plural,
  singular: resource.singular,
  kind: resource.kind,
  namespaced: resource.namespaced,
  verbs: resource.kind === 'Namespace' ? VERBS.filter((verb) => verb !== 'deletecollection') : VERBS,
  shortNames: resource.shortNames,
  categories: resource.categories ?? [],
  subresources: subresourcesOf(resource),
  // Events are stored in the core group, whatever group they are read from.
  storageVersionHash: hashOf(
    resource.kind === 'Event' ? '' : resource.group,
    resource.kind === 'HorizontalPodAutoscaler' ? 'v2' : resource.version,
    resource.kind,
  ),
}));

const askedOnly = (group: string, name: string, kind: string, namespaced = false): Entry => ({
  group,
  version: 'v1',
  name,
  singular: kind.toLowerCase(),
  kind,
  namespaced,
  verbs: ['create'],
  shortNames: [],
  categories: [],
  subresources: [],
});

const asked: readonly Entry[] = REVIEWS.map(({ group, plural, kind, namespaced }) => askedOnly(group, plural, kind, namespaced));

/** Resources that hold no objects. */
const UNSTORED: readonly Entry[] = [
  askedOnly('', 'bindings', 'Binding', true),
  { ...askedOnly('', 'componentstatuses', 'ComponentStatus'), verbs: ['get', 'list'], shortNames: ['cs'] },
];

/** Of the metrics server; there only when one is. */
const measured: readonly Entry[] = METRICS_RESOURCES.map(({ group, version, plural, singular, kind, namespaced }) => ({
  ...askedOnly(group, plural, kind, namespaced),
  version,
  singular,
  verbs: ['get', 'list'],
}));

const ENTRIES: readonly Entry[] = [...stored, ...asked, ...UNSTORED, ...measured].sort((a, b) => (a.name < b.name ? -1 : 1));
/** What definitions made. Source: apiextensions-apiserver pkg/apiserver/customresource_discovery_controller.go, 1.36. */
const CUSTOM_VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const TERMINATING_VERBS = ['delete', 'deletecollection', 'get', 'list', 'watch'];

const customEntries = (store: Store): readonly Entry[] =>
  customResourcesIn(store).map((resource) => ({
    group: resource.group,
    version: resource.version,
    name: resource.plural,
    singular: resource.singular,
    kind: resource.custom.kind,
    namespaced: resource.namespaced,
    verbs: resource.custom.isTerminating ? TERMINATING_VERBS : CUSTOM_VERBS,
    shortNames: resource.shortNames,
    categories: resource.categories ?? [],
    subresources: subresourcesOf(resource),
    storageVersionHash: hashOf(resource.group, resource.custom.storageVersion, resource.custom.kind),
    isCustom: true,
  }));

/** Everything that is served now. */
function entriesIn(store: Store): readonly Entry[] {
  const custom = customEntries(store);
  return custom.length === 0 ? ENTRIES : [...ENTRIES, ...custom].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The order in which the real server lists its groups. */
const GROUP_ORDER = [
  'apiregistration.k8s.io',
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'discovery.k8s.io',
  'resource.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  METRICS_GROUP,
];
const GROUPS = GROUP_ORDER.filter((group) => ENTRIES.some((entry) => entry.group === group));
/** The API server's own groups. */
const OWN_GROUPS = GROUPS.filter((group) => group !== METRICS_GROUP);

/** Groups of definitions come after the server's own, by name, and before those of other servers. */
function groupsIn(store: Store): readonly string[] {
  const custom = new Set(customEntries(store).map(({ group }) => group));
  const own = custom.size === 0 ? OWN_GROUPS : [...OWN_GROUPS, ...[...custom].filter((group) => !OWN_GROUPS.includes(group)).sort()];
  return metricsIn(store) === undefined ? own : [...own, METRICS_GROUP];
}

const versionsOf = (group: string, entries: readonly Entry[]): string[] =>
  [...new Set(entries.filter((entry) => entry.group === group).map(({ version }) => version))].sort(compareVersions);

function resourceList(group: string, version: string, all: readonly Entry[]): Json | undefined {
  const entries = all.filter((entry) => entry.group === group && entry.version === version);
  if (entries.length === 0) return undefined;
  const resources = entries.flatMap(
    ({ name, singular, kind, namespaced, verbs, shortNames, categories, subresources, storageVersionHash }) => [
      {
        name,
        singularName: singular,
        namespaced,
        kind,
        verbs,
        ...(shortNames.length > 0 ? { shortNames } : {}),
        ...(categories.length > 0 ? { categories } : {}),
        ...(storageVersionHash === undefined ? {} : { storageVersionHash }),
      },
      ...subresources.map((item) => ({
        name: `${name}/${item.name}`,
        singularName: '',
        namespaced,
        ...item.groupVersion,
        kind: item.kind,
        verbs: item.verbs,
      })),
    ],
  );
  // The list of the core group, unlike the others, is written without its version.
  const versioned = group === '' ? {} : { apiVersion: 'v1' };
  return { kind: 'APIResourceList', ...versioned, groupVersion: group === '' ? version : `${group}/${version}`, resources };
}

function groupObject(group: string, entries: readonly Entry[]): Json {
  const versions = versionsOf(group, entries).map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions, preferredVersion: versions[0] };
}

function aggregated(groups: readonly string[], entries: readonly Entry[]): Json {
  const items = groups.map((group) => ({
    metadata: group === '' ? {} : { name: group },
    versions: versionsOf(group, entries).map((version) => ({
      version,
      resources: entries.filter((entry) => entry.group === group && entry.version === version).map(aggregatedEntry),
      freshness: 'Current',
    })),
  }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
}

function aggregatedEntry(entry: Entry): Json {
  const { name, singular, kind, namespaced, verbs, shortNames, categories, subresources } = entry;
  const own = entry.isCustom === true ? { group: entry.group, version: entry.version } : { group: '', version: '' };
  return {
    resource: name,
    responseKind: { ...own, kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    ...(subresources.length > 0
      ? {
          subresources: subresources.map((item) => ({
            subresource: item.name,
            responseKind: { ...(item.groupVersion ?? own), kind: item.kind },
            verbs: item.verbs,
          })),
        }
      : {}),
  };
}

const VERSION = {
  major: '1',
  minor: '36',
  emulationMajor: '1',
  emulationMinor: '36',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '35',
  gitVersion: 'v1.36.2',
  gitCommit: 'evenkeel-lab',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'gc',
  platform: 'linux/amd64',
};

const AGGREGATED_TYPE = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** Answers what is no resource; undefined when the path is none of these. */
export function discover({ path, request, store }: Call): Answer | undefined {
  const clean = path.length > 1 ? path.replace(/\/$/, '') : path;
  if (clean === '/version') return { status: 200, body: VERSION };
  const wantsAggregated = /g=apidiscovery\.k8s\.io;v=v2;as=APIGroupDiscoveryList/.test(request.headers.accept ?? '');
  const headers = { 'content-type': AGGREGATED_TYPE, 'cache-control': 'public' };
  if (clean === '/api') {
    if (wantsAggregated) return { status: 200, body: aggregated([''], ENTRIES), headers };
    const address = { clientCIDR: '0.0.0.0/0', serverAddress: request.headers.host ?? '' };
    return { status: 200, body: { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [address] } };
  }
  const groups = groupsIn(store);
  const entries = entriesIn(store);
  if (clean === '/apis') {
    if (wantsAggregated) return { status: 200, body: aggregated(groups, entries), headers };
    return { status: 200, body: { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map((group) => groupObject(group, entries)) } };
  }
  if (clean === '/') return { status: 200, body: { paths: rootPaths(groups, entries) } };
  return discoverGroup(clean, groups, entries);
}

/** What the server tells of itself. */
const OWN_PATHS: readonly string[] = ['/flagz', '/metrics', '/metrics/slis', '/statusz'];

const rootPaths = (groups: readonly string[], entries: readonly Entry[]): string[] =>
  [
    '/.well-known/openid-configuration',
    '/api',
    '/api/v1',
    '/apis',
    '/apis/',
    ...groups.flatMap((group) => [`/apis/${group}`, ...versionsOf(group, entries).map((version) => `/apis/${group}/${version}`)]),
    ...HEALTH_PATHS,
    '/openapi/v2',
    '/openapi/v3',
    '/openapi/v3/',
    '/openid/v1/jwks',
    ...OWN_PATHS,
    '/version',
  ].sort();

/** The group versions of the API server itself, `v1` for the core group. */
export const groupVersions = (): string[] => [
  'v1',
  ...OWN_GROUPS.flatMap((group) => versionsOf(group, ENTRIES).map((version) => `${group}/${version}`)),
];

function discoverGroup(path: string, groups: readonly string[], entries: readonly Entry[]): Answer | undefined {
  const parts = path.split('/').filter((part) => part !== '');
  const [root, group = '', version = ''] = parts;
  if (root === 'api' && parts.length === 2) return listOr404('', group, entries);
  if (root !== 'apis' || parts.length > 3) return undefined;
  if (!groups.includes(group)) return PAGE_NOT_FOUND;
  return parts.length === 2
    ? { status: 200, body: { kind: 'APIGroup', apiVersion: 'v1', ...groupObject(group, entries) } }
    : listOr404(group, version, entries);
}

function listOr404(group: string, version: string, entries: readonly Entry[]): Answer {
  const body = resourceList(group, version, entries);
  return body === undefined ? PAGE_NOT_FOUND : { status: 200, body };
}

/** Is there any such group version? Paths below one that is not are answered as plain pages. */
export const knowsGroupVersion = (path: string, store: Store): boolean => {
  const parts = path.split('/').filter((part) => part !== '');
  const groups = ['', ...groupsIn(store)];
  return entriesIn(store).some(({ group, version }) =>
    !groups.includes(group)
      ? false
      : group === ''
        ? parts[0] === 'api' && parts[1] === version
        : parts[0] === 'apis' && parts[1] === group && parts[2] === version,
  );
};
