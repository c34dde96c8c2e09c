import { expect, it } from 'vitest';
import { PodAddresses } from './pod-addresses.ts';

it("gives each pod an address of its own within the node's range, and none when all are taken", () => {
  const addresses = new PodAddresses('10.244.3.0/28');
  addresses.keep('10.244.3.5', 'old');
  const given = Array.from({ length: 12 }, (_, index) => addresses.take(`pod-${index}`));
  const taken = given.filter((ip) => ip !== undefined);
  expect(taken).not.toContain('10.244.3.5');
  expect(new Set(taken).size).toBe(taken.length);
  expect(taken.every((ip) => ip.startsWith('10.244.3.'))).toBe(true);
  expect(given.at(-1)).toBeUndefined();
});

it('uses an address again only after its pod has gone, and not at once', () => {
  const addresses = new PodAddresses('10.244.3.0/24');
  const first = addresses.take('a');
  addresses.release('a');
  expect(addresses.take('b')).not.toBe(first);
});
