/** Which Ingress path answers a request: nginx's locations, as ingress-nginx writes them. */
import type { Ingress } from '../../kubernetes/index.ts';

type IngressBackend = NonNullable<NonNullable<Ingress['spec']>['defaultBackend']>;

export interface IngressRoute {
  readonly namespace: string;
  readonly ingress: string;
  readonly backend: IngressBackend;
  readonly annotations: Readonly<Record<string, string>>;
  /** The path to ask the backend for, rewritten when the Ingress says so. */
  readonly path: string;
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

/** Annotations of ingress-nginx start with this. */
export const NGINX = 'nginx.ingress.kubernetes.io/';

/**
 * Finds the route of a request, or undefined when no rule and no default backend takes it.
 *
 * Hosts: exact before wildcard (`*.shop.example` stands for one label) before none. Paths: longest first; one regular expression (or
 * rewrite) on a host turns all of that host's paths into case-insensitive regular expressions.
 * Source: ingress-nginx documentation, "Ingress Path Matching" and "Rewrite".
 */
export function findRoute(ingresses: readonly Ingress[], host: string, path: string): IngressRoute | undefined {
  const locations = ingresses.flatMap(locationsOf);
  const server = serverFor(new Set(locations.map((location) => location.host)), host);
  const own = locations.filter((location) => location.host === server).toSorted((a, b) => b.path.length - a.path.length);
  const enforceRegex = own.some(({ regex }) => regex);
  const found = enforceRegex ? own.find((location) => patternOf(location).test(path)) : findPlain(own, path);
  if (found) return routeTo(found.ingress, found.backend, rewrite(found, path));
  const fallback = ingresses.find(({ spec }) => spec?.defaultBackend !== undefined);
  return fallback?.spec?.defaultBackend ? routeTo(fallback, fallback.spec.defaultBackend, path) : undefined;
}

function routeTo(ingress: Ingress, backend: IngressBackend, path: string): IngressRoute {
  const { namespace = 'default', name, annotations = {} } = ingress.metadata;
  return { namespace, ingress: name, backend, annotations, path };
}

function locationsOf(ingress: Ingress): Location[] {
  const annotations = ingress.metadata.annotations ?? {};
  const rewriteTarget = annotations[`${NGINX}rewrite-target`];
  const regex = annotations[`${NGINX}use-regex`] === 'true' || rewriteTarget !== undefined;
  return (ingress.spec?.rules ?? []).flatMap(({ host = '', http }) =>
    (http?.paths ?? []).map(({ path = '/', pathType, backend }) => ({ host, path, pathType, regex, rewriteTarget, ingress, backend })),
  );
}

function serverFor(hosts: ReadonlySet<string>, asked: string): string {
  const host = asked.replace(/:\d+$/, '').toLowerCase();
  if (hosts.has(host)) return host;
  const wildcard = `*${host.slice(host.indexOf('.'))}`;
  return host.includes('.') && hosts.has(wildcard) ? wildcard : '';
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

const patternOf = ({ path }: Location): RegExp => new RegExp(`^${path}`, 'i');

function rewrite(location: Location, path: string): string {
  const target = location.rewriteTarget;
  const match = target === undefined ? null : patternOf(location).exec(path);
  if (target === undefined || match === null) return path;
  const rewritten = target.replace(/\$(\d)/g, (_, group: string) => match[Number(group)] ?? '');
  return rewritten.startsWith('/') ? rewritten : `/${rewritten}`;
}
