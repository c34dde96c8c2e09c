/** What containers and pods ask for. Source: validateResourceRequirements, validateResizePolicy, validatePodResources, 1.36. */
import { compareQuantities, formatQuantity, type Pod } from '../../../kubernetes/index.ts';
import { podAmounts } from '../admission/pod-amounts.ts';
import type { Problems } from '../problems.ts';
import { labelProblems } from './_names.ts';
import type { ContainerFields, PodSpecFields, ResourceFields } from './_pod-fields.ts';
import {
  isHugePages,
  isOvercommitAllowed,
  isWholePages,
  quantityText,
  validateContainerResourceName,
  validateResourceName,
  validateResourceQuantity,
} from './_quantities.ts';

type NameCheck = (name: string, field: string, problems: Problems) => void;

const isComputed = (name: string): boolean => name === 'cpu' || name === 'memory';

/** Names of a container's or an overhead's resources. `claimNames`: those that the pod has. */
export function validateContainerResources(
  resources: ResourceFields,
  path: string,
  problems: Problems,
  claimNames: ReadonlySet<string> = new Set(),
): void {
  validateRequirements(resources, path, problems, validateContainerResourceName);
  if (resources.claims) validateClaims(resources.claims, `${path}.claims`, problems, claimNames);
}

function validateRequirements(
  { limits = {}, requests = {} }: ResourceFields,
  path: string,
  problems: Problems,
  checkName: NameCheck,
): void {
  for (const name in limits) validateAmount(name, limits[name] ?? '0', `${path}.limits[${name}]`, problems, checkName);
  for (const name in requests) {
    const request = requests[name] ?? '0';
    const at = `${path}.requests[${name}]`;
    checkName(name, at, problems);
    validateResourceQuantity(name, request, at, problems);
    validateAgainstLimit({ name, request, limit: limits[name] }, path, problems);
    validatePages(name, request, at, problems);
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  if (names.some(isHugePages) && !names.some(isComputed)) problems.forbidden(path, 'HugePages require cpu or memory');
}

function validateAmount(name: string, amount: string, path: string, problems: Problems, checkName: NameCheck): void {
  checkName(name, path, problems);
  validateResourceQuantity(name, amount, path, problems);
  validatePages(name, amount, path, problems);
}

function validatePages(name: string, amount: string, path: string, problems: Problems): void {
  if (!isHugePages(name) || isWholePages(name, amount)) return;
  problems.invalid(path, quantityText(amount), `${quantityText(amount)} is not positive integer multiple of ${name}`);
}

interface Bounds {
  readonly name: string;
  readonly request: string;
  readonly limit: string | undefined;
}

function validateAgainstLimit({ name, request, limit }: Bounds, path: string, problems: Problems): void {
  if (limit === undefined) {
    if (!isOvercommitAllowed(name)) problems.required(`${path}.limits`, 'Limit must be set for non overcommitable resources');
    return;
  }
  const order = request === limit ? 0 : compareQuantities(request, limit);
  const tell = (how: string): void =>
    problems.invalid(`${path}.requests`, quantityText(request), `must be ${how} ${name} limit of ${quantityText(limit)}`);
  if (order !== 0 && !isOvercommitAllowed(name)) tell('equal to');
  else if (order > 0) tell('less than or equal to');
}

function validateClaims(claims: NonNullable<ResourceFields['claims']>, path: string, problems: Problems, known: ReadonlySet<string>): void {
  const names = new Set<string>();
  for (const [index, { name = '', request = '' }] of claims.entries()) {
    const at = `${path}[${index}]`;
    if (name === '') {
      problems.required(at);
      continue;
    }
    const key = request === '' ? name : `${name}/${request}`;
    if (names.has(name)) problems.duplicate(at, name);
    else {
      if (request !== '') problems.eachInvalid(`${at}.request`, request, labelProblems(request));
      if (names.has(key)) problems.duplicate(at, key);
      else if (request === '') for (const other of names) if (other.startsWith(`${name}/`)) problems.duplicate(at, name);
      names.add(key);
    }
    if (known.has(name)) continue;
    const which = known.size === 0 ? ' which is empty' : `: ${[...known].sort().join(', ')}`;
    problems.notFound(at, name, `must be one of the names in pod.spec.resourceClaims${which}`);
  }
}

const RESIZED = ['cpu', 'memory'];
const RESIZE_POLICIES = ['NotRequired', 'RestartContainer'];

export function validateResizePolicies(
  policies: NonNullable<ContainerFields['resizePolicy']>,
  path: string,
  problems: Problems,
  podRestartPolicy: string | undefined,
): void {
  const names = new Set<string>();
  for (const [index, { resourceName = '', restartPolicy = '' }] of policies.entries()) {
    if (names.has(resourceName)) problems.duplicate(`${path}[${index}]`, resourceName);
    names.add(resourceName);
    if (resourceName === '') problems.required(path);
    else if (!RESIZED.includes(resourceName)) problems.unsupported(path, resourceName, RESIZED);
    if (restartPolicy === '') problems.required(path);
    else if (!RESIZE_POLICIES.includes(restartPolicy)) problems.unsupported(path, restartPolicy, RESIZE_POLICIES);
    if (podRestartPolicy === 'Never' && restartPolicy !== 'NotRequired') {
      problems.invalid(path, restartPolicy, "must be 'NotRequired' when `restartPolicy` is 'Never'");
    }
  }
}

const POD_RESOURCES = ['cpu', 'hugepages-', 'memory'];

const validatePodResourceName: NameCheck = (name, field, problems) => {
  if (!validateResourceName(name, field, problems)) return;
  if (!isComputed(name) && !isHugePages(name)) problems.unsupported(field, name, POD_RESOURCES);
};

/** A pod's own resources, which bound those of its containers together. */
export function validatePodResources(spec: PodSpecFields, path: string, problems: Problems): void {
  const { resources, containers = [] } = spec;
  if (resources === undefined) return;
  if (resources.claims) problems.forbidden(`${path}.claims`, 'claims cannot be set for Resources at pod-level');
  validateRequirements(resources, path, problems, validatePodResourceName);
  const { resources: _, overhead: __, ...rest } = spec;
  // The amounts are read in the same shape; whatever is missing counts as none.
  const together = podAmounts({ metadata: { name: '' }, spec: { containers: [], ...rest } as Pod['spec'] } as Pod, 'requests');
  for (const [name, amount] of together) {
    // Other resources are the containers' own.
    if (!isComputed(name) && !isHugePages(name)) continue;
    const stated = resources.requests?.[name] ?? '0';
    const sum = formatQuantity(amount);
    if (compareQuantities(sum, stated) <= 0) continue;
    const why = `must be greater than or equal to aggregate container requests of ${sum}`;
    problems.invalid(`${path}.requests[${name}]`, quantityText(stated), why);
  }
  for (const [index, { resources: own }] of containers.entries()) {
    for (const [name, limit] of Object.entries(own?.limits ?? {})) {
      const most = resources.limits?.[name];
      if (limit === undefined || most === undefined || compareQuantities(limit, most) <= 0) continue;
      const at = `${path}.containers[${index}][${name}].limits`;
      problems.invalid(at, quantityText(limit), `must be less than or equal to pod limits of ${quantityText(most)}`);
    }
  }
}
