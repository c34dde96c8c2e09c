/** Small clusters for this room's tests. */
import { buildModel, type ClusterModel, type ClusterSnapshot } from '../cluster/index.ts';
import type { Deployment, Namespace, Node, Pod, ReplicaSet, Service } from '../kubernetes/index.ts';

export interface DeploymentWish {
  readonly name: string;
  /** The node of each replica that runs today. */
  readonly on: readonly string[];
  readonly image?: string;
  readonly cpu?: string;
  readonly spec?: Partial<NonNullable<Deployment['spec']>>;
  readonly env?: Readonly<Record<string, string>>;
}

export const node = (name: string, zone?: string, cpu = '2'): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { 'kubernetes.io/hostname': name, ...(zone && { 'topology.kubernetes.io/zone': zone }) } },
  status: { allocatable: { cpu, memory: '8Gi', pods: '110' }, conditions: [{ type: 'Ready', status: 'True' }] },
});

const labelsOf = (name: string): Record<string, string> => ({ application: 'shop', service: name });

function deploymentOf({ name, on, image = `registry.example/${name}:1`, cpu = '100m', spec, env = {} }: DeploymentWish): Deployment {
  const variables = Object.entries(env).map(([key, value]) => ({ name: key, value }));
  const container = { name, image, env: variables, ports: [{ containerPort: 8080 }], resources: { requests: { cpu, memory: '64Mi' } } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop', uid: `d-${name}` },
    spec: {
      replicas: on.length,
      selector: { matchLabels: labelsOf(name) },
      template: { metadata: { labels: labelsOf(name) }, spec: { containers: [container] } },
      ...spec,
    },
  };
}

function replicaSetOf({ metadata, spec }: Deployment): ReplicaSet {
  const hash = { 'pod-template-hash': 'abc' };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${metadata.name}-abc`,
      namespace: 'shop',
      uid: `r-${metadata.name}`,
      labels: { ...spec?.template.metadata?.labels, ...hash },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: metadata.name, uid: metadata.uid ?? '', controller: true }],
    },
    spec: { replicas: spec?.replicas ?? 1, selector: { matchLabels: { ...spec?.selector.matchLabels, ...hash } } },
  };
}

function podsOf(set: ReplicaSet, { template }: NonNullable<Deployment['spec']>, on: readonly string[]): Pod[] {
  return on.map((nodeName, index) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${set.metadata.name}-${index}`,
      namespace: 'shop',
      labels: { ...template.metadata?.labels, 'pod-template-hash': 'abc' },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: set.metadata.name, uid: set.metadata.uid ?? '', controller: true },
      ],
    },
    spec: { containers: [], ...template.spec, nodeName },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  }));
}

/** Each deployment gets a Service of its name. */
export function clusterOf(nodes: readonly Node[], wishes: readonly DeploymentWish[], extra: Partial<ClusterSnapshot> = {}): ClusterModel {
  const deployments = wishes.map(deploymentOf);
  const replicaSets = deployments.map(replicaSetOf);
  const pods = wishes.flatMap(({ on }, index) => {
    const [set, spec] = [replicaSets[index], deployments[index]?.spec];
    return set && spec ? podsOf(set, spec, on) : [];
  });
  const services = wishes.map(({ name }): Service => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'shop' },
    spec: { selector: labelsOf(name), ports: [{ port: 80, targetPort: 8080 }] },
  }));
  const none = {
    statefulSets: [],
    daemonSets: [],
    replicationControllers: [],
    jobs: [],
    endpointSlices: [],
    ingresses: [],
    configMaps: [],
  };
  const nothing = { podDisruptionBudgets: [], priorityClasses: [], persistentVolumes: [], persistentVolumeClaims: [], storageClasses: [] };
  const namespaces: Namespace[] = [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }];
  const facts = { source: 'test', capturedAt: '2026-01-01T00:00:00Z', horizontalPodAutoscalers: [], gaps: [] };
  return buildModel({ ...none, ...nothing, ...facts, nodes, namespaces, pods, deployments, replicaSets, services, ...extra });
}
