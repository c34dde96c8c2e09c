/** `acme.io/foo`: who manages or controls something. Source: IsDomainPrefixedPath, apimachinery util/validation, 1.36. */
import type { Problems } from '../problems.ts';
import { regexProblem, subdomainProblems } from './_names.ts';

const PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";

export function validateDomainPath(value: string, field: string, problems: Problems): void {
  if (value === '') return problems.required(field);
  const slash = value.indexOf('/');
  const [host, path] = [value.slice(0, slash), value.slice(slash + 1)];
  if (slash <= 0 || path === '') return problems.invalid(field, value, 'must be a domain-prefixed path (such as "acme.io/foo")');
  problems.eachInvalid(field, host, subdomainProblems(host));
  if (!new RegExp(`^${PATH}$`).test(path)) problems.invalid(field, path, regexProblem('Invalid path', PATH));
  return undefined;
}
