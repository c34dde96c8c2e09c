/** Services and what serves them, refused in a real server's words. Source of every row: pkg/apis/core, networking and discovery validation, pkg/registry/core/service. */
import { describe, expect, it } from 'vitest';
import type { Service } from '../../../kubernetes/index.ts';
import { backend, ports, REFUSED_AROUND, REFUSED_SERVICES, service } from './_refused-services.ts';
import { lab, named, refusedCreate, refusedUpdate, warningsOf } from './_test-objects.ts';
import { causesOf } from './_test-pods.ts';

describe('a Service is refused for', () => {
  it.each(REFUSED_SERVICES)('%s', (_what, spec, causes) => expect(refusedCreate('Service', { spec })).toEqual(causes));

  it('a node port that another has', () => {
    const api = lab();
    const spec = { type: 'NodePort', ports: [{ port: 80, nodePort: 30_080 }] };
    api.create('Service', named('other', { spec }));
    expect(causesOf(() => api.create('Service', service(spec)))).toEqual([
      'spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated',
    ]);
  });

  it.each([
    [
      'another address',
      { clusterIP: '10.0.9.9', clusterIPs: ['10.0.9.9'] },
      ['spec.clusterIPs[0]: Invalid value: ["10.0.9.9"]: may not change once set'],
    ],
    ['its address alone', { clusterIP: '10.0.9.9' }, ['spec.clusterIPs[0]: Invalid value: ["10.0.9.9"]: may not change once set']],
  ])('a change to %s', (_what, change, causes) => {
    expect(refusedUpdate('Service', { spec: { ports } }, { spec: change })).toEqual(causes);
  });

  it('another class of its balancer', () => {
    const spec = { ports, type: 'LoadBalancer', loadBalancerClass: 'a.io/b' };
    expect(refusedUpdate('Service', { spec }, { spec: { loadBalancerClass: 'a.io/c' } })).toEqual([
      'spec.loadBalancerClass: Invalid value: "a.io/c": may not change once set',
    ]);
  });
});

describe('a Service', () => {
  it('may begin with a digit', () => expect(refusedCreate('Service', { spec: { ports } }, '1st')).toEqual([]));

  it('keeps what an update leaves out, and drops what its new type has no use for', () => {
    const api = lab();
    const spec = { type: 'LoadBalancer', externalTrafficPolicy: 'Local', ports: [{ name: 'a', port: 80 }] };
    const made = api.create<Service>('Service', { metadata: { name: 'x' }, spec });
    const again = api.update<Service>('Service', { metadata: { name: 'x' }, spec: { ...spec, ports: [{ name: 'a', port: 81 }] } });
    expect(again.spec).toEqual({ ...made.spec, ports: [{ ...made.spec?.ports?.[0], port: 81, targetPort: 81 }] });
    const plain = api.update<Service>('Service', { ...again, spec: { ...again.spec, type: 'ClusterIP' } });
    expect(plain.spec).toEqual({
      type: 'ClusterIP',
      clusterIP: made.spec?.clusterIP,
      clusterIPs: made.spec?.clusterIPs,
      internalTrafficPolicy: 'Cluster',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      sessionAffinity: 'None',
      ports: [{ name: 'a', port: 81, targetPort: 81, protocol: 'TCP' }],
    });
    const name = api.update<Service>('Service', { ...plain, spec: { ...plain.spec, type: 'ExternalName', externalName: 'a.b' } });
    expect(name.spec?.clusterIP).toBeUndefined();
    const back = api.update<Service>('Service', { ...name, spec: { ...name.spec, type: 'ClusterIP' } });
    expect(back.spec?.clusterIP).toMatch(/^10\.0\./);
  });

  it('is warned of', () => {
    const spec = {
      ports,
      clusterIP: 'None',
      externalIPs: ['1.2.3.4'],
      sessionAffinity: 'ClientIP',
      trafficDistribution: 'PreferClose',
      externalName: 'a',
    };
    expect(warningsOf('Service', { spec })).toEqual([
      'spec.externalIPs is ignored for headless services',
      'spec.SessionAffinity is ignored for headless services',
      'spec.externalIPs is deprecated',
      'spec.externalName is ignored when spec.type is not "ExternalName"',
      'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"',
    ]);
  });
});

describe('what stands around Services is refused:', () => {
  it.each(REFUSED_AROUND)('%s, for %s', (kind, _what, members, causes) => expect(refusedCreate(kind, members)).toEqual(causes));

  it('an Ingress that names its class the old way is warned of', () => {
    const metadata = { annotations: { 'kubernetes.io/ingress.class': 'nginx' } };
    expect(warningsOf('Ingress', { spec: { defaultBackend: backend } }, 'x', metadata)).toEqual([
      'annotation "kubernetes.io/ingress.class" is deprecated, please use \'spec.ingressClassName\' instead',
    ]);
  });
});
