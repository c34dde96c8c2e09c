import type { Container, LabelSelectorRequirement, Pod, PodAffinityTerm, PodSpec } from './objects.ts';

type Labels = Readonly<Record<string, string>>;
interface KeyedTerm {
  readonly labelSelector?: PodAffinityTerm['labelSelector'];
  readonly matchLabelKeys?: readonly string[];
  readonly mismatchLabelKeys?: readonly string[];
}

function requirementsFor(term: KeyedTerm, labels: Labels): LabelSelectorRequirement[] {
  const of = (keys: readonly string[] | undefined, operator: string): LabelSelectorRequirement[] =>
    (keys ?? []).flatMap((key) => {
      const value = labels[key];
      return value === undefined ? [] : [{ key, operator, values: [value] }];
    });
  const wanted = [...of(term.matchLabelKeys, 'In'), ...of(term.mismatchLabelKeys, 'NotIn')];
  const present = (term.labelSelector?.matchExpressions ?? []).map((requirement) => JSON.stringify(requirement));
  return wanted.filter((requirement) => !present.includes(JSON.stringify(requirement)));
}

function withKeys<T extends KeyedTerm>(term: T, labels: Labels): T {
  // Without a selector the term matches nothing, and keys do not change that.
  if (term.labelSelector === undefined) return term;
  const added = requirementsFor(term, labels);
  if (added.length === 0) return term;
  const matchExpressions = [...(term.labelSelector.matchExpressions ?? []), ...added];
  return { ...term, labelSelector: { ...term.labelSelector, matchExpressions } };
}

function withTermKeys(affinity: NonNullable<PodSpec['affinity']>['podAffinity'], labels: Labels): typeof affinity {
  if (affinity === undefined) return undefined;
  const required = affinity.requiredDuringSchedulingIgnoredDuringExecution?.map((term) => withKeys(term, labels));
  const preferred = affinity.preferredDuringSchedulingIgnoredDuringExecution?.map((each) => ({
    ...each,
    podAffinityTerm: withKeys(each.podAffinityTerm, labels),
  }));
  return {
    ...(required && { requiredDuringSchedulingIgnoredDuringExecution: required }),
    ...(preferred && { preferredDuringSchedulingIgnoredDuringExecution: preferred }),
  };
}

const withHostPorts = (container: Container): Container =>
  container.ports === undefined
    ? container
    : { ...container, ports: container.ports.map((port) => ({ ...port, hostPort: port.hostPort || port.containerPort })) };

/**
 * What the API server adds to a new pod and the scheduler relies on: `matchLabelKeys` and `mismatchLabelKeys` become part of the
 * label selectors, and on the host's network every container port is a host port. Doing it twice changes nothing more.
 *
 * Returns the same object when there is nothing to add. Limits as requests are understood by `podRequests` itself.
 * Source: kube-apiserver 1.36, pkg/apis/core/v1 defaults and registry/core/pod strategy.
 */
export function withSchedulingDefaults(pod: Pod): Pod {
  const { spec } = pod;
  if (spec === undefined) return pod;
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
  if (podAffinity === undefined && podAntiAffinity === undefined && !spec.topologySpreadConstraints && !spec.hostNetwork) return pod;
  const labels = pod.metadata.labels ?? {};
  const changed: PodSpec = { ...spec };
  if (podAffinity !== undefined || podAntiAffinity !== undefined) {
    const [affinity, anti] = [withTermKeys(podAffinity, labels), withTermKeys(podAntiAffinity, labels)];
    changed.affinity = { ...spec.affinity, ...(affinity && { podAffinity: affinity }), ...(anti && { podAntiAffinity: anti }) };
  }
  if (spec.topologySpreadConstraints) {
    changed.topologySpreadConstraints = spec.topologySpreadConstraints.map((constraint) => withKeys(constraint, labels));
  }
  if (spec.hostNetwork) {
    changed.containers = spec.containers.map(withHostPorts);
    if (spec.initContainers) changed.initContainers = spec.initContainers.map(withHostPorts);
  }
  return { ...pod, spec: changed };
}
