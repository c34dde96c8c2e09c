/** Pods that a real server takes: every member of the API is used by one of them. */
import { describe, expect, it } from 'vitest';
import type { PriorityClass } from '../../../kubernetes/index.ts';
import { openApi, resolveSchema } from '../schema/schemas.ts';
import { FULL_SPEC } from './_full-pod.ts';
import { causesOf, testApi, testPod } from './_test-pods.ts';

/** Members that only other pods can have: on Windows, on the host, of a class, of a running pod. */
const ELSEWHERE = [
  'ephemeralContainers',
  'gmsaCredentialSpec',
  'gmsaCredentialSpecName',
  'hostIPC',
  'hostNetwork',
  'hostPID',
  'hostProcess',
  'hostUsers',
  'namespace',
  'nodeName',
  'overhead',
  'runAsUserName',
  'runtimeClassName',
  'targetContainerName',
  'windowsOptions',
];

/** Names of all members that a schema has in depth; metadata apart. */
function memberNames(name: string, seen = new Set<string>(), found = new Set<string>()): Set<string> {
  if (seen.has(name)) return found;
  seen.add(name);
  for (const [key, rule] of Object.entries(openApi().schemas[name]?.properties ?? {})) {
    found.add(key);
    const inner = JSON.stringify(resolveSchema(rule) === rule ? rule : { ...rule });
    for (const match of inner.matchAll(/io\.k8s\.api\.core\.v1\.\w+/g)) memberNames(match[0], seen, found);
  }
  return found;
}

function usedNames(value: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const item of value) usedNames(item, found);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) usedNames(item, found.add(key));
  }
  return found;
}

describe('a pod is taken', () => {
  const api = testApi();
  api.create<PriorityClass>('PriorityClass', { metadata: { name: 'high' }, value: 7 });

  it('with every member of its spec', () => {
    expect(
      causesOf(() =>
        api.create('Pod', { ...testPod(FULL_SPEC), metadata: { name: 'full', namespace: 'default', labels: { rev: '1', env: 'x' } } }),
      ),
    ).toEqual([]);
    const all = memberNames('io.k8s.api.core.v1.PodSpec');
    expect(all.size).toBeGreaterThan(200);
    const used = usedNames(FULL_SPEC);
    expect([...all].filter((name) => !used.has(name)).sort()).toEqual(ELSEWHERE.filter((name) => all.has(name)));
  });

  it.each([
    [
      'on Windows',
      {
        os: { name: 'windows' },
        hostNetwork: true,
        securityContext: {
          windowsOptions: { hostProcess: true, runAsUserName: 'DOMAIN\\user', gmsaCredentialSpecName: 'a.b', gmsaCredentialSpec: 'x' },
        },
      },
      {},
    ],
    [
      'on the host',
      { hostNetwork: true, hostPID: true, hostIPC: true, dnsPolicy: 'ClusterFirstWithHostNet' },
      { ports: [{ containerPort: 80 }], securityContext: { privileged: true } },
    ],
    ['with users of its own', { hostUsers: false }, { securityContext: { procMount: 'Unmasked' } }],
    ['on a node', { nodeName: 'n' }, {}],
    [
      'with ports by name and number, TCP and UDP alike',
      {},
      {
        ports: [
          { name: 'a', containerPort: 53, protocol: 'TCP', hostPort: 53 },
          { name: 'b', containerPort: 53, protocol: 'UDP', hostPort: 53 },
        ],
      },
    ],
    ['with huge pages', {}, { resources: { limits: { 'hugepages-2Mi': '4Mi', memory: '1Gi' } } }],
    ['with storage of its node', {}, { resources: { requests: { 'ephemeral-storage': '1Gi' } } }],
    ['with a negative grace', { terminationGracePeriodSeconds: -1 }, {}],
    [
      'with zeros where defaults go',
      {},
      { livenessProbe: { exec: { command: ['x'] }, timeoutSeconds: 0, periodSeconds: 0, successThreshold: 0, failureThreshold: 0 } },
    ],
  ])('%s', (what, spec, members) => {
    const name = what.replaceAll(/[^a-z]+/g, '-').replace(/^-/, '');
    const pod = { ...testPod(spec, members), metadata: { name: `p-${name}`, namespace: 'default' } };
    expect(causesOf(() => api.create('Pod', pod))).toEqual([]);
  });

  it('whose defaults are those of the server', () => {
    const made = api.create('Pod', {
      ...testPod(
        {
          hostNetwork: true,
          volumes: [
            { name: 'a' },
            { name: 'b', downwardAPI: { items: [{ path: 'p', fieldRef: { fieldPath: 'metadata.name' } }] } },
            { name: 'c', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } },
          ],
        },
        { image: 'localhost:5000/a/b:latest', ports: [{ containerPort: 80 }], livenessProbe: { grpc: { port: 80 }, timeoutSeconds: 0 } },
      ),
      metadata: { name: 'defaults', namespace: 'default' },
    });
    expect(made.spec?.containers[0]).toMatchObject({
      imagePullPolicy: 'Always',
      ports: [{ containerPort: 80, hostPort: 80, protocol: 'TCP' }],
      livenessProbe: { grpc: { port: 80, service: '' }, timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
    });
    expect(made.spec?.volumes?.slice(0, 3)).toEqual([
      { name: 'a', emptyDir: {} },
      { name: 'b', downwardAPI: { defaultMode: 420, items: [{ path: 'p', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } }] } },
      { name: 'c', projected: { defaultMode: 420, sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 3600 } }] } },
    ]);
  });
});
