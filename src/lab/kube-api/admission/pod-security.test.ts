/** What namespaces' labels allow. Source of the words: k8s.io/pod-security-admission/policy, 1.36. */
import { describe, expect, it } from 'vitest';
import { createVirtualClock, createRandom } from '../../../base/index.ts';
import type { Deployment } from '../../../kubernetes/index.ts';
import { insideOf } from '../lab-api.ts';
import { createLabApi, type LabApi } from '../index.ts';
import type { Stored } from '../store.ts';
import { causesOf, testPod } from '../validation/_test-pods.ts';

function labWith(labels: Record<string, string>): LabApi {
  const api = createLabApi({ clock: createVirtualClock(0), random: createRandom('security') });
  api.modify('Namespace', undefined, 'default', (draft) => {
    const prefixed = Object.entries(labels).map(([key, value]) => [`pod-security.kubernetes.io/${key}`, value]);
    draft.metadata.labels = { ...draft.metadata.labels, ...(Object.fromEntries(prefixed) as Record<string, string>) };
  });
  return api;
}

const create = (labels: Record<string, string>, spec: object = {}, container: object = {}): string[] =>
  causesOf(() => labWith(labels).create('Pod', testPod(spec, container)));

const HARDENED = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};

describe('a namespace that enforces', () => {
  it('restricted: names everything that a plain pod lacks', () => {
    expect(create({ enforce: 'restricted' })).toEqual([
      'pods "p" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    ]);
  });

  it('restricted: takes a hardened pod', () => {
    expect(create({ enforce: 'restricted' }, {}, { securityContext: HARDENED })).toEqual([]);
  });

  it('baseline: takes a plain pod, and names every way out of a container', () => {
    expect(create({ enforce: 'baseline' })).toEqual([]);
    const spec = { hostIPC: true, hostNetwork: true, hostPID: true, volumes: [{ name: 'h', hostPath: { path: '/' } }] };
    const container = { ports: [{ containerPort: 80 }], securityContext: { privileged: true, capabilities: { add: ['NET_RAW'] } } };
    expect(create({ enforce: 'baseline', 'enforce-version': 'v1.30' }, spec, container)).toEqual([
      'pods "p" is forbidden: violates PodSecurity "baseline:v1.30": host namespaces (hostNetwork=true, hostPID=true, hostIPC=true), hostPort (container "c" uses hostPort 80), privileged (container "c" must not set securityContext.privileged=true), non-default capabilities (container "c" must not include "NET_RAW" in securityContext.capabilities.add), hostPath volumes (volume "h")',
    ]);
  });

  it('asks what its version asked', () => {
    const probe = { livenessProbe: { httpGet: { port: 80, host: 'elsewhere' } } };
    expect(create({ enforce: 'baseline', 'enforce-version': 'v1.33' }, {}, probe)).toEqual([]);
    expect(create({ enforce: 'baseline' }, {}, probe)).toEqual([
      'pods "p" is forbidden: violates PodSecurity "baseline:latest": probe or lifecycle host (container "c" uses probe or lifecycle host "elsewhere")',
    ]);
  });

  it('must be one that there is', () => {
    expect(causesOf(() => labWith({ enforce: 'strict', 'warn-version': '1.30' }))).toEqual([
      'metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted',
      'metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "1.30": must be "latest" or "v1.x"',
    ]);
  });

  it('lets pods be that are there, and looks at them again when their image changes', () => {
    const api = labWith({});
    api.create('Pod', testPod());
    api.modify('Namespace', undefined, 'default', (draft) => {
      draft.metadata.labels = { ...draft.metadata.labels, 'pod-security.kubernetes.io/enforce': 'restricted' };
    });
    const change = (image: string, label: string): string[] =>
      causesOf(() =>
        api.modify<ReturnType<typeof testPod>>('Pod', 'default', 'p', (draft) => {
          draft.metadata.labels = { label };
          const [container] = draft.spec?.containers ?? [];
          if (container) container.image = image;
        }),
      );
    expect(change('i', 'x')).toEqual([]);
    expect(change('other', 'x')[0]).toContain('violates PodSecurity "restricted:latest"');
  });
});

describe('a namespace that warns', () => {
  it('tells who makes a pod or a workload, and lets it pass', () => {
    const api = labWith({ warn: 'restricted' });
    const heard: string[] = [];
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    const deployment: Deployment = {
      metadata: { name: 'd', namespace: 'default' },
      spec: { selector: { matchLabels: { a: 'b' } }, template },
    };
    // Objects of every kind are stored in one form.
    insideOf(api).writer.create('Deployment', deployment as unknown as Stored, { warn: (text) => void heard.push(text) });
    expect(heard).toEqual([expect.stringMatching(/^would violate PodSecurity "restricted:latest": allowPrivilegeEscalation != false \(/)]);
  });

  it('tells of pods that stand when it becomes stricter', () => {
    const api = labWith({});
    for (const name of ['a', 'b', 'c']) {
      const pod = testPod(name === 'c' ? { hostPID: true } : {}, {});
      api.create('Pod', { ...pod, metadata: { name, namespace: 'default' } });
    }
    const heard: string[] = [];
    const namespace = structuredClone(api.get('Namespace', undefined, 'default')) as unknown as Stored; // the kind says so
    namespace.metadata.labels = { ...namespace.metadata.labels, 'pod-security.kubernetes.io/enforce': 'restricted' };
    insideOf(api).writer.update('Namespace', namespace, { warn: (text) => void heard.push(text) });
    const reasons = 'allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile';
    expect(heard).toEqual([
      'existing pods in namespace "default" violate the new PodSecurity enforce level "restricted:latest"',
      `a (and 1 other pod): ${reasons}`,
      `c: host namespaces, ${reasons}`,
    ]);
  });
});
