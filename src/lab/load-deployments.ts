import type { KubeObject } from '../kubernetes/index.ts';

/** Where pods that only fill the nodes stand. */
export const LOAD_NAMESPACE = 'load';
const LARGEST = 100;

/** Deployments of up to 100 pods each, as many pods in all as asked for; each asks for little, so that the nodes' limit of pods counts. */
export function loadDeployments(pods: number): KubeObject[] {
  const count = Math.ceil(pods / LARGEST);
  return Array.from({ length: count }, (_, index) => {
    const name = `load-${String(index).padStart(3, '0')}`;
    const labels = { app: name };
    const replicas = Math.floor(pods / count) + (index < pods % count ? 1 : 0);
    const container = { name: 'main', image: 'registry.k8s.io/pause:3.10', resources: { requests: { cpu: '10m', memory: '32Mi' } } };
    const object = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: LOAD_NAMESPACE },
      spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [container] } } },
    };
    return object;
  });
}
