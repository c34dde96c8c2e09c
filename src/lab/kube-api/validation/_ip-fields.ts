/** Addresses and ranges of addresses in fields, by the strict rules that hold since 1.36 (StrictIPCIDRValidation). Source: apimachinery util/validation/ip.go. */
import { isIP } from 'node:net';
import type { Problems } from '../problems.ts';

/** An address as its bytes: 4 or 16. */
export interface Address {
  readonly family: 4 | 6;
  readonly bytes: readonly number[];
}

const withoutZeros = (value: string): string =>
  value.replace(/(^|[.:])0+(?=\d+(?:\.|$))/g, (whole: string, before: string, at: number) =>
    before === ':' && !value.slice(at).includes('.') ? whole : before,
  );

const PLAIN_V4 = /^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}$/;

/** Reads an address; octets may begin with zeros. Undefined when it is none. */
export function parseAddress(value: string): Address | undefined {
  // Most addresses are this plain, and slices have thousands of them.
  if (PLAIN_V4.test(value)) {
    const bytes = value.split('.').map(Number);
    return bytes.every((byte) => byte < 256) ? { family: 4, bytes } : undefined;
  }
  if (value.includes('%')) return undefined;
  const plain = value.includes('.') ? withoutZeros(value) : value;
  const family = isIP(plain);
  if (family === 4) return { family: 4, bytes: plain.split('.').map(Number) };
  return family === 6 ? { family: 6, bytes: bytesOfV6(plain) } : undefined;
}

function bytesOfV6(value: string): number[] {
  const dotted = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(value);
  const hex = (high: string | undefined, low: string | undefined): string => (Number(high) * 256 + Number(low)).toString(16);
  const plain = dotted ? `${value.slice(0, dotted.index)}${hex(dotted[1], dotted[2])}:${hex(dotted[3], dotted[4])}` : value;
  const [head = '', tail] = plain.split('::');
  const groups = (text: string): number[] => (text === '' ? [] : text.split(':').map((group) => parseInt(group, 16)));
  const [before, after] = [groups(head), groups(tail ?? '')];
  const middle = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => 0);
  return [...before, ...middle, ...after].flatMap((group) => [group >> 8, group & 0xff]);
}

const isMapped = ({ bytes }: Address): boolean =>
  bytes.length === 16 && bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;

/** What Go's net package takes it for: a mapped address is one of version 4. */
export const isIpv6 = (value: string): boolean => {
  if (!value.includes(':')) return false;
  const address = parseAddress(value);
  return address !== undefined && address.family === 6 && !isMapped(address);
};

/** An address in its shortest form. */
export function canonicalAddress(address: Address): string {
  const { bytes } = address;
  if (address.family === 4) return bytes.join('.');
  if (isMapped(address)) return bytes.slice(12).join('.');
  const groups = Array.from({ length: 8 }, (_, index) => (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

const NO_ADDRESS = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';

/** False when it is told to be none. */
export function validateAddress(value: string | undefined, field: string, problems: Problems): boolean {
  const text = value ?? '';
  const address = parseAddress(text);
  if (address === undefined) problems.invalid(field, text, NO_ADDRESS);
  else if (isIP(text) === 0) problems.invalid(field, text, 'must not have leading 0s');
  else if (isMapped(address)) problems.invalid(field, text, 'must not be an IPv4-mapped IPv6 address');
  else return true;
  return false;
}

export interface Range {
  readonly address: Address;
  readonly prefix: number;
}

/** `10.0.0.0/8`. Undefined when it is no range. */
export function parseRange(value: string): Range | undefined {
  const [text = '', length = '', ...rest] = value.split('/');
  const address = parseAddress(text);
  if (address === undefined || rest.length > 0 || !/^\d{1,4}$/.test(length)) return undefined;
  return Number(length) <= address.bytes.length * 8 ? { address, prefix: Number(length) } : undefined;
}

const bitOf = (bytes: readonly number[], index: number): number => ((bytes[index >> 3] ?? 0) >> (7 - (index & 7))) & 1;

function hasBitsBeyond({ address: { bytes }, prefix }: Range): boolean {
  for (let index = prefix; index < bytes.length * 8; index++) if (bitOf(bytes, index) === 1) return true;
  return false;
}

/** All addresses of `inner` lie in `outer`, and `outer` has more. */
export function isStrictlyWithin(inner: Range, outer: Range): boolean {
  if (inner.address.family !== outer.address.family || inner.prefix <= outer.prefix) return false;
  for (let index = 0; index < outer.prefix; index++) {
    if (bitOf(inner.address.bytes, index) !== bitOf(outer.address.bytes, index)) return false;
  }
  return true;
}

export function validateRangeOfAddresses(value: string | undefined, field: string, problems: Problems): void {
  const text = value ?? '';
  const range = parseRange(text);
  const [address = '', length = ''] = text.split('/');
  if (range === undefined) problems.invalid(field, text, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)');
  else if (isIP(address) === 0 || /^0\d/.test(length)) problems.invalid(field, text, 'must not have leading 0s in IP or prefix length');
  else if (isMapped(range.address)) problems.invalid(field, text, 'must not have an IPv4-mapped IPv6 address');
  else if (hasBitsBeyond(range)) problems.invalid(field, text, 'must not have bits set beyond the prefix length');
}

/** Addresses that nobody else can reach stand behind no Service. Source: ValidateNonSpecialIP, pkg/apis/core/validation. */
export function validateOrdinaryAddress(value: string | undefined, field: string, problems: Problems): void {
  const text = value ?? '';
  const address = parseAddress(text);
  if (address === undefined) return problems.invalid(field, text, 'must be a valid IP address');
  const { bytes } = address;
  const v4 = address.family === 4 ? bytes : isMapped(address) ? bytes.slice(12) : undefined;
  const [first = 0, second = 0, third = 0] = v4 ?? bytes;
  if (bytes.every((byte) => byte === 0)) problems.invalid(field, text, `may not be unspecified (${text})`);
  if (v4 ? first === 127 : bytes.every((byte, index) => byte === (index === 15 ? 1 : 0))) {
    problems.invalid(field, text, 'may not be in the loopback range (127.0.0.0/8, ::1/128)');
  }
  if (v4 ? first === 169 && second === 254 : first === 0xfe && (second & 0xc0) === 0x80) {
    problems.invalid(field, text, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)');
  }
  if (v4 ? first === 224 && second === 0 && third === 0 : first === 0xff && (second & 0x0f) === 2) {
    problems.invalid(field, text, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)');
  }
  return undefined;
}

/** Addresses of version 6 should be written in their shortest form. Source: GetWarningsForIP. */
export function addressWarnings(field: string, value: string): string[] {
  const address = parseAddress(value);
  if (address?.family !== 6 || isMapped(address)) return [];
  const canonical = canonicalAddress(address);
  return canonical === value ? [] : [`${field}: IPv6 address "${value}" should be in RFC 5952 canonical format ("${canonical}")`];
}

export function rangeWarnings(field: string, value: string): string[] {
  const range = parseRange(value);
  if (range?.address.family !== 6 || isMapped(range.address)) return [];
  const canonical = `${canonicalAddress(range.address)}/${range.prefix}`;
  return canonical === value ? [] : [`${field}: IPv6 CIDR value "${value}" should be in RFC 5952 canonical format ("${canonical}")`];
}
