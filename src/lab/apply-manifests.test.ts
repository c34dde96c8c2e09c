import { describe, expect, it } from 'vitest';
import { createRandom, createVirtualClock } from '../base/index.ts';
import type { KubeObject } from '../kubernetes/index.ts';
import { applyManifests } from './apply-manifests.ts';
import { createLabApi } from './kube-api/index.ts';

function apply(...manifests: readonly object[]) {
  const api = createLabApi({ clock: createVirtualClock(0), random: createRandom('apply') });
  return { api, notes: applyManifests(api, manifests as readonly KubeObject[]) }; // literals below have the form
}

const pod = (spec: object, metadata: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', ...metadata },
  spec: { containers: [{ name: 'c', image: 'x' }], ...spec },
});
const ingress = (annotations: Record<string, string>, ingressClassName: string): object => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'web', namespace: 'shop', annotations },
  spec: { ingressClassName, defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
});

describe('manifests that are applied', () => {
  it('leave out the hooks of a chart that no installation runs, and keep the others', () => {
    const hook = (name: string, kinds: string): object => pod({}, { name, annotations: { 'helm.sh/hook': kinds } });
    const { api, notes } = apply(hook('check', 'test'), hook('migrate', 'pre-install,pre-upgrade'), hook('clean', 'post-delete'));
    expect(api.list('Pod').map(({ metadata }) => metadata.name)).toEqual(['migrate']);
    expect(notes).toEqual([
      'left out Pod check: a Helm hook (test) that no installation runs',
      'left out Pod clean: a Helm hook (post-delete) that no installation runs',
    ]);
  });

  it('tell custom resources and their definitions, and go on without', () => {
    const crd = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'widgets.example.com' } };
    const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'one' } };
    const { api, notes } = apply(crd, widget, pod({}));
    expect(api.list('Pod')).toHaveLength(1);
    expect(notes).toEqual([
      'left out CustomResourceDefinition widgets.example.com: the lab does not serve apiextensions.k8s.io/v1 CustomResourceDefinition',
      'left out Widget one: the lab does not serve example.com/v1 Widget',
    ]);
  });

  it('are taken in the older version of an API that clusters still serve', () => {
    const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
    const { api, notes } = apply({
      apiVersion: 'autoscaling/v1',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web' },
      spec: { scaleTargetRef, minReplicas: 2, maxReplicas: 9, targetCPUUtilizationPercentage: 50 },
    });
    const target = { type: 'Utilization', averageUtilization: 50 };
    expect(api.get('HorizontalPodAutoscaler', 'default', 'web')).toMatchObject({
      spec: { scaleTargetRef, minReplicas: 2, maxReplicas: 9, metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }] },
    });
    expect(notes).toEqual([]);
  });

  it('are refused in versions that clusters serve no more, with what to write instead', () => {
    const old = { apiVersion: 'extensions/v1beta1', kind: 'Deployment', metadata: { name: 'web' } };
    const policy = { apiVersion: 'policy/v1beta1', kind: 'PodSecurityPolicy', metadata: { name: 'strict' } };
    expect(() => apply(old, policy)).toThrow(
      'Kubernetes 1.36 knows 2 objects no more:\n' +
        '  Deployment web: no matches for kind "Deployment" in version "extensions/v1beta1" (gone since Kubernetes 1.16: write apps/v1)\n' +
        '  PodSecurityPolicy strict: no matches for kind "PodSecurityPolicy" in version "policy/v1beta1" (gone since Kubernetes 1.25: nothing took its place)',
    );
  });

  it('tell what stands in them twice; the last one counts', () => {
    const map = (value: string): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web' }, data: { value } });
    const { api, notes } = apply(map('first'), map('last'));
    expect(api.get('ConfigMap', 'default', 'web')).toMatchObject({ data: { value: 'last' } });
    expect(notes).toEqual(['ConfigMap default/web stands more than once in the manifests: the last one counts']);
    expect(apply(pod({}), pod({})).notes).toEqual(['Pod shop/web stands more than once in the manifests: the last one counts']);
  });

  it('find the namespace of a secret that is made for them among themselves', () => {
    const env = [{ name: 'A', valueFrom: { secretKeyRef: { name: 'gone', key: 'a' } } }];
    const { api, notes } = apply(pod({ containers: [{ name: 'c', image: 'x', env }] }), {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'shop', labels: { team: 'books' } },
    });
    expect(api.get('Namespace', undefined, 'shop')?.metadata.labels).toMatchObject({ team: 'books' });
    expect(notes).toEqual(['secret shop/gone is in no manifest: made with empty values']);
  });

  it('tell which services are named and are nowhere', () => {
    const env = ['http://traces:9411/api', 'http://web/', 'https://example.org', 'postgres://db', 'http://bus.other.svc:80'];
    const named = pod({ containers: [{ name: 'c', image: 'x', env: env.map((value, index) => ({ name: `A${index}`, value })) }] });
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'shop' }, spec: { ports: [{ port: 80 }] } };
    expect(apply(named, service).notes).toEqual([
      'Pod shop/web names the service shop/traces, which is in no manifest: its stand-in does without',
      'Pod shop/web names the service other/bus, which is in no manifest: its stand-in does without',
    ]);
  });

  it('tell which config maps are missing, and what waits for them', () => {
    const env = [
      { name: 'A', valueFrom: { configMapKeyRef: { name: 'gone', key: 'a' } } },
      { name: 'B', valueFrom: { configMapKeyRef: { name: 'perhaps', key: 'b', optional: true } } },
    ];
    const there = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'there', namespace: 'shop' } };
    const { notes } = apply(there, pod({ containers: [{ name: 'c', image: 'x', env, envFrom: [{ configMapRef: { name: 'there' } }] }] }));
    expect(notes).toEqual(['config map shop/gone is in no manifest: pods of Pod web wait for it, as they would elsewhere']);
  });

  it('tell readiness gates, which nobody opens in a lab', () => {
    const { notes } = apply(pod({ readinessGates: [{ conditionType: 'example.com/balanced' }] }));
    expect(notes).toEqual([expect.stringContaining('Pod shop/web has the readiness gate example.com/balanced: nobody opens it here')]);
  });

  it('tell what of an Ingress is not played', () => {
    const nginx = 'nginx.ingress.kubernetes.io/';
    const { notes } = apply(ingress({ [`${nginx}auth-url`]: 'x', [`${nginx}use-regex`]: 'true' }, 'azure-application-gateway'));
    expect(notes).toEqual([
      'ingress shop/web: the lab does not play auth-url',
      "ingress shop/web is of class azure-application-gateway: the lab serves it by NGINX's rules",
    ]);
  });
});
