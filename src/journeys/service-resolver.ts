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
}

/**
 * Makes a resolver of an Ingress's routes: a host by name beats any host, the longest path wins, an exact path beats a prefix.
 * A path of type ImplementationSpecific counts as a prefix up to its first character with a meaning in patterns.
 * Source: Kubernetes documentation, "Ingress", path types and hostname wildcards.
 */
export function serviceResolver(routes: readonly IngressRoute[]): ServiceResolver {
  const ranked = [...routes].sort((a, b) => rank(b) - rank(a));
  return (url) => {
    const { hostname, pathname } = partsOf(url);
    return ranked.find((route) => hostFits(route.host, hostname) && pathFits(route, pathname))?.service;
  };
}

function rank(route: IngressRoute): number {
  return (route.host === undefined ? 0 : 1_000_000) + literal(route).length * 10 + (route.pathType === 'Exact' ? 1 : 0);
}

function partsOf(url: string): { hostname: string; pathname: string } {
  try {
    return new URL(url);
  } catch {
    return { hostname: '', pathname: url.replace(/[?#].*$/, '') };
  }
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
