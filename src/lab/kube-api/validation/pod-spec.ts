/** A pod's spec, alone or in a template. Source: ValidatePodSpec, pkg/apis/core/validation, 1.36. */
import type { Problems } from '../problems.ts';
import { validateLabels } from './_labels.ts';
import { labelProblems, subdomainProblems } from './_names.ts';
import { validateRange } from './_numbers.ts';
import type { PodSpecFields, ResourceClaimFields } from './_pod-fields.ts';
import { validateAffinity } from './affinity.ts';
import { validateHostNetworkPorts } from './container-ports.ts';
import { validateContainerResources, validatePodResources } from './container-resources.ts';
import { validateContainers, validateEphemeralContainers, validateInitContainers } from './containers.ts';
import { goValue } from './_go-value.ts';
import { validateDnsConfig, validateDnsPolicy, validateHostAliases } from './pod-network.ts';
import { validateHostProcess, validateHostUsers, validateOs } from './pod-os.ts';
import { validateReadinessGates, validateSchedulingGates, validateSpreads, validateTolerations } from './pod-scheduling.ts';
import { validatePodSecurityContext } from './security-contexts.ts';
import { validateVolumes, type SpecPlace } from './volumes.ts';

const RESTART_POLICIES = ['Always', 'OnFailure', 'Never'];
const PREEMPTION_POLICIES = ['PreemptLowerPriority', 'Never'];
const INT32 = { least: 1, most: 2 ** 31 - 1 };
const LONGEST_HOSTNAME = 64;

/** Tells what is wrong with a spec at `path`, in the order of the real server. */
export function validatePodSpec(spec: PodSpecFields, path: string, problems: Problems, place: SpecPlace): void {
  if (spec.terminationGracePeriodSeconds === undefined) problems.required(`${path}.terminationGracePeriodSeconds`);
  const volumes = validateVolumes(spec, `${path}.volumes`, problems, place);
  const claimNames = new Set((spec.resourceClaims ?? []).map(({ name = '' }) => name).filter((name) => name !== ''));
  validateResourceClaims(spec.resourceClaims ?? [], `${path}.resourceClaims`, problems);
  const pod = { spec, volumes, claimNames, hostUsers: spec.hostUsers !== false };
  validateContainers(`${path}.containers`, problems, pod);
  validateInitContainers(`${path}.initContainers`, problems, pod);
  validateEphemeralContainers(`${path}.ephemeralContainers`, problems, pod);
  validatePodResources(spec, `${path}.resources`, problems);
  validateHostNetworkPorts(spec, path, problems, place.isPod);
  validateChoice(spec.restartPolicy, `${path}.restartPolicy`, problems, RESTART_POLICIES);
  validateDnsPolicy(spec, `${path}.dnsPolicy`, problems);
  validateLabels(spec.nodeSelector, `${path}.nodeSelector`, problems);
  validatePodSecurityContext(spec, `${path}.securityContext`, problems);
  if (spec.affinity) validateAffinity(spec.affinity, `${path}.affinity`, problems);
  validateDnsConfig(spec, `${path}.dnsConfig`, problems);
  if (spec.readinessGates) validateReadinessGates(spec.readinessGates, `${path}.readinessGates`, problems);
  if (spec.schedulingGates) validateSchedulingGates(spec.schedulingGates, `${path}.schedulingGates`, problems);
  if (spec.topologySpreadConstraints) {
    validateSpreads(spec.topologySpreadConstraints, `${path}.topologySpreadConstraints`, problems);
  }
  validateHostProcess(spec, path, problems);
  validateHostUsers(spec, path, problems);
  validateNames(spec, path, problems);
}

function validateChoice(value: string | undefined, path: string, problems: Problems, known: readonly string[]): void {
  if ((value ?? '') === '') problems.required(path);
  else if (!known.includes(value ?? '')) problems.unsupported(path, value, known);
}

/** The second half: single members that name something, and the operating system. */
function validateNames(spec: PodSpecFields, path: string, problems: Problems): void {
  const name = (
    key: 'serviceAccountName' | 'nodeName' | 'hostname' | 'subdomain' | 'priorityClassName',
    check: (text: string) => string[],
  ) => {
    const value = spec[key] ?? '';
    if (value !== '') problems.eachInvalid(`${path}.${key}`, value, check(value));
  };
  name('serviceAccountName', subdomainProblems);
  name('nodeName', subdomainProblems);
  validateRange(spec.activeDeadlineSeconds, `${path}.activeDeadlineSeconds`, problems, INT32);
  name('hostname', labelProblems);
  name('subdomain', labelProblems);
  validateHostnameOverride(spec, path, problems);
  if (spec.tolerations) validateTolerations(spec.tolerations, `${path}.tolerations`, problems);
  if (spec.hostAliases) validateHostAliases(spec.hostAliases, `${path}.hostAliases`, problems);
  name('priorityClassName', subdomainProblems);
  const { runtimeClassName, preemptionPolicy, overhead } = spec;
  if (runtimeClassName !== undefined)
    problems.eachInvalid(`${path}.runtimeClassName`, runtimeClassName, subdomainProblems(runtimeClassName));
  if (preemptionPolicy !== undefined) validateChoice(preemptionPolicy, `${path}.preemptionPolicy`, problems, PREEMPTION_POLICIES);
  if (overhead) validateContainerResources({ limits: overhead }, `${path}.overhead`, problems);
  validateOs(spec, path, problems);
}

/** The name that the pod's programs see as their machine's. */
function validateHostnameOverride(
  { hostnameOverride: name, setHostnameAsFQDN, hostNetwork }: PodSpecFields,
  path: string,
  problems: Problems,
): void {
  if (name === undefined) return;
  const at = `${path}.hostnameOverride`;
  if (hostNetwork === true) problems.forbidden(at, 'cannot be set when hostNetwork is true');
  if (setHostnameAsFQDN === true) problems.forbidden(at, 'cannot be set when setHostnameAsFQDN is true');
  if (name.length > LONGEST_HOSTNAME) problems.tooLongBytes(at, LONGEST_HOSTNAME);
  problems.eachInvalid(at, name, subdomainProblems(name));
}

function validateResourceClaims(claims: readonly ResourceClaimFields[], path: string, problems: Problems): void {
  const names = new Set<string>();
  for (const [index, claim] of claims.entries()) {
    const at = `${path}[${index}]`;
    const { name = '', resourceClaimName, resourceClaimTemplateName } = claim;
    if (name === '') problems.required(`${at}.name`);
    else if (names.has(name)) problems.duplicate(`${at}.name`, name);
    else problems.eachInvalid(`${at}.name`, name, labelProblems(name));
    names.add(name);
    const value = (): unknown => goValue('PodResourceClaim', claim);
    if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined) {
      problems.invalid(at, value(), 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified');
    }
    if (resourceClaimName === undefined && resourceClaimTemplateName === undefined) {
      problems.invalid(at, value(), 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`');
    }
    for (const key of ['resourceClaimName', 'resourceClaimTemplateName'] as const) {
      const text = claim[key];
      if (text !== undefined) problems.eachInvalid(`${at}.${key}`, text, subdomainProblems(text));
    }
  }
}
