import type { Node } from '../../kubernetes/index.ts';

/** The node that an address belongs to, by pod range or the node's own address: packets for it go there whether or not anything listens. */
export function nodeOfAddress(nodes: readonly Node[], ip: string): string | undefined {
  const owner = nodes.find(
    ({ spec, status }) =>
      (status?.addresses ?? []).some((entry) => entry.address === ip) ||
      [spec?.podCIDR, ...(spec?.podCIDRs ?? [])].some((range) => range !== undefined && isInRange(ip, range)),
  );
  return owner?.metadata.name;
}

/** Tells whether an IPv4 address lies in a range such as `10.244.7.0/24`. */
export function isInRange(ip: string, range: string): boolean {
  const [base = '', length = '32'] = range.split('/');
  const address = toNumber(ip);
  const start = toNumber(base);
  if (address === undefined || start === undefined) return false;
  const size = 2 ** (32 - Number(length));
  return Math.floor(address / size) === Math.floor(start / size);
}

function toNumber(ip: string): number | undefined {
  const parts = ip.split('.').map(Number);
  if (parts.length !== 4 || !parts.every((part) => part >= 0 && part <= 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}
