/** Inter-pod affinity terms, made ready to be matched many times. Source: kube-scheduler framework AffinityTerm. */
import { matchesSelector, type LabelSelector, type Pod, type PodAffinityTerm } from '../kubernetes/index.ts';

type Labels = Readonly<Record<string, string>>;

export interface AffinityTerm {
  readonly topologyKey: string;
  readonly namespaces: readonly string[];
  readonly namespaceSelector: LabelSelector | undefined;
  readonly selector: LabelSelector | undefined;
  /** 0 for required terms. */
  readonly weight: number;
}

export interface AffinityTerms {
  readonly requiredAffinity: readonly AffinityTerm[];
  readonly requiredAntiAffinity: readonly AffinityTerm[];
  readonly preferredAffinity: readonly AffinityTerm[];
  readonly preferredAntiAffinity: readonly AffinityTerm[];
}

const NONE: AffinityTerms = { requiredAffinity: [], requiredAntiAffinity: [], preferredAffinity: [], preferredAntiAffinity: [] };

/** The terms of a pod; namespaces default to the pod's own. */
export function affinityTermsOf(pod: Pod): AffinityTerms {
  const { podAffinity, podAntiAffinity } = pod.spec?.affinity ?? {};
  if (podAffinity === undefined && podAntiAffinity === undefined) return NONE;
  const own = pod.metadata.namespace ?? 'default';
  const required = (terms: readonly PodAffinityTerm[] = []): AffinityTerm[] => terms.map((term) => parse(term, own, 0));
  const preferred = (terms: readonly { weight: number; podAffinityTerm: PodAffinityTerm }[] = []): AffinityTerm[] =>
    terms.map(({ weight, podAffinityTerm }) => parse(podAffinityTerm, own, weight));
  return {
    requiredAffinity: required(podAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    requiredAntiAffinity: required(podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    preferredAffinity: preferred(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution),
    preferredAntiAffinity: preferred(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution),
  };
}

function parse(term: PodAffinityTerm, own: string, weight: number): AffinityTerm {
  const named = term.namespaces ?? [];
  return {
    topologyKey: term.topologyKey,
    namespaces: named.length === 0 && term.namespaceSelector === undefined ? [own] : named,
    namespaceSelector: term.namespaceSelector,
    selector: term.labelSelector,
    weight,
  };
}

/** Tells whether a pod with this namespace and labels is meant by the term. `labelsOf`: a namespace's labels. */
export function matchesTerm(
  term: AffinityTerm,
  pod: { readonly namespace: string; readonly labels: Labels },
  labelsOf: (namespace: string) => Labels | undefined,
): boolean {
  const inNamespace = term.namespaces.includes(pod.namespace) || matchesSelector(term.namespaceSelector, labelsOf(pod.namespace));
  return inNamespace && matchesSelector(term.selector, pod.labels);
}
