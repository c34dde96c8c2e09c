/** Pods that a real server refuses, with its causes in its order. Source of every row: pkg/apis/core/validation/validation.go. */
import { describe, expect, it } from 'vitest';
import { CONTAINERS, ENVIRONMENT, PROBES, RESOURCES } from './_refused-containers.ts';
import { MEMBERS, SCHEDULING } from './_refused-specs.ts';
import { VOLUMES } from './_refused-volumes.ts';
import { causesOf, testApi, testPod } from './_test-pods.ts';

const api = testApi(); // what is refused leaves nothing behind

describe.each([
  ['containers', CONTAINERS],
  ['environments', ENVIRONMENT],
  ['resources', RESOURCES],
  ['probes and hooks', PROBES],
  ['volumes', VOLUMES],
  ['scheduling', SCHEDULING],
  ['members of the spec', MEMBERS],
] as const)('a pod is refused for its %s:', (_area, rows) => {
  it.each(rows)('%s', (_what, spec, container, causes) => {
    expect(causesOf(() => api.create('Pod', testPod(spec, container)))).toEqual(causes);
  });
});

it('annotations of a pod are checked', () => {
  const annotations = {
    'controller.kubernetes.io/pod-deletion-cost': '+1',
    'kubernetes.io/config.mirror': 'x',
    'container.apparmor.security.beta.kubernetes.io/other': 'bad',
    'seccomp.security.alpha.kubernetes.io/pod': 'bad',
  };
  expect(causesOf(() => api.create('Pod', testPod({}, {}, annotations)))).toEqual([
    'metadata.annotations[kubernetes.io/config.mirror]: Invalid value: "x": must set spec.nodeName if mirror pod annotation is set',
    'metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "+1": must be a 32bit integer',
    'metadata.annotations[container.apparmor.security.beta.kubernetes.io/other]: Invalid value: "other": container not found',
    'metadata.annotations[container.apparmor.security.beta.kubernetes.io/other]: Invalid value: "bad": invalid AppArmor profile name: "bad"',
    'metadata.annotations.seccomp.security.alpha.kubernetes.io/pod: Invalid value: "bad": must be a valid seccomp profile',
  ]);
});
