/** `/healthz`, `/livez`, `/readyz` and their single checks. Source: apiserver server/healthz, 1.36. */
import { PAGE_NOT_FOUND } from './page-not-found.ts';
import type { Answer, Call } from './types.ts';

const HOOKS = [
  'apiservice-discovery-controller',
  'apiservice-openapi-controller',
  'apiservice-openapiv3-controller',
  'apiservice-registration-controller',
  'apiservice-status-local-available-controller',
  'apiservice-status-remote-available-controller',
  'apiservice-wait-for-first-sync',
  'bootstrap-controller',
  'crd-informer-synced',
  'generic-apiserver-start-informers',
  'kube-apiserver-autoregistration',
  'peer-endpoint-reconciler-controller',
  'priority-and-fairness-config-consumer',
  'priority-and-fairness-config-producer',
  'priority-and-fairness-filter',
  'rbac/bootstrap-roles',
  'scheduling/bootstrap-system-priority-classes',
  'start-apiextensions-controllers',
  'start-apiextensions-informers',
  'start-apiserver-admission-initializer',
  'start-cluster-authentication-info-controller',
  'start-kube-aggregator-informers',
  'start-kube-apiserver-identity-lease-controller',
  'start-kube-apiserver-identity-lease-garbage-collector',
  'start-kubernetes-service-cidr-controller',
  'start-legacy-token-tracking-controller',
  'start-service-ip-repair-controllers',
  'start-system-namespaces-controller',
  'storage-object-count-tracker-hook',
  'storage-readiness',
].map((name) => `poststarthook/${name}`);

const NOSNIFF = { 'x-content-type-options': 'nosniff' };

const COMMON = ['autoregister-completion', 'log', 'ping', ...HOOKS];

const CHECKS: Readonly<Record<string, readonly string[]>> = {
  healthz: [...COMMON, 'etcd', 'loopback-serving-certificate'],
  livez: [...COMMON, 'etcd', 'loopback-serving-certificate'],
  readyz: [...COMMON, 'informer-sync', 'shutdown'],
};

/** The names of the checks, by what they are checks of. */
export const HEALTH_NAMES = CHECKS;

/** The paths of all checks, for the list at `/`. */
export const HEALTH_PATHS: readonly string[] = Object.entries(CHECKS).flatMap(([name, checks]) => [
  `/${name}`,
  ...checks.map((check) => `/${name}/${check}`),
]);

/** The server is one process that answers, so what it is asked is met; undefined for other paths. */
export function serveHealth({ path, query }: Call): Answer | undefined {
  const [, name = '', check = ''] = /^\/([a-z]+)(?:\/(.*))?$/.exec(path) ?? [];
  const checks = CHECKS[name];
  if (checks === undefined) return undefined;
  if (check !== '') return checks.includes(check) ? { status: 200, text: 'ok' } : PAGE_NOT_FOUND;
  if (!query.has('verbose')) return { status: 200, text: 'ok', headers: NOSNIFF };
  const excluded = query.getAll('exclude');
  const lines = checks.map((item) => (excluded.includes(item) ? `[+]${item} excluded: ok` : `[+]${item} ok`));
  return { status: 200, text: `${lines.join('\n')}\n${name} check passed\n`, headers: NOSNIFF };
}
