/** What stands in every cluster from the start. */
import type { KubeObject } from '../../kubernetes/index.ts';
import { aggregateRoles } from './rbac/aggregate-roles.ts';
import { BUILT_IN_BINDINGS, BUILT_IN_ROLES } from './rbac/bootstrap-roles.ts';
import { ApiError, type LabApi } from './types.ts';

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
  furnishRoles(api);
  aggregateRoles(api);
  const service: KubeObject & { readonly spec: unknown } = {
    metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: { clusterIP: '10.0.0.1', ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 443 }] },
  };
  api.create('Service', service);
  // A cluster's own controllers do this; nothing else here would.
  api.watch('Namespace', ({ type, object }) => {
    if (type === 'ADDED') tryFurnishNamespace(api, object.metadata.name);
  });
}

function furnishRoles(api: LabApi): void {
  const marks = {
    labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' },
    annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
  };
  const label = (role: string): string => `rbac.authorization.k8s.io/aggregate-to-${role}`;
  for (const { name, rules, partOf, gathers } of BUILT_IN_ROLES) {
    const labels = { ...marks.labels, ...(partOf === undefined ? {} : { [label(partOf)]: 'true' }) };
    const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { [label(gathers ?? '')]: 'true' } }] };
    const role: KubeObject & { readonly rules: unknown } = {
      metadata: { name, ...marks, labels },
      ...(gathers === undefined ? {} : { aggregationRule }),
      rules,
    };
    api.create('ClusterRole', role);
  }
  for (const { name, role, subjects } of BUILT_IN_BINDINGS) {
    const binding: KubeObject & { readonly roleRef: unknown; readonly subjects: unknown } = {
      metadata: { name, ...marks },
      subjects: subjects.map((subject) =>
        subject.kind === 'ServiceAccount' ? subject : { ...subject, apiGroup: 'rbac.authorization.k8s.io' },
      ),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    };
    api.create('ClusterRoleBinding', binding);
  }
}

const CA_NOTE =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/** A quota may stand in the way; the namespace controller tries again. */
function tryFurnishNamespace(api: LabApi, namespace: string): void {
  try {
    furnishNamespace(api, namespace);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 403) throw error;
  }
}

function furnishNamespace(api: LabApi, namespace: string): void {
  const current = api.get('Namespace', undefined, namespace);
  if (current === undefined || current.metadata.deletionTimestamp !== undefined) return;
  if (!api.get('ServiceAccount', namespace, 'default')) api.create('ServiceAccount', { metadata: { name: 'default', namespace } });
  const name = 'kube-root-ca.crt';
  if (api.get('ConfigMap', namespace, name)) return;
  const trust: KubeObject & { readonly data: Readonly<Record<string, string>> } = {
    metadata: { name, namespace, annotations: { 'kubernetes.io/description': CA_NOTE } },
    data: { 'ca.crt': '' },
  };
  api.create('ConfigMap', trust);
}
