/** What stands in every cluster from the start. */
import type { KubeObject } from '../../kubernetes/index.ts';
import type { LabApi } from './types.ts';

const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

interface PriorityClassObject extends KubeObject {
  readonly value: number;
  readonly description: string;
}

/** Creates the system namespaces, priority classes and the API's own service. */
export function furnish(api: LabApi): void {
  for (const name of NAMESPACES) api.create('Namespace', { metadata: { name } });
  const classes: readonly [string, number, string][] = [
    [
      'system-cluster-critical',
      2_000_000_000,
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
    ],
    ['system-node-critical', 2_000_001_000, 'Used for system critical pods that must not be moved from their current node.'],
  ];
  for (const [name, value, description] of classes) {
    api.create<PriorityClassObject>('PriorityClass', { metadata: { name }, value, description });
  }
  const service: KubeObject & { readonly spec: unknown } = {
    metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: { clusterIP: '10.0.0.1', ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 443 }] },
  };
  api.create('Service', service);
}
