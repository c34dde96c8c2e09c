/** Which endpoint the Ingress sends a request to. Source: ingress-nginx, rootfs/etc/nginx/lua/balancer (1.13). */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Random } from '../../base/index.ts';
import type { Service, ServicePort } from '../../kubernetes/index.ts';
import { NGINX } from './ingress-rules.ts';
import type { IngressRoute } from './ingress-rules.ts';
import type { Upstream } from './pass-on.ts';
import type { ServiceDirectory } from './service-directory.ts';

type Address = { readonly ip: string; readonly port: number };

/** Undefined when nothing stands behind the route. */
export type IngressBalancer = (route: IngressRoute, request: IncomingMessage) => Upstream | undefined;

/**
 * Turn and turn about over the ready endpoints; the Service's own address is passed by, except with `service-upstream`. With `affinity:
 * cookie` or `upstream-hash-by` a request's key decides, and the same one even after a failure, unless `session-cookie-change-on-failure`
 * is set. Where no endpoint is ready, the Service of `default-backend` takes over.
 */
export function createIngressBalancer(directory: ServiceDirectory, random: Random): IngressBalancer {
  const turns = new Map<string, number>();
  const upstreamOf = (route: IngressRoute, name: string, wanted: WantedPort, request: IncomingMessage): Upstream | undefined => {
    const service = directory.service(route.namespace, name);
    const port = service && portOf(service, wanted);
    if (service === undefined || port === undefined) return undefined;
    const key = `${route.namespace}/${name}/${port.port}`;
    const addresses = (): readonly Address[] => addressesOf(directory, route, service, port);
    if (addresses().length === 0) return undefined;
    const sticky = stickinessOf(route, request, random);
    const failed = new Set<string>();
    return {
      name: key,
      ...(sticky?.cookie && { headers: { 'set-cookie': sticky.cookie } }),
      next() {
        const candidates = addresses();
        if (sticky) {
          const left = sticky.changesOnFailure ? candidates.filter(({ ip }) => !failed.has(ip)) : candidates;
          const chosen = heaviest(left.length > 0 ? left : candidates, sticky.key);
          if (chosen) failed.add(chosen.ip);
          return chosen;
        }
        const turn = turns.get(key) ?? 0;
        turns.set(key, turn + 1);
        return candidates[turn % candidates.length];
      },
    };
  };
  return (route, request) => {
    const { service } = route.backend;
    const spare = route.annotations[`${NGINX}default-backend`];
    return (
      upstreamOf(route, service?.name ?? '', service?.port ?? {}, request) ??
      (spare === undefined ? undefined : upstreamOf(route, spare, 'first', request))
    );
  };
}

type WantedPort = 'first' | { readonly name?: string; readonly number?: number };

function portOf(service: Service, wanted: WantedPort): ServicePort | undefined {
  const ports = service.spec?.ports ?? [];
  if (wanted === 'first') return ports[0];
  return ports.find(({ name, port }) => (wanted.name === undefined ? port === wanted.number : name === wanted.name));
}

function addressesOf(directory: ServiceDirectory, { annotations }: IngressRoute, service: Service, port: ServicePort): readonly Address[] {
  const { type, externalName, clusterIP } = service.spec ?? {};
  if (type === 'ExternalName') {
    const { targetPort } = port;
    return externalName === undefined ? [] : [{ ip: externalName, port: typeof targetPort === 'number' ? targetPort : port.port }];
  }
  if (annotations[`${NGINX}service-upstream`] === 'true' && clusterIP !== undefined && clusterIP !== 'None') {
    return [{ ip: clusterIP, port: port.port }];
  }
  return directory.endpoints(service, port).filter(({ ready }) => ready);
}

interface Stickiness {
  readonly key: string;
  /** A cookie that has to be set first. */
  readonly cookie?: string;
  readonly changesOnFailure: boolean;
}

function stickinessOf({ annotations, location }: IngressRoute, request: IncomingMessage, random: Random): Stickiness | undefined {
  const setting = (name: string): string | undefined => annotations[`${NGINX}${name}`];
  if (setting('affinity') === 'cookie') {
    const name = setting('session-cookie-name') ?? 'INGRESSCOOKIE';
    const changesOnFailure = setting('session-cookie-change-on-failure') === 'true';
    const known = cookieOf(request, name);
    if (known !== undefined) return { key: known, changesOnFailure };
    const key = createHash('md5').update(String(random.next())).digest('hex');
    const maxAge = setting('session-cookie-max-age');
    const attributes = [
      `Path=${setting('session-cookie-path') ?? location}`,
      ...(maxAge === undefined ? [] : [`Max-Age=${maxAge}`]),
      'HttpOnly',
    ];
    return { key, changesOnFailure, cookie: [`${name}=${key}`, ...attributes].join('; ') };
  }
  const by = setting('upstream-hash-by');
  return by === undefined ? undefined : { key: filledIn(by, request), changesOnFailure: false };
}

/** nginx's variables, as far as they tell one request from another. */
function filledIn(text: string, request: IncomingMessage): string {
  return text.replace(/\$\{?(\w+)\}?/g, (_, name: string) => {
    const [path = '', query = ''] = (request.url ?? '').split('?');
    if (name.startsWith('http_')) return String(request.headers[name.slice(5).replaceAll('_', '-')] ?? '');
    if (name.startsWith('cookie_')) return cookieOf(request, name.slice(7)) ?? '';
    if (name.startsWith('arg_')) return new URLSearchParams(query).get(name.slice(4)) ?? '';
    const known: Readonly<Record<string, string | undefined>> = {
      request_uri: request.url,
      uri: path,
      args: query,
      host: request.headers.host?.replace(/:\d+$/, ''),
      remote_addr: request.socket.remoteAddress,
      binary_remote_addr: request.socket.remoteAddress,
    };
    return known[name] ?? '';
  });
}

/** A cookie's value, if the request has it. */
export function cookieOf({ headers }: IncomingMessage, name: string): string | undefined {
  for (const pair of (headers.cookie ?? '').split(/;\s*/)) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at) === name) return pair.slice(at + 1);
  }
  return undefined;
}

/** Rendezvous hashing: as endpoints come and go, only the keys of those that go move. */
function heaviest(candidates: readonly Address[], key: string): Address | undefined {
  const weight = ({ ip }: Address): string => createHash('md5').update(`${key} ${ip}`).digest('hex');
  return [...candidates].toSorted((a, b) => (weight(a) < weight(b) ? 1 : -1))[0];
}
