/** Quantities, and the names of what they count. Source: pkg/apis/core/helper and pkg/apis/core/validation, 1.36. */
import { canonicalQuantity, parseQuantity } from '../../../kubernetes/index.ts';
import { quoted, type Problems } from '../problems.ts';
import { qualifiedNameProblems } from './_names.ts';
import { NEGATIVE, NOT_POSITIVE } from './_numbers.ts';

const HUGE_PAGES = 'hugepages-';
const NANO = 1_000_000_000n;

const CONTAINER_RESOURCES: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);
/** Things that are counted in whole pieces. */
const PIECES: ReadonlySet<string> = new Set([
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
]);
const QUOTA_RESOURCES: ReadonlySet<string> = new Set([
  ...CONTAINER_RESOURCES,
  ...[...CONTAINER_RESOURCES].flatMap((name) => [`requests.${name}`, `limits.${name}`]),
  'requests.storage',
  ...PIECES,
]);
const STANDARD_RESOURCES: ReadonlySet<string> = new Set([...QUOTA_RESOURCES, 'storage']);

export const isHugePages = (name: string): boolean => name.startsWith(HUGE_PAGES);
const isQuotaHugePages = (name: string): boolean => isHugePages(name) || name.startsWith(`requests.${HUGE_PAGES}`);

/** Kubernetes' own, not a vendor's. */
export const isNativeResource = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/');

/** A vendor's resource (`example.com/gpu`), in whole pieces. */
export const isExtendedResource = (name: string): boolean =>
  !isNativeResource(name) && !name.startsWith('requests.') && qualifiedNameProblems(`requests.${name}`).length === 0;

/** More may be promised than there is: limits may be above requests. */
export const isOvercommitAllowed = (name: string): boolean => isNativeResource(name) && !isHugePages(name);

export const isContainerResource = (name: string): boolean => CONTAINER_RESOURCES.has(name) || isHugePages(name);

/** What a quantity's text becomes when it is stored and told; anything else as it is. */
export function quantityText(text: string | number): string {
  try {
    return canonicalQuantity(text);
  } catch {
    return String(text);
  }
}

const isNegative = (text: string): boolean => text.startsWith('-') && parseQuantity(text).nano < 0n;

export function validateNonnegativeQuantity(text: string, field: string, problems: Problems): void {
  if (isNegative(text)) problems.invalid(field, quantityText(text), NEGATIVE);
}

export function validatePositiveQuantity(text: string, field: string, problems: Problems): void {
  if (parseQuantity(text).nano <= 0n) problems.invalid(field, quantityText(text), NOT_POSITIVE);
}

/** An amount of the resource `name`: not negative, whole where it is counted in pieces. */
export function validateResourceQuantity(name: string, text: string, field: string, problems: Problems): void {
  validateNonnegativeQuantity(text, field, problems);
  if (CONTAINER_RESOURCES.has(name) || !(PIECES.has(name) || isExtendedResource(name))) return;
  if (parseQuantity(text).nano % NANO !== 0n) problems.invalid(field, quantityText(text), 'must be an integer');
}

/** A name of Kubernetes or of a vendor. False when it is told to be none. */
export function validateResourceName(name: string, field: string, problems: Problems): boolean {
  if (STANDARD_RESOURCES.has(name)) return true;
  const texts = qualifiedNameProblems(name);
  problems.eachInvalid(field, name, texts);
  if (texts.length > 0) return false;
  if (name.includes('/') || isQuotaHugePages(name)) return true;
  problems.invalid(field, name, 'must be a standard resource type or fully qualified');
  return false;
}

/** What containers can ask for. */
export function validateContainerResourceName(name: string, field: string, problems: Problems): void {
  validateResourceName(name, field, problems);
  if (!name.includes('/')) {
    if (!isContainerResource(name)) problems.invalid(field, name, 'must be a standard resource for containers');
  } else if (!isNativeResource(name) && !isExtendedResource(name)) {
    problems.invalid(field, name, "doesn't follow extended resource name standard");
  }
}

/** What a quota can limit. */
export function validateQuotaResourceName(name: string, field: string, problems: Problems): void {
  validateResourceName(name, field, problems);
  if (!name.includes('/') && !QUOTA_RESOURCES.has(name) && !isQuotaHugePages(name)) {
    problems.invalid(field, name, 'must be a standard resource for quota');
  }
}

/** Whether an amount of huge pages is a whole number of pages. */
export function isWholePages(name: string, text: string): boolean {
  try {
    const page = parseQuantity(name.slice(HUGE_PAGES.length)).nano;
    return page > 0n && page % NANO === 0n && parseQuantity(text).nano % page === 0n;
  } catch {
    return false;
  }
}

/** Bytes come in whole ones; what asks for parts of them is told so. */
export function fractionalBytes(text: string | undefined, field: string): string[] {
  if (text === undefined || parseQuantity(text).nano % NANO === 0n) return [];
  return [`${field}: fractional byte value ${quoted(quantityText(text))} is invalid, must be an integer`];
}
