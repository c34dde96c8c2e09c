/** Joins a metrics server to the API, as metrics-server's own manifests do: group, APIService, and the right to read it. */
import type { Cancel } from '../../../base/index.ts';
import type { KubeObject } from '../../../kubernetes/index.ts';
import { insideOf } from '../lab-api.ts';
import type { Rule } from '../rbac/rules.ts';
import type { Store } from '../store.ts';
import type { LabApi } from '../types.ts';
import type { MetricsSource } from './types.ts';

export const METRICS_GROUP = 'metrics.k8s.io';
export const METRICS_VERSION = 'v1beta1';

const SOURCES = new WeakMap<Store, MetricsSource>();

/** The source behind the group; undefined when the cluster has no metrics server. */
export const metricsIn = (store: Store): MetricsSource | undefined => SOURCES.get(store);

/** As a client inside the cluster sees the group; undefined when it is not served. */
export const metricsOf = (api: LabApi): MetricsSource | undefined => metricsIn(insideOf(api).store);

const LABELS = { 'k8s-app': 'metrics-server' };
const SERVICE = `${METRICS_VERSION}.${METRICS_GROUP}`;
const READER = 'system:aggregated-metrics-reader';
const readRule = () => ({ verbs: ['get', 'list', 'watch'], apiGroups: [METRICS_GROUP], resources: ['pods', 'nodes'] });
/** The roles that the reader's labels add it to. */
const AGGREGATING = ['admin', 'edit', 'view'];

interface RoleObject extends KubeObject {
  readonly rules?: readonly Rule[];
}

/** Serves `metrics.k8s.io` from a source until it is cancelled. */
export function serveMetrics(api: LabApi, source: MetricsSource): Cancel {
  const { store } = insideOf(api);
  SOURCES.set(store, source);
  if (api.get('APIService', undefined, SERVICE) === undefined) api.seed('APIService', apiService(api.clock.now()));
  if (api.get('ClusterRole', undefined, READER) === undefined) {
    api.create<RoleObject>('ClusterRole', {
      metadata: {
        name: READER,
        labels: { ...LABELS, ...Object.fromEntries(AGGREGATING.map((role) => [`rbac.authorization.k8s.io/aggregate-to-${role}`, 'true'])) },
      },
      rules: [readRule()],
    });
    for (const name of AGGREGATING) {
      api.modify<RoleObject>('ClusterRole', undefined, name, (draft) => {
        draft.rules = [...(draft.rules ?? []), readRule()];
      });
    }
  }
  return () => void SOURCES.delete(store);
}

function apiService(nowMs: number): KubeObject & { readonly spec: unknown; readonly status: unknown } {
  const now = `${new Date(nowMs).toISOString().slice(0, 19)}Z`;
  return {
    metadata: { name: SERVICE, labels: LABELS },
    spec: {
      group: METRICS_GROUP,
      version: METRICS_VERSION,
      service: { name: 'metrics-server', namespace: 'kube-system', port: 443 },
      insecureSkipTLSVerify: true,
      groupPriorityMinimum: 100,
      versionPriority: 100,
    },
    status: {
      conditions: [{ type: 'Available', status: 'True', reason: 'Passed', message: 'all checks passed', lastTransitionTime: now }],
    },
  };
}
