/** What is let through in pods and templates, but told to who writes them. Source: pkg/api/pod/warnings.go, 1.36. */
import { quoted } from '../problems.ts';
import { nodeLabelWarning, nodeTermWarnings } from './_node-label-warnings.ts';
import type { AffinityFields, MetaFields, PodSpecFields } from './_pod-fields.ts';
import { fractionalBytes } from './_quantities.ts';
import { containerWarnings } from './container-warnings.ts';
import { SECCOMP_POD } from './pod-metadata.ts';
import { volumesWarnings } from './volume-warnings.ts';

export interface TemplateFields {
  readonly metadata?: MetaFields | undefined;
  readonly spec?: PodSpecFields | undefined;
}

const ANNOTATIONS: readonly (readonly [key: string, told: string])[] = [
  ['scheduler.alpha.kubernetes.io/critical-pod', 'non-functional in v1.16+; use the "priorityClassName" field instead'],
  ['security.alpha.kubernetes.io/sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
  ['security.alpha.kubernetes.io/unsafe-sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
];

const USE_SECCOMP = 'non-functional in v1.27+; use the "seccompProfile" field instead';
const MATCHES_NONE = 'a null labelSelector results in matching no pod';

/** `path`: where the template stands (`spec.template`); empty for a pod itself. */
export function podWarnings({ metadata = {}, spec = {} }: TemplateFields, path = ''): string[] {
  const prefix = path === '' ? '' : `${path}.`;
  const specPath = `${prefix}spec`;
  const { annotations = {} } = metadata;
  const annotated = (key: string, told: string): string[] => (key in annotations ? [`${prefix}metadata.annotations[${key}]: ${told}`] : []);
  return [
    ...nodeChoiceWarnings(spec, specPath),
    ...ANNOTATIONS.flatMap(([key, told]) => annotated(key, told)),
    ...volumesWarnings(spec.volumes ?? [], `${specPath}.volumes`),
    ...repeatedWarnings(spec, specPath),
    ...(['memory', 'ephemeral-storage'] as const).flatMap((name) =>
      fractionalBytes(spec.overhead?.[name], `${specPath}.overhead[${name}]`),
    ),
    ...(spec.securityContext?.seccompProfile === undefined ? annotated(SECCOMP_POD, USE_SECCOMP) : []),
    ...containerWarnings({ spec, metadata, path, specPath }),
    ...((spec.terminationGracePeriodSeconds ?? 0) < 0
      ? [`${specPath}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`]
      : []),
    ...podAffinityWarnings(spec.affinity ?? {}, `${specPath}.affinity`),
  ];
}

function nodeChoiceWarnings({ nodeSelector = {}, affinity, topologySpreadConstraints = [] }: PodSpecFields, at: string): string[] {
  const selected = Object.keys(nodeSelector).flatMap((key) => {
    const told = nodeLabelWarning(key);
    return told === undefined ? [] : [`${at}.nodeSelector[${key}]: ${told}`];
  });
  const { requiredDuringSchedulingIgnoredDuringExecution: required, preferredDuringSchedulingIgnoredDuringExecution: preferred = [] } =
    affinity?.nodeAffinity ?? {};
  const here = `${at}.affinity.nodeAffinity`;
  const terms = (required?.nodeSelectorTerms ?? []).flatMap((term, index) =>
    nodeTermWarnings(term, `${here}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${index}]`),
  );
  const preferences = preferred.flatMap(({ preference = {} }, index) =>
    nodeTermWarnings(preference, `${here}.preferredDuringSchedulingIgnoredDuringExecution[${index}].preference`),
  );
  const spreads = topologySpreadConstraints.flatMap(({ topologyKey = '', labelSelector }, index) => {
    const place = `${at}.topologySpreadConstraints[${index}]`;
    const told = nodeLabelWarning(topologyKey);
    return [
      ...(told === undefined ? [] : [`${place}.topologyKey: ${topologyKey} is ${told}`]),
      ...(labelSelector === undefined ? [`${place}.labelSelector: ${MATCHES_NONE}`] : []),
    ];
  });
  return [...selected, ...terms, ...preferences, ...spreads];
}

function repeatedWarnings({ hostAliases = [], imagePullSecrets = [] }: PodSpecFields, at: string): string[] {
  const repeated = (values: readonly string[], path: (index: number) => string, what: string): string[] =>
    values.flatMap((value, index) => (values.indexOf(value) < index ? [`${path(index)}: duplicate ${what} ${quoted(value)}`] : []));
  const secretAt = (index: number): string => `${at}.imagePullSecrets[${index}].name`;
  const names = imagePullSecrets.map(({ name = '' }) => name);
  return [
    ...repeated(
      hostAliases.map(({ ip = '' }) => ip),
      (index) => `${at}.hostAliases[${index}].ip`,
      'ip',
    ),
    ...repeated(names, secretAt, 'name'),
    ...names.flatMap((name, index) => (name === '' ? [`${secretAt(index)}: invalid empty name ""`] : [])),
  ];
}

function podAffinityWarnings(affinity: AffinityFields, at: string): string[] {
  return (['podAffinity', 'podAntiAffinity'] as const).flatMap((kind) => {
    const {
      requiredDuringSchedulingIgnoredDuringExecution: required = [],
      preferredDuringSchedulingIgnoredDuringExecution: preferred = [],
    } = affinity[kind] ?? {};
    return [
      ...required.flatMap(({ labelSelector }, index) =>
        labelSelector === undefined
          ? [`${at}.${kind}.requiredDuringSchedulingIgnoredDuringExecution[${index}].labelSelector: ${MATCHES_NONE}`]
          : [],
      ),
      ...preferred.flatMap(({ podAffinityTerm }, index) =>
        podAffinityTerm?.labelSelector === undefined
          ? [`${at}.${kind}.preferredDuringSchedulingIgnoredDuringExecution[${index}].podAffinityTerm.labelSelector: ${MATCHES_NONE}`]
          : [],
      ),
    ];
  });
}
