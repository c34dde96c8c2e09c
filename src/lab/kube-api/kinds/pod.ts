/** Pods: what admission adds, what may change later. Source: pkg/registry/core/pod/strategy.go and the default admission plugins, 1.36. */
import { formatQuantity, resourceOf, type Pod } from '../../../kubernetes/index.ts';
import { assert } from '../../../base/index.ts';
import { admitPriority } from '../admission/priority.ts';
import { admitRuntimeClass } from '../admission/runtime-class.ts';
import { podAmounts } from '../admission/pod-amounts.ts';
import { copyJson, isObject, sameJson } from '../json.ts';
import { rulesFor, type RuleContext } from '../kind-rules.ts';
import { randomSuffix, timestamp } from '../names.ts';
import { forbidden } from '../statuses.ts';
import type { Draft } from '../types.ts';
import { isHugePages } from '../validation/_quantities.ts';
import { validatePodStatus } from '../validation/pod-status.ts';
import { validateNewPod } from '../validation/pod-template.ts';
import { validatePodUpdate } from '../validation/pod-update.ts';
import { podWarnings } from '../validation/pod-warnings.ts';
import { containersOf, defaultPodSpec, fill } from './_pod-template.ts';

const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const DEFAULT_TOLERATION_SECONDS = 300;

function specOf(pod: Draft<Pod>): NonNullable<Draft<Pod>['spec']> {
  pod.spec ??= { containers: [] };
  return pod.spec;
}

export const podRules = rulesFor<Draft<Pod>>({
  kind: 'Pod',
  hasStatus: true,
  hasGeneration: true,
  defaults: defaultPod,
  onCreate(pod, context) {
    const spec = specOf(pod);
    admitServiceAccount(pod, context);
    admitTolerations(spec);
    admitRuntimeClass(pod, context);
    admitPriority(pod, context);
    mergeMatchLabelKeys(pod);
    admitTopologyLabels(pod, context);
    const gated = (spec.schedulingGates?.length ?? 0) > 0;
    const condition = {
      type: 'PodScheduled',
      status: 'False',
      lastTransitionTime: timestamp(context.clock.now()),
      reason: 'SchedulingGated',
      message: 'Scheduling is blocked due to non-empty scheduling gates',
    };
    pod.status = { phase: 'Pending', ...(gated ? { conditions: [condition] } : {}), qosClass: qosClassOf(pod) };
  },
  onStatusUpdate(pod, { status }) {
    // Who reports a status may leave out what was told at the start.
    if (pod.status && status?.qosClass !== undefined) fill(pod.status, 'qosClass', status.qosClass);
  },
  validatesStatus: true,
  validate(pod, problems, previous) {
    if (previous === undefined) validateNewPod(pod, problems);
    // A write changes the status or all the rest, never both.
    else if (sameJson(pod.status, previous.status)) validatePodUpdate(pod, previous, problems);
    else validatePodStatus(pod, previous, problems);
  },
  // Changes of pods come from programs, which read no warnings.
  warnings: (pod, previous) => (previous === undefined ? podWarnings(pod) : []),
});

/** Requests that are not told are the limits; on the node's network a port is the node's. */
function defaultPod(pod: Draft<Pod>): void {
  const spec = specOf(pod);
  defaultPodSpec(spec);
  fill(spec, 'enableServiceLinks', true);
  for (const { container } of containersOf(spec)) {
    const { limits, requests } = container.resources ?? {};
    if (limits && container.resources) container.resources.requests = { ...limits, ...requests };
    if (spec.hostNetwork === true) for (const port of container.ports ?? []) port.hostPort ||= port.containerPort;
  }
  const { resources } = spec as { readonly resources?: PodResources }; // newer than the types
  if (resources) defaultPodResources(pod, resources);
}

interface PodResources {
  limits?: Record<string, string>;
  requests?: Record<string, string>;
}

/** A pod's own requests are what its containers ask for together, else its own limits. Source: defaultPodRequests. */
function defaultPodResources(pod: Draft<Pod>, resources: PodResources): void {
  const { limits = {} } = resources;
  if (Object.keys(limits).length === 0) return;
  const bounded = (name: string): boolean => name === 'cpu' || name === 'memory' || isHugePages(name);
  const { resources: _, overhead: __, ...spec } = { ...specOf(pod), resources };
  const asked = [...podAmounts({ ...pod, spec }, 'requests')].filter(([name]) => bounded(name) && !isHugePages(name));
  const stated = Object.entries(limits).filter(([name]) => bounded(name));
  const together = asked.map(([name, amount]): [string, string] => [name, formatQuantity(amount)]);
  resources.requests = Object.fromEntries([...stated, ...together, ...Object.entries(resources.requests ?? {})]);
}

function admitServiceAccount(pod: Draft<Pod>, { store, random }: RuleContext): void {
  const spec = specOf(pod);
  fill(spec, 'serviceAccountName', 'default');
  spec.serviceAccount = spec.serviceAccountName ?? 'default';
  const namespace = pod.metadata.namespace ?? '';
  const name = spec.serviceAccountName ?? 'default';
  const account = store.get('ServiceAccount', namespace, name);
  const resource = resourceOf('Pod');
  assert(resource, 'pods are known');
  // The account `default` is made by a controller moments after its namespace; the lab does not make pods wait for it.
  if (account === undefined && name !== 'default') {
    throw forbidden(
      resource,
      pod.metadata.name,
      `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`,
    );
  }
  const secrets = account?.['imagePullSecrets'];
  if ((spec.imagePullSecrets ?? []).length === 0 && Array.isArray(secrets)) spec.imagePullSecrets = copyJson(secrets);
  if ((spec.automountServiceAccountToken ?? account?.['automountServiceAccountToken']) === false) return;
  const mounted = containersOf(spec).filter(({ container }) => !container.volumeMounts?.some(({ mountPath }) => mountPath === TOKEN_PATH));
  if (mounted.length === 0) return;
  const volume = `kube-api-access-${randomSuffix(random.fork(`token/${namespace}/${pod.metadata.name}`))}`;
  for (const { container } of mounted) {
    container.volumeMounts = [...(container.volumeMounts ?? []), { name: volume, readOnly: true, mountPath: TOKEN_PATH }];
  }
  spec.volumes = [...(spec.volumes ?? []), { name: volume, projected: { sources: tokenSources(), defaultMode: 420 } }];
}

/** A pod that comes with its node gets the labels that a binding would have given it. Source: the PodTopologyLabels admission plugin. */
function admitTopologyLabels(pod: Draft<Pod>, { store }: RuleContext): void {
  const labels = store.get('Node', '', specOf(pod).nodeName ?? '')?.metadata.labels ?? {};
  for (const key of ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region']) {
    const value = labels[key];
    if (value !== undefined) pod.metadata.labels = { ...pod.metadata.labels, [key]: value };
  }
}

const tokenSources = (): object[] => [
  { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
  { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
  { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
];

/** Source: the DefaultTolerationSeconds admission plugin. */
function admitTolerations(spec: NonNullable<Draft<Pod>['spec']>): void {
  for (const key of ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']) {
    const tolerated = spec.tolerations?.some(
      (toleration) => (toleration.key === key || (toleration.key ?? '') === '') && ['NoExecute', '', undefined].includes(toleration.effect),
    );
    if (tolerated === true) continue;
    const added = { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: DEFAULT_TOLERATION_SECONDS };
    spec.tolerations = [...(spec.tolerations ?? []), added];
  }
}

/** `matchLabelKeys` become requirements of the selector when the pod is made. Source: KEP-3243 and KEP-3633. */
function mergeMatchLabelKeys(pod: Draft<Pod>): void {
  const spec = specOf(pod);
  const labels = pod.metadata.labels ?? {};
  const requirement = (key: string, operator: string): { key: string; operator: string; values: string[] }[] => {
    const value = labels[key];
    return value === undefined ? [] : [{ key, operator, values: [value] }];
  };
  const affinities = [spec.affinity?.podAffinity, spec.affinity?.podAntiAffinity];
  const terms = affinities.flatMap((affinity) => [
    ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
  ]);
  for (const holder of [...terms, ...(spec.topologySpreadConstraints ?? [])]) {
    const mismatch = 'mismatchLabelKeys' in holder ? (holder.mismatchLabelKeys ?? []) : [];
    const added = [
      ...(holder.matchLabelKeys ?? []).flatMap((key) => requirement(key, 'In')),
      ...mismatch.flatMap((key) => requirement(key, 'NotIn')),
    ];
    if (holder.labelSelector && added.length > 0) {
      holder.labelSelector.matchExpressions = [...(holder.labelSelector.matchExpressions ?? []), ...added];
    }
  }
}

/** Source: pkg/apis/core/helper/qos. */
export function qosClassOf(pod: Draft<Pod>): string {
  const all = containersOf(specOf(pod)).map(({ container }) => container.resources ?? {});
  const counted = (amounts: unknown): string[] =>
    isObject(amounts) ? ['cpu', 'memory'].filter((name) => amounts[name] !== undefined) : [];
  if (all.every(({ requests, limits }) => counted(requests).length + counted(limits).length === 0)) return 'BestEffort';
  const guaranteed = all.every(
    ({ requests = {}, limits = {} }) =>
      counted(limits).length === 2 && ['cpu', 'memory'].every((name) => requests[name] === undefined || requests[name] === limits[name]),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
