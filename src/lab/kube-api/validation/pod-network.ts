/** How a pod resolves names. Source: validateDNSPolicy, validatePodDNSConfig, ValidateHostAliases, pkg/apis/core/validation, 1.36. */
import type { Problems } from '../problems.ts';
import { validateAddress } from './_ip-fields.ts';
import { subdomainProblems, subdomainWithUnderscoreProblems } from './_names.ts';
import type { DnsFields, PodSpecFields } from './_pod-fields.ts';

const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const MOST_NAMESERVERS = 3;
const MOST_SEARCHES = 32;
const LONGEST_SEARCHES = 2048;

export function validateDnsPolicy({ dnsPolicy = '' }: PodSpecFields, path: string, problems: Problems): void {
  if (dnsPolicy === '') problems.required(path);
  else if (!DNS_POLICIES.includes(dnsPolicy)) problems.unsupported(path, dnsPolicy, DNS_POLICIES);
}

export function validateDnsConfig({ dnsConfig, dnsPolicy }: PodSpecFields, path: string, problems: Problems): void {
  if (dnsPolicy === 'None') {
    if (!dnsConfig) return problems.required(path, 'must provide `dnsConfig` when `dnsPolicy` is None');
    if ((dnsConfig.nameservers ?? []).length === 0) {
      return problems.required(`${path}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None');
    }
  }
  if (!dnsConfig) return undefined;
  const { nameservers = [], options = [] } = dnsConfig;
  if (nameservers.length > MOST_NAMESERVERS) {
    problems.invalid(`${path}.nameservers`, nameservers, `must not have more than ${MOST_NAMESERVERS} nameservers`);
  }
  for (const [index, address] of nameservers.entries()) validateAddress(address, `${path}.nameservers[${index}]`, problems);
  validateSearches(dnsConfig, `${path}.searches`, problems);
  for (const [index, { name = '' }] of options.entries()) {
    if (name === '') problems.required(`${path}.options[${index}]`, 'must not be empty');
  }
  return undefined;
}

function validateSearches({ searches = [] }: DnsFields, path: string, problems: Problems): void {
  if (searches.length > MOST_SEARCHES) problems.invalid(path, searches, `must not have more than ${MOST_SEARCHES} search paths`);
  if (searches.join(' ').length > LONGEST_SEARCHES) {
    problems.invalid(path, searches, `must not have more than ${LONGEST_SEARCHES} characters (including spaces) in the search list`);
  }
  for (const [index, search] of searches.entries()) {
    const name = search.replace(/\.$/, '');
    if (search !== '.') problems.eachInvalid(`${path}[${index}]`, name, subdomainWithUnderscoreProblems(name));
  }
}

export function validateHostAliases(aliases: NonNullable<PodSpecFields['hostAliases']>, path: string, problems: Problems): void {
  for (const [index, { ip, hostnames = [] }] of aliases.entries()) {
    validateAddress(ip, `${path}[${index}].ip`, problems);
    for (const [position, name] of hostnames.entries()) {
      problems.eachInvalid(`${path}[${index}].hostnames[${position}]`, name, subdomainProblems(name));
    }
  }
}
