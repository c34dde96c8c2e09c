/** IP addresses. Source: apimachinery util/validation/ip.go, 1.36. */
import { isIP, isIPv4 } from 'node:net';
import type { Problems } from '../problems.ts';

/** What the API has always taken: octets may begin with zeros. */
const withoutLeadingZeros = (value: string): string => value.replace(/(^|[.:])0+(?=\d+(\.|$))/g, '$1');

export const isIpAddress = (value: string): boolean => !value.includes('%') && isIP(withoutLeadingZeros(value)) !== 0;

export function validateIp(value: string | undefined, field: string, problems: Problems): void {
  if (!isIpAddress(value ?? '')) {
    problems.invalid(field, value ?? '', 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)');
  }
}

/** One address of each family, or less. All have to be addresses. */
export function isOneOfEachFamily(values: readonly string[]): boolean {
  const v4 = values.filter((value) => isIPv4(withoutLeadingZeros(value))).length;
  return v4 <= 1 && values.length - v4 <= 1;
}
