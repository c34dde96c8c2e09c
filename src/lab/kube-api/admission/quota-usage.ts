/** What an object takes of a quota. Source: pkg/quota/v1/evaluator/core, 1.36. */
import type { PersistentVolumeClaim, Pod, Quantity, Resource, ResourceQuota, Service } from '../../../kubernetes/index.ts';
import type { Stored } from '../store.ts';
import { amountsOf, pieces, type Amounts } from './amounts.ts';
import { podAmounts } from './pod-amounts.ts';

/** Kinds of the core group that are also counted by their bare name. */
const COUNTED_BY_NAME = ['ConfigMap', 'PersistentVolumeClaim', 'ReplicationController', 'ResourceQuota', 'Secret', 'Service'];

/** Everything an object can be counted by; a quota asks for some of it. */
export function usageOf(resource: Resource, object: Stored, nowMs: number): Map<string, Quantity> {
  const used = new Map<string, Quantity>();
  const { kind, group, plural } = resource;
  used.set(`count/${group === '' ? plural : `${plural}.${group}`}`, pieces(1));
  if (group === '' && COUNTED_BY_NAME.includes(kind)) used.set(plural, pieces(1));
  // The kind says what the object is.
  const more =
    kind === 'Pod'
      ? usageOfPod(object as unknown as Pod, nowMs)
      : kind === 'Service'
        ? usageOfService(object as unknown as Service)
        : undefined;
  for (const [name, amount] of more ?? (kind === 'PersistentVolumeClaim' ? usageOfClaim(object as unknown as PersistentVolumeClaim) : []))
    used.set(name, amount);
  return used;
}

const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];

/** A pod that has ended, or that should have, takes nothing but its place among the objects. */
function usageOfPod(pod: Pod, nowMs: number): Map<string, Quantity> {
  const used = new Map<string, Quantity>();
  if (!isCounted(pod, nowMs)) return used;
  used.set('pods', pieces(1));
  for (const [name, amount] of podAmounts(pod, 'requests')) {
    if (COMPUTE.includes(name) || name.startsWith('hugepages-')) used.set(name, amount);
    used.set(`requests.${name}`, amount);
  }
  for (const [name, amount] of podAmounts(pod, 'limits')) if (COMPUTE.includes(name)) used.set(`limits.${name}`, amount);
  return used;
}

function isCounted({ metadata, status }: Pod, nowMs: number): boolean {
  if (status?.phase === 'Failed' || status?.phase === 'Succeeded') return false;
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds === undefined) return true;
  return nowMs <= Date.parse(deletionTimestamp) + deletionGracePeriodSeconds * 1000;
}

function usageOfService({ spec }: Service): Map<string, Quantity> {
  const ports = spec?.ports ?? [];
  const isBalanced = spec?.type === 'LoadBalancer';
  const withNodePorts =
    spec?.type === 'NodePort' ? ports.length : isBalanced ? ports.filter(({ nodePort }) => nodePort !== undefined).length : 0;
  return new Map([
    ['services.nodeports', pieces(withNodePorts)],
    ['services.loadbalancers', pieces(isBalanced ? 1 : 0)],
  ]);
}

function usageOfClaim({ spec }: PersistentVolumeClaim): Map<string, Quantity> {
  const used = new Map<string, Quantity>();
  const storage = amountsOf(spec?.resources?.requests).get('storage');
  const prefix = spec?.storageClassName === undefined ? undefined : `${spec.storageClassName}.storageclass.storage.k8s.io`;
  if (prefix !== undefined) used.set(`${prefix}/persistentvolumeclaims`, pieces(1));
  if (storage === undefined) return used;
  used.set('requests.storage', storage);
  if (prefix !== undefined) used.set(`${prefix}/requests.storage`, storage);
  return used;
}

/** Does a quota's scope take in the object? Scopes are about pods; a quota with scopes counts nothing else. */
export function isInScope({ spec }: Pick<ResourceQuota, 'spec'>, kind: string, object: Stored): boolean {
  const plain = (spec?.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists', values: [] as string[] }));
  const asked = [...plain, ...(spec?.scopeSelector?.matchExpressions ?? [])];
  if (asked.length === 0) return true;
  if (kind !== 'Pod') return false;
  const pod = object as unknown as Pod; // the kind says so
  return asked.every(({ scopeName, operator, values }) => meetsScope(pod, scopeName, { operator, values: values ?? [] }));
}

function meetsScope({ spec, status }: Pod, scope: string, { operator, values }: { operator: string; values: readonly string[] }): boolean {
  const isBestEffort = status?.qosClass === 'BestEffort';
  const ends = (spec?.activeDeadlineSeconds ?? -1) >= 0;
  switch (scope) {
    case 'BestEffort':
      return isBestEffort;
    case 'NotBestEffort':
      return !isBestEffort;
    case 'Terminating':
      return ends;
    case 'NotTerminating':
      return !ends;
    case 'PriorityClass': {
      const name = spec?.priorityClassName ?? '';
      if (operator === 'Exists') return name !== '';
      if (operator === 'DoesNotExist') return name === '';
      return operator === 'In' ? values.includes(name) : !values.includes(name);
    }
    case 'CrossNamespacePodAffinity':
      return hasForeignTerms(spec);
    default:
      return false;
  }
}

function hasForeignTerms(spec: Pod['spec']): boolean {
  const { podAffinity, podAntiAffinity } = spec?.affinity ?? {};
  const terms = [podAffinity, podAntiAffinity].flatMap((affinity) => [
    ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
  ]);
  return terms.some(({ namespaces = [], namespaceSelector }) => namespaces.length > 0 || namespaceSelector !== undefined);
}

/** Of all that is used, what a quota limits. */
export const masked = (amounts: Amounts, names: Iterable<string>): Map<string, Quantity> => {
  const kept = new Set(names);
  return new Map([...amounts].filter(([name]) => kept.has(name)));
};
