/** Finds the Service behind a URL; undefined when no rule matches. */
export type ServiceResolver = (url: string) => string | undefined;

/** One path of an Ingress, as plain data. */
export interface IngressRoute {
  /** Undefined = any host; `*.example.org` stands for one label. */
  readonly host: string | undefined;
  readonly path: string;
  readonly pathType: 'Exact' | 'Prefix' | 'ImplementationSpecific';
  /** `namespace/name`. */
  readonly service: string;
  /** Where the Ingress is served, as its status says: a route of any host takes only what goes there. Empty or absent = not known, so anything. */
  readonly addresses?: readonly IngressAddress[];
}

export interface IngressAddress {
  /** An IP address or a name. */
  readonly host: string;
  /** Empty or absent = any. */
  readonly ports?: readonly number[];
}

/** The addresses that names of hosts stand for. A name that is not in it was not looked up. */
export type HostAddresses = ReadonlyMap<string, readonly string[]>;

/**
 * Makes a resolver of an Ingress's routes: a host by name beats any host, the longest path wins, an exact path beats a prefix.
 * A path of type ImplementationSpecific counts as a prefix up to its first character with a meaning in patterns.
 * Source: Kubernetes documentation, "Ingress", path types and hostname wildcards.
 */
export function serviceResolver(routes: readonly IngressRoute[], known: HostAddresses = new Map()): ServiceResolver {
  const ranked = [...routes].sort((a, b) => rank(b) - rank(a));
  return (url) => {
    const parts = partsOf(url);
    const fits = (route: IngressRoute): boolean => hostFits(route.host, parts.hostname) && goesThere(route, parts, known);
    return ranked.find((route) => fits(route) && pathFits(route, parts.pathname))?.service;
  };
}

function rank(route: IngressRoute): number {
  return (route.host === undefined ? 0 : 1_000_000) + literal(route).length * 10 + (route.pathType === 'Exact' ? 1 : 0);
}

interface UrlParts {
  readonly hostname: string;
  readonly port: number | undefined;
  readonly pathname: string;
}

function partsOf(url: string): UrlParts {
  if (!URL.canParse(url)) return { hostname: '', port: undefined, pathname: url.replace(/[?#].*$/, '') };
  const { hostname, port, protocol, pathname } = new URL(url);
  return { hostname: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port), pathname };
}

const LOOPBACK = /^(127\.|::1$|localhost$)/;
const IS_ADDRESS = /^[\d.]+$|:/;

/** Whether a request comes to this Ingress at all: the site of somebody else has a path `/`, too. */
function goesThere({ host, addresses = [] }: IngressRoute, { hostname, port }: UrlParts, known: HostAddresses): boolean {
  if ((host !== undefined && host !== '') || addresses.length === 0 || hostname === '') return true;
  const own = known.get(hostname);
  if (own === undefined && !IS_ADDRESS.test(hostname) && !LOOPBACK.test(hostname)) return true;
  // A forwarded port leads anywhere.
  if (LOOPBACK.test(hostname) && !addresses.some((address) => LOOPBACK.test(address.host))) return true;
  const names = [hostname, ...(own ?? []), ...(hostname === 'localhost' ? ['127.0.0.1', '::1'] : [])];
  return addresses.some(
    (address) => names.includes(address.host) && ((address.ports ?? []).length === 0 || address.ports?.includes(port ?? 0) === true),
  );
}

function hostFits(pattern: string | undefined, host: string): boolean {
  if (pattern === undefined || pattern === '' || pattern === host) return true;
  return pattern.startsWith('*.') && host.indexOf('.') > 0 && host.slice(host.indexOf('.')) === pattern.slice(1);
}

/** The path without what a controller would read as a pattern: `/contacts(/|$)(.*)` -> `/contacts`. */
function literal(route: IngressRoute): string {
  const path = route.pathType === 'ImplementationSpecific' ? route.path.replace(/[(?*[\\.|$].*$/, '') : route.path;
  return path.length > 1 ? path.replace(/\/$/, '') : path;
}

function pathFits(route: IngressRoute, pathname: string): boolean {
  const path = literal(route);
  if (route.pathType === 'Exact') return pathname === route.path;
  return path === '/' || path === '' || pathname === path || pathname.startsWith(`${path}/`);
}
