import { describe, expect, it } from 'vitest';
import type { PodSpec } from './objects.ts';
import { podRequests, podRequestsForScoring } from './pod-requests.ts';

const container = (name: string, cpu: string, extra: object = {}) => ({ name, resources: { requests: { cpu } }, ...extra });
const cpuOf = (spec: PodSpec): number | undefined => podRequests(spec).get('cpu');

describe('pod requests', () => {
  it('adds the containers and the overhead', () => {
    expect(cpuOf({ containers: [container('a', '100m'), container('b', '1')], overhead: { cpu: '50m' } })).toBe(1150);
  });

  it('counts the largest init container when it needs more than the containers together', () => {
    const initContainers = [container('i', '2'), container('j', '1')];
    expect(cpuOf({ containers: [container('a', '100m')], initContainers })).toBe(2000);
  });

  it('adds side-cars to the containers and to the init containers after them', () => {
    const sidecar = container('s', '500m', { restartPolicy: 'Always' });
    expect(cpuOf({ containers: [container('a', '1')], initContainers: [sidecar, container('i', '2')] })).toBe(2500);
    expect(cpuOf({ containers: [container('a', '1')], initContainers: [container('i', '1200m'), sidecar] })).toBe(1500);
  });

  it('takes a limit for an absent request', () => {
    expect(cpuOf({ containers: [{ name: 'a', resources: { limits: { cpu: '2' } } }] })).toBe(2000);
  });

  it('prefers pod-level resources', () => {
    const spec = { containers: [container('a', '1')], resources: { requests: { cpu: '300m' } } };
    expect(cpuOf(spec)).toBe(300);
  });

  it('assumes a little for silent containers when scoring, and only then', () => {
    const spec = { containers: [{ name: 'a' }, container('b', '0')] };
    expect(cpuOf(spec)).toBe(0);
    expect(podRequestsForScoring(spec)).toEqual({ milliCpu: 100, memoryMilli: 2 * 209_715_200_000 });
  });
});
