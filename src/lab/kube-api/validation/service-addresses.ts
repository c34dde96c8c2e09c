/** A Service's own addresses and their families. Source: ValidateServiceClusterIPsRelatedFields and kin, pkg/apis/core/validation, 1.36. */
import type { Problems } from '../problems.ts';
import { isIpv6, validateAddress } from './_ip-fields.ts';
import { isHeadless, type ServiceSpecFields } from './_service-fields.ts';

const FAMILIES = ['IPv4', 'IPv6'];
const FAMILY_POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
const PATH = 'spec.clusterIPs';
const FIXED = 'may not change once set';

export function validateAddresses(spec: ServiceSpecFields, problems: Problems): void {
  if (spec.type === 'ExternalName') return;
  const { clusterIP = '', clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = spec;
  if (clusterIP === '') {
    if (clusterIPs.length > 0) problems.invalid(PATH, clusterIPs, 'must be empty when `clusterIP` is not specified');
  } else if (clusterIPs.length === 0) problems.required(PATH);
  else if (clusterIPs[0] !== clusterIP) problems.invalid(PATH, clusterIPs, 'first value must match `clusterIP`');
  for (const [index, family = ''] of ipFamilies.entries()) {
    const at = `spec.ipFamilies[${index}]`;
    if (!FAMILIES.includes(family)) problems.unsupported(at, family, FAMILIES);
    if (ipFamilies.indexOf(family) < index) problems.duplicate(at, family);
  }
  if (ipFamilyPolicy !== undefined && !FAMILY_POLICIES.includes(ipFamilyPolicy)) {
    problems.unsupported('spec.ipFamilyPolicy', ipFamilyPolicy, FAMILY_POLICIES);
  }
  validateList(clusterIPs, problems, spec);
}

function validateList(addresses: readonly string[], problems: Problems, spec: ServiceSpecFields): void {
  let valid = true;
  for (const [index, address] of addresses.entries()) {
    if (index === 0 && address === 'None') {
      if (addresses.length === 1) continue;
      problems.invalid(PATH, addresses, "'None' must be the first and only value");
      valid = false;
    } else if (!validateAddress(address, `${PATH}[${index}]`, problems)) valid = false;
  }
  if (addresses.length > 2) problems.invalid(PATH, addresses, 'may only hold up to 2 values');
  if (!valid) return;
  const newer = addresses.filter(isIpv6).length;
  if (addresses.length > 1 && (newer === 0 || newer === addresses.length)) {
    problems.invalid(PATH, addresses, 'may specify no more than one IP for each IP family');
  }
  if (isHeadless(spec)) return;
  for (const [index, address] of addresses.entries()) {
    const family = spec.ipFamilies?.[index];
    const wrong = family === 'IPv4' ? isIpv6(address) : family === 'IPv6' && !isIpv6(address);
    if (wrong) problems.invalid(`${PATH}[${index}]`, address, `expected an ${family} value as indicated by \`ipFamilies[${index}]\``);
  }
}

/** A second address or family may come and go; the first stays as long as the Service has one of its own. */
export function validateAddressUpdate(spec: ServiceSpecFields, old: ServiceSpecFields, problems: Problems): void {
  if (spec.type === 'ExternalName' || old.type === 'ExternalName') return;
  if (!isHeadless(old) || !isHeadless(spec)) validateClusterIps(spec, old, problems);
  if (!isHeadless(old) && !isHeadless(spec)) validateFamilies(spec, old, problems);
}

function validateClusterIps(
  { clusterIPs: next = [], ipFamilyPolicy }: ServiceSpecFields,
  old: ServiceSpecFields,
  problems: Problems,
): void {
  const before = old.clusterIPs ?? [];
  if (before.length === next.length) {
    for (const [index, address] of before.entries()) {
      if (address !== next[index]) problems.invalid(`${PATH}[${index}]`, next, FIXED);
    }
    return;
  }
  if (next.length === 0) problems.invalid(`${PATH}[0]`, next, 'primary clusterIP can not be unset');
  if (before.length > 0 && next.length > 0 && before[0] !== next[0]) problems.invalid(`${PATH}[0]`, next, FIXED);
  if (before.length > next.length && next.length === 1 && ipFamilyPolicy !== 'SingleStack') {
    problems.invalid('spec.ipFamilyPolicy', ipFamilyPolicy, "must be set to 'SingleStack' when releasing the secondary clusterIP");
  }
}

function validateFamilies(spec: ServiceSpecFields, old: ServiceSpecFields, problems: Problems): void {
  const [before, next] = [old.ipFamilies ?? [], spec.ipFamilies ?? []];
  if (before.length === next.length) {
    for (const [index, family] of before.entries()) if (family !== next[index]) problems.invalid('spec.ipFamilies[0]', next, FIXED);
    return;
  }
  if (before.length > next.length && (spec.clusterIPs ?? []).length === 0) {
    problems.invalid('spec.ipFamilies[0]', next, 'primary ipFamily can not be unset');
  }
  if (before.length > 0 && next.length > 0 && before[0] !== next[0]) problems.invalid('spec.ipFamilies[0]', spec.clusterIPs, FIXED);
  if (before.length > next.length && next.length === 1 && spec.ipFamilyPolicy !== 'SingleStack') {
    problems.invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, "must be set to 'SingleStack' when releasing the secondary ipFamily");
  }
}
