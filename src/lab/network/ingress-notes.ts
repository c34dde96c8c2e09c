import type { Ingress } from '../../kubernetes/index.ts';
import { NGINX, classOf, unusablePaths } from './ingress-rules.ts';

/** Annotations of ingress-nginx that change something here; the canaries' go by their beginning. */
const PLAYED = new Set([
  'affinity',
  'affinity-mode',
  'app-root',
  'backend-protocol',
  'default-backend',
  'force-ssl-redirect',
  'permanent-redirect',
  'permanent-redirect-code',
  'proxy-body-size',
  'proxy-connect-timeout',
  'proxy-next-upstream',
  'proxy-next-upstream-timeout',
  'proxy-next-upstream-tries',
  'proxy-read-timeout',
  'rewrite-target',
  'service-upstream',
  'session-cookie-change-on-failure',
  'session-cookie-max-age',
  'session-cookie-name',
  'session-cookie-path',
  'ssl-redirect',
  'temporal-redirect',
  'temporal-redirect-code',
  'upstream-hash-by',
  'use-regex',
]);
/** Those that matter to nobody who breaks nodes. */
const HARMLESS =
  /^(?:proxy-(?:send-timeout|buffer|buffering|buffers-number|buffer-size|max-temp-file-size|request-buffering)|enable-(?:cors|access-log)|cors-.*|session-cookie-(?:samesite|secure|expires|hash|domain|conditional-samesite-none)|canary.*|hsts.*|proxy-ssl-.*|websocket-services)$/;
const PROTOCOLS = /^(?:HTTPS?|AUTO_HTTP)$/i;
const NGINX_CLASSES = /nginx|webapprouting|addon-http-application-routing/;

/** What of these Ingresses the lab does otherwise than the cluster they are made for. */
export function ingressNotes(ingresses: readonly Ingress[], classes: readonly string[]): string[] {
  const unusable = unusablePaths(ingresses).map(
    (path) => `ingress ${path} is no regular expression: nginx loads no configuration with it, and keeps the one before`,
  );
  const notes = ingresses.flatMap((ingress) => {
    const name = `ingress ${ingress.metadata.namespace ?? 'default'}/${ingress.metadata.name}`;
    const wanted = classOf(ingress);
    const unplayed = Object.keys(ingress.metadata.annotations ?? {})
      .filter((key) => key.startsWith(NGINX))
      .map((key) => key.slice(NGINX.length))
      .filter((key) => !PLAYED.has(key) && !HARMLESS.test(key));
    const protocol = ingress.metadata.annotations?.[`${NGINX}backend-protocol`] ?? 'HTTP';
    return [
      ...(unplayed.length > 0 ? [`${name}: the lab does not play ${unplayed.join(', ')}`] : []),
      ...(PROTOCOLS.test(protocol) ? [] : [`${name}: its backends are asked by HTTP/1.1, not by ${protocol}`]),
      ...(wanted !== undefined && !NGINX_CLASSES.test(wanted) ? [`${name} is of class ${wanted}: the lab serves it by NGINX's rules`] : []),
      ...(wanted !== undefined && classes.length > 0 && !classes.includes(wanted)
        ? [`${name} is not served: there is no ingress class ${wanted} among the manifests`]
        : []),
    ];
  });
  return [...unusable, ...notes];
}
