/** Which Ingress path answers a request: nginx's locations, as ingress-nginx writes them. */
import type { Ingress, IngressClass } from '../../kubernetes/index.ts';

type IngressBackend = NonNullable<NonNullable<Ingress['spec']>['defaultBackend']>;

export interface IngressRoute {
  readonly namespace: string;
  readonly ingress: string;
  readonly backend: IngressBackend;
  readonly annotations: Readonly<Record<string, string>>;
  /** The path to ask the backend for, rewritten when the Ingress says so. */
  readonly path: string;
  /** The path of the rule, as it is written there. */
  readonly location: string;
  /** The server's name: a rule's host, `*.` included, or empty for the one that answers all others. */
  readonly server: string;
  /** A TLS section names this host. */
  readonly hasTls: boolean;
}

interface Location {
  readonly host: string;
  readonly path: string;
  readonly pathType: string;
  readonly regex: boolean;
  readonly rewriteTarget: string | undefined;
  readonly ingress: Ingress;
  readonly backend: IngressBackend;
}

/** What the choice of a canary goes by. */
export interface IngressRequest {
  /** The Host header. */
  readonly host: string;
  /** Without the query. */
  readonly path: string;
  readonly header?: (name: string) => string | undefined;
  readonly cookie?: (name: string) => string | undefined;
  /** A chance below 100. */
  readonly percent?: () => number;
}

/** Annotations of ingress-nginx start with this. */
export const NGINX = 'nginx.ingress.kubernetes.io/';

const DEFAULT_CLASS = 'ingressclass.kubernetes.io/is-default-class';
const LOOPBACK = /^(?:127\.0\.0\.1|localhost|\[::1\])$/;

/**
 * The Ingresses that are served: all as long as nobody has made an IngressClass, else those of a class that exists, and those without
 * one when a class is the default.
 */
export function servedIngresses(ingresses: readonly Ingress[], classes: readonly IngressClass[]): readonly Ingress[] {
  if (classes.length === 0) return ingresses;
  const names = new Set(classes.map(({ metadata }) => metadata.name));
  const hasDefault = classes.some(({ metadata }) => metadata.annotations?.[DEFAULT_CLASS] === 'true');
  return ingresses.filter((ingress) => {
    const wanted = classOf(ingress);
    return wanted === undefined ? hasDefault : names.has(wanted);
  });
}

/** The class that an Ingress asks for, in the field or in the annotation of old. */
export const classOf = ({ metadata, spec }: Ingress): string | undefined =>
  spec?.ingressClassName ?? metadata.annotations?.['kubernetes.io/ingress.class'];

/**
 * Finds the route of a request, or undefined when no rule and no default backend takes it.
 *
 * Hosts: exact before wildcard (`*.shop.example` stands for one label) before none. Paths: longest first; one regular expression (or
 * rewrite) on a host turns all of that host's paths into case-insensitive regular expressions. A default backend answers what is left on
 * the hosts of its own Ingress; one of an Ingress without rules answers for all hosts that nobody has.
 *
 * Ours: whoever asks for loopback itself is taken to the one host that there is, and `HOST.localhost` to HOST.
 * Source: ingress-nginx documentation, "Ingress Path Matching", "Rewrite", "Canary"; internal/ingress/controller, createServers.
 */
export function findRoute(ingresses: readonly Ingress[], request: IngressRequest): IngressRoute | undefined {
  const { path } = request;
  const all = ingresses.flatMap(locationsOf);
  const locations = all.filter(({ ingress }) => !isCanary(ingress));
  const server = serverFor(new Set([...locations.map(({ host }) => host), ...ingresses.flatMap(hostsOf)]), request.host);
  const own = locations.filter((location) => location.host === server).toSorted((a, b) => b.path.length - a.path.length);
  const enforceRegex = own.some(({ regex }) => regex);
  const found = enforceRegex ? own.find((location) => patternOf(location)?.test(path)) : findPlain(own, path);
  if (found) {
    const canary = all.find((other) => isCanary(other.ingress) && other.host === found.host && other.path === found.path);
    const chosen = canary && isCanaryChosen(canary.ingress.metadata.annotations ?? {}, request) ? canary : found;
    return { ...routeTo(chosen.ingress, chosen.backend, server), path: rewrite(found, path), location: found.path };
  }
  const fallback =
    ingresses.find((ingress) => ingress.spec?.defaultBackend !== undefined && server !== '' && hostsOf(ingress).includes(server)) ??
    (server === '' ? ingresses.find(({ spec }) => spec?.defaultBackend !== undefined && (spec.rules ?? []).length === 0) : undefined) ??
    (server === '' ? ingresses.find((ingress) => ingress.spec?.defaultBackend !== undefined && hostsOf(ingress).includes('')) : undefined);
  return fallback?.spec?.defaultBackend ? { ...routeTo(fallback, fallback.spec.defaultBackend, server), path, location: '/' } : undefined;
}

function routeTo(ingress: Ingress, backend: IngressBackend, server: string): Omit<IngressRoute, 'path' | 'location'> {
  const { namespace = 'default', name, annotations = {} } = ingress.metadata;
  return { namespace, ingress: name, backend, annotations, server, hasTls: server !== '' && tlsHosts(ingress).includes(server) };
}

/** A TLS section without hosts stands for those of the rules. */
function tlsHosts(ingress: Ingress): readonly string[] {
  return (ingress.spec?.tls ?? []).flatMap(({ hosts = [] }) => (hosts.length > 0 ? hosts : hostsOf(ingress)));
}

const hostsOf = ({ spec }: Ingress): readonly string[] => (spec?.rules ?? []).map(({ host = '' }) => host);

function locationsOf(ingress: Ingress): Location[] {
  const annotations = ingress.metadata.annotations ?? {};
  const rewriteTarget = annotations[`${NGINX}rewrite-target`];
  const regex = annotations[`${NGINX}use-regex`] === 'true' || rewriteTarget !== undefined;
  return (ingress.spec?.rules ?? []).flatMap(({ host = '', http }) =>
    (http?.paths ?? []).map(({ path = '/', pathType, backend }) => ({ host, path, pathType, regex, rewriteTarget, ingress, backend })),
  );
}

function serverFor(hosts: ReadonlySet<string>, asked: string): string {
  const host = asked
    .replace(/:\d+$/, '')
    .toLowerCase()
    .replace(/(.)\.localhost$/, '$1');
  if (hosts.has(host)) return host;
  const wildcard = `*${host.slice(host.indexOf('.'))}`;
  if (host.includes('.') && hosts.has(wildcard)) return wildcard;
  const named = [...hosts].filter((name) => name !== '');
  return LOOPBACK.test(host) && !hosts.has('') && named.length === 1 ? (named[0] ?? '') : '';
}

/** Exact wins over any prefix; a `Prefix` counts whole path elements, `ImplementationSpecific` mere characters. */
function findPlain(sorted: readonly Location[], path: string): Location | undefined {
  return (
    sorted.find((location) => location.pathType === 'Exact' && location.path === path) ??
    sorted.find((location) => location.pathType !== 'Exact' && isUnder(location, path))
  );
}

function isUnder({ path, pathType }: Location, asked: string): boolean {
  if (pathType !== 'Prefix') return asked.startsWith(path);
  const prefix = path.replace(/\/$/, '');
  return asked === prefix || asked.startsWith(`${prefix}/`);
}

/** Undefined for what is no regular expression. All of them are blind to case, so that PCRE's `(?i)` says nothing new. */
function patternOf({ path }: Pick<Location, 'path'>): RegExp | undefined {
  try {
    return new RegExp(`^${path.replaceAll('(?i)', '')}`, 'i');
  } catch {
    return undefined;
  }
}

/**
 * Paths that are no regular expressions where their host's paths are taken for some, as `namespace/name: path`. nginx refuses the whole
 * configuration for one of them, and goes on with the one before. Source: ingress-nginx, issue 13690 (1.13).
 */
export function unusablePaths(ingresses: readonly Ingress[]): string[] {
  const locations = ingresses.flatMap(locationsOf);
  const hosts = new Set(locations.filter(({ regex }) => regex).map(({ host }) => host));
  return locations
    .filter((location) => hosts.has(location.host) && patternOf(location) === undefined)
    .map(({ ingress, path }) => `${ingress.metadata.namespace ?? 'default'}/${ingress.metadata.name}: ${path}`);
}

function rewrite(location: Location, path: string): string {
  const target = location.rewriteTarget;
  const match = target === undefined ? undefined : patternOf(location)?.exec(path);
  if (target === undefined || !match) return path;
  const rewritten = target.replace(/\$(\d)/g, (_, group: string) => match[Number(group)] ?? '');
  return rewritten.startsWith('/') ? rewritten : `/${rewritten}`;
}

const isCanary = ({ metadata }: Ingress): boolean => metadata.annotations?.[`${NGINX}canary`] === 'true';

/** A header decides before a cookie, a cookie before the weight. */
function isCanaryChosen(annotations: Readonly<Record<string, string>>, { header, cookie, percent }: IngressRequest): boolean {
  const setting = (name: string): string | undefined => annotations[`${NGINX}canary-${name}`];
  const byHeader = setting('by-header');
  const sent = byHeader === undefined ? undefined : header?.(byHeader.toLowerCase());
  const wanted = setting('by-header-value');
  if (sent !== undefined && wanted !== undefined) return sent === wanted || weighs(setting('weight'), setting('weight-total'), percent);
  if (sent === 'always') return true;
  if (sent === 'never') return false;
  const byCookie = setting('by-cookie');
  const kept = byCookie === undefined ? undefined : cookie?.(byCookie);
  if (kept === 'always') return true;
  if (kept === 'never') return false;
  return weighs(setting('weight'), setting('weight-total'), percent);
}

const weighs = (weight = '0', total = '100', percent: IngressRequest['percent']): boolean =>
  percent !== undefined && percent() < (Number(weight) * 100) / (Number(total) || 100);
