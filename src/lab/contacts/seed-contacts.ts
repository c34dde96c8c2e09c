import { assert } from '../../base/index.ts';
import type { Deployment, KubeObject, Pod, ReplicaSet } from '../../kubernetes/index.ts';
import type { LabApi } from '../kube-api/index.ts';
import { contactsManifests } from './manifests.ts';
import { WORKSHOP_PODS } from './workshop-pods.ts';
import type { WorkshopPod } from './workshop-pods.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const REVISION = 'deployment.kubernetes.io/revision';
const SETTLED_MS = 30_000;

interface PlacedPod {
  readonly row: WorkshopPod;
  readonly node: string;
  readonly nodeIp: string;
}

/**
 * Puts the sample application into the cluster as it stands on the workshop page: applied days ago, everything running.
 *
 * `nodeOf` gives the node of an instance. Uses `seed`, so nothing is started by it; who finds running pods starts their programs.
 */
export function seedContacts(api: LabApi, nodeOf: (instanceId: string) => { readonly name: string; readonly ip: string }): void {
  for (const manifest of contactsManifests()) {
    const rows = WORKSHOP_PODS.filter(
      ({ name }) => name.startsWith(`${manifest.metadata.name}-`) && ownerOf(name) === manifest.metadata.name,
    );
    const ageMs = Math.max(...(rows.length > 0 ? rows : WORKSHOP_PODS).map((row) => row.ageMs));
    const aged = { ...manifest, metadata: { ...manifest.metadata, creationTimestamp: timestamp(api.clock.now() - ageMs) } };
    aged.metadata.annotations = { [LAST_APPLIED]: `${JSON.stringify(sorted(asApplied(manifest)))}\n` };
    if (manifest.kind === 'Deployment') {
      const placed = rows.map((row) => placedOn(row, nodeOf(row.instanceId)));
      seedDeployment(api, aged as Deployment, placed); // its kind says so
    } else api.seed(manifest.kind ?? '', aged);
  }
}

const ownerOf = (pod: string): string => pod.split('-').slice(0, -2).join('-');
const placedOn = (row: WorkshopPod, { name, ip }: { name: string; ip: string }): PlacedPod => ({ row, node: name, nodeIp: ip });
const timestamp = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

/** What kubectl writes into its annotation: the manifest, with an empty map of annotations, its members in order of their names. */
const asApplied = (manifest: KubeObject): object => ({ ...manifest, metadata: { annotations: {}, ...manifest.metadata } });

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]));
}

function seedDeployment(api: LabApi, given: Deployment, placed: readonly PlacedPod[]): void {
  const replicas = placed.length;
  const since = given.metadata.creationTimestamp ?? '';
  const counts = { replicas, readyReplicas: replicas, availableReplicas: replicas, observedGeneration: 1 };
  const [hash = ''] = placed.map(({ row }) => row.name.split('-').at(-2) ?? '');
  const name = given.metadata.name;
  const deployment = api.seed<Deployment>('Deployment', {
    ...given,
    metadata: { ...given.metadata, annotations: { ...given.metadata.annotations, [REVISION]: '1' } },
    status: {
      ...counts,
      updatedReplicas: replicas,
      conditions: [
        condition('Available', 'MinimumReplicasAvailable', 'Deployment has minimum availability.', since),
        condition('Progressing', 'NewReplicaSetAvailable', `ReplicaSet "${name}-${hash}" has successfully progressed.`, since),
      ],
    },
  });
  const { spec } = deployment;
  assert(spec, `the seeded deployment ${name} has lost its spec`);
  const labels = { ...spec.template.metadata?.labels, 'pod-template-hash': hash };
  const owner = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    name,
    uid: deployment.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
  const replicaSet = api.seed<ReplicaSet>('ReplicaSet', {
    metadata: {
      name: `${name}-${hash}`,
      namespace: given.metadata.namespace ?? '',
      labels,
      creationTimestamp: since,
      annotations: {
        'deployment.kubernetes.io/desired-replicas': String(replicas),
        'deployment.kubernetes.io/max-replicas': String(replicas + 1),
        [REVISION]: '1',
      },
      ownerReferences: [owner],
    },
    spec: {
      replicas,
      selector: { matchLabels: { ...spec.selector.matchLabels, 'pod-template-hash': hash } },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
    },
    status: { ...counts, fullyLabeledReplicas: replicas },
  });
  for (const pod of placed) api.seed('Pod', podOf(replicaSet, pod, api.clock.now()));
}

function condition(type: string, reason: string, message: string, at: string) {
  return { type, status: 'True', reason, message, lastUpdateTime: at, lastTransitionTime: at };
}

function podOf(replicaSet: ReplicaSet, { row, node, nodeIp }: PlacedPod, nowMs: number): Pod {
  const template = replicaSet.spec?.template;
  assert(template?.spec, `the seeded replica set ${replicaSet.metadata.name} has lost its template`);
  const createdMs = nowMs - row.ageMs;
  const readyMs = createdMs + SETTLED_MS;
  const at = timestamp(createdMs);
  const conditions = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
    type,
    status: 'True',
    lastTransitionTime: timestamp(type === 'Ready' || type === 'ContainersReady' ? readyMs : createdMs),
  }));
  return {
    metadata: {
      name: row.name,
      generateName: `${replicaSet.metadata.name}-`,
      namespace: replicaSet.metadata.namespace ?? '',
      labels: { ...template.metadata?.labels },
      creationTimestamp: at,
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: replicaSet.metadata.name,
          uid: replicaSet.metadata.uid ?? '',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: { ...template.spec, nodeName: node },
    status: {
      phase: 'Running',
      conditions,
      hostIP: nodeIp,
      hostIPs: [{ ip: nodeIp }],
      podIP: row.ip,
      podIPs: [{ ip: row.ip }],
      qosClass: 'Burstable',
      startTime: at,
      containerStatuses: template.spec.containers.map(({ name, image = '' }) => ({
        name,
        image,
        imageID: `${image.split(':')[0]}@sha256:${'0'.repeat(64)}`,
        containerID: `containerd://${row.name}-${name}-${row.restarts}`,
        ready: true,
        started: true,
        restartCount: row.restarts,
        state: { running: { startedAt: timestamp(readyMs) } },
        lastState: {},
      })),
    },
  };
}
