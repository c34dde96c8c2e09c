/** For tests: pods as a client sends them, and what the server says to them. */
import { createRandom, createVirtualClock } from '../../../base/index.ts';
import type { Pod } from '../../../kubernetes/index.ts';
import { ApiError, createLabApi, type LabApi } from '../index.ts';

export const testApi = (): LabApi =>
  createLabApi({ clock: createVirtualClock(Date.parse('2026-01-31T12:00:00Z')), random: createRandom('pods') });

/** A pod with one container `c`; members of the spec and of the container are added or replaced. */
export function testPod(spec: object = {}, container: object = {}, annotations?: Record<string, string>): Pod {
  const pod: unknown = {
    metadata: { name: 'p', namespace: 'default', ...(annotations ? { annotations } : {}) },
    spec: { containers: [{ name: 'c', image: 'i', ...container }], ...spec },
  };
  return pod as Pod; // tests of refusals send what no type allows
}

/** `field: message` for every cause of a refusal; an empty list when there is none. */
export function causesOf(act: () => unknown): string[] {
  try {
    act();
    return [];
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const causes = error.status.details?.causes;
    return causes === undefined ? [error.message] : causes.map(({ field = '', message = '' }) => `${field}: ${message}`);
  }
}
