/** What a fix needs to know of a workload. */
import type { ClusterModel, WorkloadModel } from '../cluster/index.ts';
import {
  matchesSelector,
  type Deployment,
  type LabelSelector,
  type Pod,
  type PodAffinityTerm,
  type PodDisruptionBudget,
} from '../kubernetes/index.ts';
import { createSchedulingState, type SchedulingState } from '../scheduling/index.ts';
import { isDataStore } from '../whatif/index.ts';

export const HOSTNAME = 'kubernetes.io/hostname';
export const ZONE = 'topology.kubernetes.io/zone';

/** Labels that controllers add: they change with every rollout. */
const GENERATED = new Set(['pod-template-hash', 'controller-revision-hash', 'statefulset.kubernetes.io/pod-name']);

/** Image names (without registry and tag) that keep state of their own and can not simply be run twice. */
const DATABASES =
  /(^|[/-])(mssql|sql-?server|mysql|mariadb|postgres(ql)?|mongo(db)?|redis|valkey|rabbitmq|elasticsearch|opensearch|cassandra|etcd|influxdb|neo4j|couchdb|memcached|kafka|zookeeper|minio|azure-sql-edge|clickhouse|nats|consul|vault)([-/]|$)/;

/** The labels that tell a workload's pods from all others of its namespace, as a selector. */
export function ownSelector(model: ClusterModel, workload: WorkloadModel): LabelSelector {
  const { matchLabels = {}, matchExpressions = [] } = workload.selector ?? {};
  const chosen = Object.fromEntries(Object.entries(matchLabels).filter(([key]) => !GENERATED.has(key)));
  const selector: LabelSelector = {
    ...(Object.keys(chosen).length > 0 && { matchLabels: chosen }),
    ...(matchExpressions.length > 0 && { matchExpressions }),
  };
  const ambiguous = model.workloads.some(
    (other) =>
      other.id !== workload.id && other.namespace === workload.namespace && matchesSelector(selector, other.template.metadata?.labels),
  );
  const isEmpty = Object.keys(selector).length === 0;
  return ambiguous || isEmpty ? { matchLabels: templateLabels(workload) } : selector;
}

function templateLabels(workload: WorkloadModel): Record<string, string> {
  return Object.fromEntries(Object.entries(workload.template.metadata?.labels ?? {}).filter(([key]) => !GENERATED.has(key)));
}

/** Why a workload must not simply be given more replicas; undefined when nothing speaks against it. */
export function reasonForOne(model: ClusterModel, workload: WorkloadModel): { reason: string; suggestion: string } | undefined {
  const spec = workload.template.spec;
  const claim = (spec?.volumes ?? [])
    .map(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName)
    .find((name) => name !== undefined);
  const image = (spec?.containers ?? []).map((container) => imageName(container.image ?? '')).find((name) => DATABASES.test(name));
  const store = image !== undefined ? `image ${image}` : workload.services.find((service) => isDataStore(model, service));
  if (store !== undefined && !(workload.kind === 'StatefulSet' && image === undefined)) {
    const suggestion = 'use a replicated or managed database outside the nodes, or include it if it can run twice';
    return { reason: `it runs a data store (${store}), and two copies would be two separate stores`, suggestion };
  }
  if (workload.kind === 'StatefulSet') {
    return {
      reason: 'a StatefulSet keeps identity and data per pod; more of them need the application to replicate',
      suggestion: "set up the application's own replication, then include it",
    };
  }
  if (claim !== undefined && !sharesVolume(model, workload.namespace, claim)) {
    return {
      reason: `its volume ${claim} can be used on one node at a time (ReadWriteOnce)`,
      suggestion: 'use a ReadWriteMany volume or keep the data outside the pods, then include it',
    };
  }
  if (workload.kind === 'Deployment' && (workload.object as Deployment).spec?.strategy?.type === 'Recreate') {
    return {
      reason: 'its strategy is Recreate: it asks never to run twice at a time',
      suggestion: 'check that two copies can run side by side, change the strategy to RollingUpdate, then include it',
    };
  }
  if (workload.kind === 'Pod') {
    return { reason: 'nothing re-creates a bare pod', suggestion: 'wrap it in a Deployment' };
  }
  return undefined;
}

function imageName(image: string): string {
  const [path = ''] = image.toLowerCase().split('@');
  return path
    .replace(/:[^/:]*$/, '')
    .split('/')
    .slice(path.includes('.') ? 1 : 0)
    .join('/');
}

function sharesVolume(model: ClusterModel, namespace: string, claim: string): boolean {
  const found = model.snapshot.persistentVolumeClaims.find(
    ({ metadata }) => metadata.name === claim && (metadata.namespace ?? 'default') === namespace,
  );
  return found?.spec?.accessModes?.some((mode) => mode === 'ReadWriteMany' || mode === 'ReadOnlyMany') ?? false;
}

/** The workload's required anti-affinity terms. */
export function requiredTerms(workload: WorkloadModel): readonly PodAffinityTerm[] {
  return workload.template.spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
}

/** Tells whether the workload's own pods may not share a node. */
export function keepsApartByHost(workload: WorkloadModel): boolean {
  return requiredTerms(workload).some(
    ({ topologyKey, labelSelector }) => topologyKey === HOSTNAME && matchesSelector(labelSelector, workload.template.metadata?.labels),
  );
}

/** The disruption budgets that cover the workload's pods. */
export function budgetsOf(model: ClusterModel, workload: WorkloadModel): PodDisruptionBudget[] {
  return model.snapshot.podDisruptionBudgets.filter(
    ({ metadata, spec }) =>
      (metadata.namespace ?? 'default') === workload.namespace && matchesSelector(spec?.selector, workload.template.metadata?.labels),
  );
}

/** A number, or a share of `total` rounded up (surge, minAvailable) or down (unavailable). */
export function resolveShare(value: number | string | undefined, total: number, fallback: string, up: boolean): number {
  const text = String(value ?? fallback);
  if (!text.endsWith('%')) return Number(text);
  const exact = (Number(text.slice(0, -1)) * total) / 100;
  return up ? Math.ceil(exact) : Math.floor(exact);
}

/** Surge and unavailability of a Deployment's rolling update, resolved. Source: deployment util ResolveFenceposts. */
export function rollingLimits(workload: WorkloadModel): { surge: number; unavailable: number } {
  const strategy = workload.kind === 'Deployment' ? (workload.object as Deployment).spec?.strategy : undefined;
  if (strategy?.type === 'Recreate') return { surge: 0, unavailable: workload.replicas };
  const surge = resolveShare(strategy?.rollingUpdate?.maxSurge, workload.replicas, '25%', true);
  const unavailable = resolveShare(strategy?.rollingUpdate?.maxUnavailable, workload.replicas, '25%', false);
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

/** A pod as the workload's controller would make it. */
export function podFromTemplate(workload: WorkloadModel, name: string, labels: Readonly<Record<string, string>> = {}): Pod {
  const { metadata, spec } = workload.template;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...metadata,
      name,
      namespace: workload.namespace,
      labels: { ...metadata?.labels, ...labels },
    },
    spec: { containers: [], ...spec },
  };
}

const emptyClusters = new WeakMap<readonly object[], SchedulingState>();

/** Nodes that would take a pod of the workload if they were empty. */
export function eligibleNodes(model: ClusterModel, workload: WorkloadModel): number {
  const { nodes, namespaces } = model.snapshot;
  const empty = emptyClusters.get(nodes) ?? createSchedulingState({ nodes, namespaces, pods: [] });
  emptyClusters.set(nodes, empty);
  return [...empty.explain(podFromTemplate(workload, 'eligible')).values()].filter(({ fits }) => fits).length;
}
