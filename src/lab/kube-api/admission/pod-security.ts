/** The PodSecurity admission plugin: a namespace's labels say what its pods may do. Source: k8s.io/pod-security-admission/admission, 1.36. */
import type { Resource } from '../../../kubernetes/index.ts';
import { sameJson } from '../json.ts';
import type { RuleContext } from '../kind-rules.ts';
import { Problems } from '../problems.ts';
import { forbidden, invalid } from '../statuses.ts';
import { namespaceOf, type Stored } from '../store.ts';
import { podOf, type CheckedPod, type Violation } from './_security-check.ts';
import { BASELINE_CHECKS } from './security-checks-baseline.ts';
import { RESTRICTED_CHECKS } from './security-checks-restricted.ts';

const PREFIX = 'pod-security.kubernetes.io/';
const LEVELS = ['privileged', 'baseline', 'restricted'];
const VERSION = /^v1\.(0|[1-9]\d*)$/;
const MODES = ['enforce', 'audit', 'warn'] as const;
type Mode = (typeof MODES)[number];

interface Policy {
  readonly level: string;
  /** As it is told: `latest` or `v1.25`. */
  readonly version: string;
}

const PRIVILEGED: Policy = { level: 'privileged', version: 'latest' };

/** What a label asks for. One that makes no sense is taken at its strictest. */
function policyOf(labels: Readonly<Record<string, string>>, mode: Mode): Policy {
  const level = labels[`${PREFIX}${mode}`];
  if (level === undefined) return PRIVILEGED;
  const version = labels[`${PREFIX}${mode}-version`] ?? 'latest';
  const known = version === 'latest' || VERSION.test(version);
  return LEVELS.includes(level) ? { level, version: known ? version : 'latest' } : { level: 'restricted', version: 'latest' };
}

const versionOf = ({ version }: Policy): number => Number(VERSION.exec(version)?.[1] ?? Number.POSITIVE_INFINITY);
const told = ({ level, version }: Policy): string => `"${level}:${version}"`;

/** Everything in a pod that a policy does not allow. */
function violationsOf(pod: Omit<CheckedPod, 'version'>, policy: Policy): Violation[] {
  if (policy.level === 'privileged') return [];
  const version = versionOf(policy);
  const isBaseline = policy.level === 'baseline';
  const checks = [
    ...BASELINE_CHECKS.filter(({ overlaps }) => overlaps !== true),
    ...(isBaseline ? BASELINE_CHECKS.filter(({ overlaps }) => overlaps === true) : RESTRICTED_CHECKS),
  ];
  return checks.flatMap(({ since = 0, run }) => (since <= version ? (run({ ...pod, version }) ?? []) : []));
}

const detailOf = (violations: readonly Violation[]): string => violations.map(({ reason, detail }) => `${reason} (${detail})`).join(', ');

export interface SecurityRequest {
  readonly resource: Resource;
  readonly object: Stored;
  readonly previous: Stored | undefined;
  readonly context: RuleContext;
  /** Hears what is let through although it should not be there. */
  readonly warn: (text: string) => void;
}

/** Refuses pods that their namespace's labels forbid, and warns of what would be. Errors: `ApiError` 403, 422. */
export function admitPodSecurity(request: SecurityRequest): void {
  const { resource, object, previous, context, warn } = request;
  if (resource.kind === 'Namespace') {
    checkLabels(request);
    return warnOfStandingPods(request);
  }
  if (!resource.namespaced) return undefined;
  const labels = context.store.get('Namespace', '', namespaceOf(object))?.metadata.labels;
  // Most namespaces say nothing.
  if (labels === undefined || !Object.keys(labels).some((key) => key.startsWith(PREFIX))) return undefined;
  const pod = podOf(object);
  if (pod === undefined) return undefined;
  if (resource.kind === 'Pod') {
    if (previous !== undefined && !isSignificant(pod, podOf(previous))) return undefined;
    const policy = policyOf(labels, 'enforce');
    const violations = violationsOf(pod, policy);
    if (violations.length > 0) {
      throw forbidden(resource, object.metadata.name, `violates PodSecurity ${told(policy)}: ${detailOf(violations)}`);
    }
  }
  const policy = policyOf(labels, 'warn');
  const violations = violationsOf(pod, policy);
  if (violations.length > 0) warn(`would violate PodSecurity ${told(policy)}: ${detailOf(violations)}`);
  return undefined;
}

type Pod = Omit<CheckedPod, 'version'>;

/** Of what can change of a pod, only images and profiles in annotations matter here. */
function isSignificant(pod: Pod, previous: Pod | undefined): boolean {
  const lists = ['containers', 'initContainers', 'ephemeralContainers'] as const;
  const images = (one: Pod | undefined): unknown =>
    lists.map((list) => (one?.spec[list] ?? []).map(({ name, image }) => ({ name, image })));
  const notes = (one: Pod | undefined): unknown =>
    Object.fromEntries(Object.entries(one?.metadata.annotations ?? {}).filter(([key]) => key.includes('seccomp.security.alpha')));
  return !sameJson(images(pod), images(previous)) || !sameJson(notes(pod), notes(previous));
}

/** A stricter label does nothing to pods that are there already; who sets it is told of them. */
function warnOfStandingPods({ object, previous, context, warn }: SecurityRequest): void {
  if (previous === undefined) return;
  const [policy, before] = [policyOf(object.metadata.labels ?? {}, 'enforce'), policyOf(previous.metadata.labels ?? {}, 'enforce')];
  const isRelaxed = policy.version === before.version && LEVELS.indexOf(policy.level) <= LEVELS.indexOf(before.level);
  if (policy.level === 'privileged' || isRelaxed) return;
  const names = new Map<string, string[]>();
  for (const pod of context.store.list('Pod', object.metadata.name)) {
    const found = podOf(pod);
    const reasons = found ? violationsOf(found, policy).map(({ reason }) => reason) : [];
    if (reasons.length > 0) names.set(reasons.join(', '), [...(names.get(reasons.join(', ')) ?? []), pod.metadata.name]);
  }
  if (names.size === 0) return;
  warn(`existing pods in namespace "${object.metadata.name}" violate the new PodSecurity enforce level ${told(policy)}`);
  const lines = [...names].map(([reasons, pods]) => `${othersOf(pods.sort())}: ${reasons}`);
  for (const line of lines.sort()) warn(line);
}

function othersOf([first = '', ...others]: readonly string[]): string {
  if (others.length === 0) return first;
  return `${first} (and ${others.length} other ${others.length === 1 ? 'pod' : 'pods'})`;
}

/** Labels that ask for what there is not; those that did so before may stay. */
function checkLabels({ resource, object, previous }: SecurityRequest): void {
  const [problems, before] = [new Problems(), new Problems()];
  validateSecurityLabels(object.metadata.labels, problems);
  validateSecurityLabels(previous?.metadata.labels, before);
  if (problems.list.length > 0 && !sameJson(problems.list, before.list)) throw invalid(resource, object.metadata.name, problems.list);
}

function validateSecurityLabels(labels: Readonly<Record<string, string>> | undefined, problems: Problems): void {
  for (const mode of MODES) {
    const level = labels?.[`${PREFIX}${mode}`];
    if (level !== undefined && !LEVELS.includes(level)) {
      problems.invalid(`metadata.labels[${PREFIX}${mode}]`, level, `must be one of ${LEVELS.join(', ')}`);
    }
    const version = labels?.[`${PREFIX}${mode}-version`];
    if (version !== undefined && version !== 'latest' && !VERSION.test(version)) {
      const why = 'must be "latest" or "v1.x"';
      problems.invalid(`metadata.labels[${PREFIX}${mode}-version]`, version, why);
    }
  }
}
