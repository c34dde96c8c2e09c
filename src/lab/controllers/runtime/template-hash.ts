/** The `pod-template-hash` of a ReplicaSet: real in form (FNV-1a over the template, safe letters), not the real number. */
import type { PodTemplateSpec } from '../../../kubernetes/index.ts';

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** JSON with sorted keys and without empty members: equal for what the API server takes to be equal. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined && member !== null && !isEmptyObject(member))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

const isEmptyObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;

/** Letters as apimachinery's rand.SafeEncodeString makes them of the decimal FNV-1a sum. */
export function shortHash(text: string): string {
  let sum = FNV_OFFSET;
  for (const byte of new TextEncoder().encode(text)) sum = Math.imul(sum ^ byte, FNV_PRIME) >>> 0;
  return String(sum)
    .split('')
    .map((digit) => ALPHABET.charAt(digit.charCodeAt(0) % ALPHABET.length))
    .join('');
}

/** `collisions` as counted in the Deployment's status. */
export const templateHash = (template: PodTemplateSpec, collisions = 0): string =>
  shortHash(canonicalJson(template) + (collisions > 0 ? String(collisions) : ''));
