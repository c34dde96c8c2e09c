/** What a pod may be told about itself (downward API). Source: validateObjectFieldSelector, validateContainerResourceFieldSelector, 1.36. */
import type { Problems } from '../problems.ts';
import { qualifiedNameProblems } from './_names.ts';
import { quantityText } from './_quantities.ts';

/** Fields that a variable can hold, sorted as they are told. */
export const ENVIRONMENT_FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
/** Fields that a file can hold. */
export const FILE_FIELDS = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'];

/** Every path that the version converts; which of them fit a place is another question. Source: podshelper.ConvertDownwardAPIFieldLabel. */
const KNOWN_FIELDS = new Set([...ENVIRONMENT_FIELDS, ...FILE_FIELDS, 'spec.restartPolicy', 'spec.schedulerName', 'status.phase']);

interface FieldReference {
  readonly apiVersion?: string | undefined;
  readonly fieldPath?: string | undefined;
}

export function validateFieldReference(
  { apiVersion = '', fieldPath = '' }: FieldReference,
  supported: readonly string[],
  path: string,
  problems: Problems,
): void {
  if (apiVersion === '') return problems.required(`${path}.apiVersion`);
  if (fieldPath === '') return problems.required(`${path}.fieldPath`);
  if (apiVersion !== 'v1') return refuse(`unsupported pod version: ${apiVersion}`);
  const [, name, key] = /^(.+?)\['(.*)'\]$/.exec(fieldPath) ?? [];
  if (name !== undefined && key !== undefined) {
    if (name === 'metadata.annotations') return problems.eachInvalid(path, key.toLowerCase(), qualifiedNameProblems(key.toLowerCase()));
    if (name === 'metadata.labels') return problems.eachInvalid(path, key, qualifiedNameProblems(key));
    return refuse(`field label does not support subscript: ${fieldPath}`);
  }
  const field = fieldPath === 'spec.host' ? 'spec.nodeName' : fieldPath;
  if (!KNOWN_FIELDS.has(field)) return refuse(`field label not supported: ${field}`);
  if (!supported.includes(field)) problems.unsupported(`${path}.fieldPath`, field, supported);
  return undefined;

  function refuse(why: string): void {
    problems.invalid(`${path}.fieldPath`, fieldPath, `error converting fieldPath: ${why}`);
  }
}

const RESOURCES = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const HUGE_PAGES = /^(?:limits|requests)\.hugepages-/;
const BYTES = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];
const BYTES_TEXT = `only divisor's values ${BYTES.join(', ')} are supported with the`;

interface ResourceReference {
  readonly containerName?: string | undefined;
  readonly resource?: string | undefined;
  readonly divisor?: string | undefined;
}

/** In a file (`inFile`) the container has to be named. */
export function validateResourceReference(reference: ResourceReference, path: string, problems: Problems, inFile = false): void {
  const { containerName = '', resource = '', divisor = '0' } = reference;
  if (inFile && containerName === '') problems.required(`${path}.containerName`);
  else if (resource === '') problems.required(`${path}.resource`);
  else if (!RESOURCES.includes(resource) && !HUGE_PAGES.test(resource)) problems.unsupported(`${path}.resource`, resource, RESOURCES);
  validateDivisor(resource, quantityText(divisor), `${path}.divisor`, problems);
}

function validateDivisor(resource: string, divisor: string, path: string, problems: Problems): void {
  if (divisor === '0') return;
  const [, item = ''] = /^(?:limits|requests)\.(.*)$/.exec(resource) ?? [];
  if (item === 'cpu') {
    if (divisor !== '1' && divisor !== '1m') {
      problems.invalid(path, resource, "only divisor's values 1m and 1 are supported with the cpu resource");
    }
    return;
  }
  const what = { memory: 'memory', 'ephemeral-storage': 'local ephemeral storage' }[item] ?? (HUGE_PAGES.test(resource) ? 'hugepages' : '');
  if (what !== '' && !BYTES.includes(divisor)) problems.invalid(path, resource, `${BYTES_TEXT} ${what} resource`);
}
