import { describe, expect, it } from 'vitest';
import { createRandom, createVirtualClock } from '../../base/index.ts';
import type { ConfigMap, Container, Pod, Secret, Service } from '../../kubernetes/index.ts';
import { createLabApi, type LabApi } from '../kube-api/index.ts';
import { containerEnvironment } from './container-environment.ts';

function lab(): LabApi {
  const api = createLabApi({ clock: createVirtualClock(Date.parse('2026-01-05T08:00:00Z')), random: createRandom('env') });
  api.create<ConfigMap>('ConfigMap', { metadata: { name: 'settings', namespace: 'default' }, data: { COLOUR: 'green', SIZE: '3' } });
  api.create<Secret>('Secret', {
    metadata: { name: 'keys', namespace: 'default' },
    data: { password: Buffer.from('open sesame').toString('base64') },
  });
  api.create<Service>('Service', {
    metadata: { name: 'search-api', namespace: 'default' },
    spec: { selector: { app: 'search' }, ports: [{ name: 'http', port: 8080 }] },
  });
  return api;
}

const pod: Pod = {
  metadata: { name: 'web-1', namespace: 'default', labels: { tier: 'front' } },
  spec: { containers: [], nodeName: 'node-a' },
};
const container = (parts: Partial<Container>): Container => ({ name: 'c', ...parts });

describe('the environment of a container', () => {
  it('takes values from config maps, secrets and the pod, and refers to what stands before', () => {
    const env = containerEnvironment(
      lab(),
      pod,
      container({
        envFrom: [{ prefix: 'P_', configMapRef: { name: 'settings' } }],
        env: [
          { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'keys', key: 'password' } } },
          { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
          { name: 'TIER', valueFrom: { fieldRef: { fieldPath: "metadata.labels['tier']" } } },
          { name: 'GREETING', value: '$(P_COLOUR) on $(NODE), $$(NODE), $(NOBODY)' },
        ],
      }),
    );
    expect(env).toMatchObject({
      HOSTNAME: 'web-1',
      P_COLOUR: 'green',
      P_SIZE: '3',
      PASSWORD: 'open sesame',
      TIER: 'front',
      GREETING: 'green on node-a, $(NODE), $(NOBODY)',
    });
  });

  it('tells of the services of its namespace and of the API server', () => {
    const env = containerEnvironment(lab(), pod, container({}));
    expect(env).toMatchObject({
      SEARCH_API_SERVICE_PORT: '8080',
      SEARCH_API_SERVICE_PORT_HTTP: '8080',
      SEARCH_API_SERVICE_HOST: expect.stringMatching(/^10\./),
      KUBERNETES_SERVICE_HOST: '10.0.0.1',
    });
  });

  it('refuses a reference to what is not there, unless it is optional', () => {
    const reference = (optional: boolean) =>
      container({ env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'nowhere', key: 'x', optional } } }] });
    expect(() => containerEnvironment(lab(), pod, reference(false))).toThrow('configmap "nowhere" not found');
    expect(containerEnvironment(lab(), pod, reference(true))).not.toHaveProperty('X');
  });
});
