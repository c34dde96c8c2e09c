/** Names of signers and of their trust bundles. Source: pkg/apis/core/validation/names.go, 1.36. */
import { quoted, type Problems } from '../problems.ts';
import { isLongerThan, labelProblems, subdomainProblems } from './_names.ts';

const LONGEST_DOMAIN = 253;
const LONGEST_SIGNER = LONGEST_DOMAIN + 1 + 63 + 1 + LONGEST_DOMAIN;

/** The problems of the first part that has any. */
function firstProblems(parts: readonly string[], check: (part: string) => string[]): string[] {
  for (const part of parts) {
    const texts = check(part);
    if (texts.length > 0) return texts.map((text) => `validating label ${quoted(part)}: ${text}`);
  }
  return [];
}

/** `example.com/name`. */
export function validateSignerName(name: string, path: string, problems: Problems): void {
  if (name === '') return problems.required(path);
  const [domain, rest, ...more] = name.split('/');
  if (domain === undefined || rest === undefined || more.length > 0) {
    return problems.invalid(path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'");
  }
  if (isLongerThan(domain, LONGEST_DOMAIN)) problems.tooLongBytes(path, LONGEST_DOMAIN);
  problems.eachInvalid(path, domain, firstProblems(domain.split('.'), labelProblems));
  if (!domain.includes('.')) problems.invalid(path, domain, 'should be a domain with at least two segments separated by dots');
  problems.eachInvalid(path, rest, firstProblems(rest.split('.'), subdomainProblems));
  if (isLongerThan(name, LONGEST_SIGNER)) problems.tooLongBytes(path, LONGEST_SIGNER);
  return undefined;
}

/** `name`, or `example.com:signer:name` of a bundle that belongs to a signer. */
export const clusterTrustBundleNameProblems = (name: string): string[] => subdomainProblems(name.slice(name.lastIndexOf(':') + 1));
