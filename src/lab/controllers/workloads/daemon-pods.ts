/** Which nodes a DaemonSet wants, and the pods it makes for them. Source: pkg/controller/daemon/{daemon_controller,util/daemonset_util}.go (Kubernetes 1.36). */
import {
  findUntolerated,
  matchesRequirement,
  type DaemonSet,
  type Node,
  type Pod,
  type PodTemplateSpec,
  type Toleration,
} from '../../../kubernetes/index.ts';
import { controllerReference } from '../runtime/pods.ts';
import { REVISION_HASH, type Revision } from './revisions.ts';

export const DAEMON_SETS = 'daemonset-controller';

const TOLERATED: readonly Toleration[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
];
const HOST_NETWORK: Toleration = { key: 'node.kubernetes.io/network-unavailable', operator: 'Exists', effect: 'NoSchedule' };

export interface Fit {
  readonly shouldRun: boolean;
  readonly shouldStay: boolean;
}

const GONE: Fit = { shouldRun: false, shouldStay: false };

/** What a sync works with: the pods of each node (or of the node that they wait for), and what the nodes ask for. */
export interface DaemonView {
  readonly set: DaemonSet;
  readonly byNode: ReadonlyMap<string, readonly Pod[]>;
  readonly fits: ReadonlyMap<string, Fit>;
  readonly revision: Revision;
  readonly nowMs: number;
}

export const isUpdated = (pod: Pod, { hash }: Revision): boolean => pod.metadata.labels?.[REVISION_HASH] === hash;

/** Bound pods first, then the oldest. */
export const byBindingAndAge = (a: Pod, b: Pod): number =>
  Number(!a.spec?.nodeName) - Number(!b.spec?.nodeName) ||
  (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? '') ||
  a.metadata.name.localeCompare(b.metadata.name);

/** The node of a daemon pod, also before it is bound: its affinity names it. */
export function nodeOf(pod: Pod): string {
  if (pod.spec?.nodeName) return pod.spec.nodeName;
  const terms = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  return terms.flatMap(({ matchFields }) => matchFields ?? []).find(({ key }) => key === 'metadata.name')?.values?.[0] ?? '';
}

/** Those of the template, and those of every daemon pod unless they are among them. */
function tolerationsOf(template: PodTemplateSpec): Toleration[] {
  const own = template.spec?.tolerations ?? [];
  const needed = [...TOLERATED, ...(template.spec?.hostNetwork ? [HOST_NETWORK] : [])];
  const isSame = (a: Toleration, b: Toleration): boolean =>
    a.key === b.key && a.effect === b.effect && a.operator === b.operator && (a.value ?? '') === (b.value ?? '');
  // One that is there already is replaced where it stands: it may have had an end.
  const replaced = own.map((toleration) => needed.find((one) => isSame(one, toleration)) ?? toleration);
  return [...replaced, ...needed.filter((one) => !own.some((toleration) => isSame(one, toleration)))].map((each) => ({ ...each }));
}

export function fitOf(set: DaemonSet, node: Node): Fit {
  const template = set.spec?.template;
  if (template === undefined || !selectsNode(template, node)) return GONE;
  if (template.spec?.nodeName !== undefined && template.spec.nodeName !== node.metadata.name) return GONE;
  const tolerations = tolerationsOf(template);
  const taints = node.spec?.taints ?? [];
  const hard = taints.filter(({ effect }) => effect !== 'PreferNoSchedule');
  if (findUntolerated(hard, tolerations, ['NoSchedule', 'NoExecute']) === undefined) return { shouldRun: true, shouldStay: true };
  const expelling = taints.filter(({ effect }) => effect === 'NoExecute');
  return { shouldRun: false, shouldStay: findUntolerated(expelling, tolerations, ['NoExecute']) === undefined };
}

function selectsNode(template: PodTemplateSpec, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  if (!Object.entries(template.spec?.nodeSelector ?? {}).every(([key, value]) => labels[key] === value)) return false;
  const terms = template.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (terms === undefined) return true;
  return terms.some(({ matchExpressions = [], matchFields = [] }) => {
    if (matchExpressions.length + matchFields.length === 0) return false;
    const meets = (requirement: (typeof matchExpressions)[number], values: Readonly<Record<string, string>>): boolean =>
      matchesRequirement(
        // The API allows these operators alone.
        { key: requirement.key, operator: requirement.operator as 'In', values: requirement.values ?? [] },
        values,
      );
    const fields = { 'metadata.name': node.metadata.name };
    return (
      matchExpressions.every((requirement) => meets(requirement, labels)) && matchFields.every((requirement) => meets(requirement, fields))
    );
  });
}

export function podFor(set: DaemonSet, node: string, { hash, revision }: Revision): Pod {
  // A DaemonSet without a template does not pass validation.
  const template = set.spec?.template as PodTemplateSpec;
  const field = { key: 'metadata.name', operator: 'In', values: [node] };
  const nodeAffinity = {
    ...template.spec?.affinity?.nodeAffinity,
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields: [field] }] },
  };
  const { annotations, labels } = template.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: '',
      generateName: `${set.metadata.name}-`,
      namespace: set.metadata.namespace ?? 'default',
      // The generation of the template counts its changes, as the revisions do.
      labels: { ...labels, [REVISION_HASH]: hash, 'pod-template-generation': String(revision) },
      ...(annotations ? { annotations } : {}),
      ownerReferences: [controllerReference(set)],
    },
    spec: {
      ...template.spec,
      containers: template.spec?.containers ?? [],
      affinity: { ...template.spec?.affinity, nodeAffinity },
      tolerations: tolerationsOf(template),
    },
  };
}
