/** Names that change take along what refers to them. Source: kustomize, builtinpluginconsts/namereference.go (5.7). */
import type { Resource } from './resource.ts';
import { isJson, namesOf, placesAt, podSpecPath } from './resource.ts';

interface Reference {
  /** The kind referred to. */
  readonly to: string;
  /** Kinds that refer, and where; `pods` stands for the pod specs of all kinds that have one. */
  readonly from: readonly (readonly [kind: string, path: string])[];
}

const inContainers = (path: string): (readonly [string, string])[] => [
  ['pods', `containers/${path}`],
  ['pods', `initContainers/${path}`],
];
const BACKENDS: readonly (readonly [string, string])[] = [
  ['Ingress', 'spec/rules/http/paths/backend/service/name'],
  ['Ingress', 'spec/rules/http/paths/backend/serviceName'],
  ['Ingress', 'spec/defaultBackend/service/name'],
  ['Ingress', 'spec/backend/serviceName'],
];
const SCALED: readonly (readonly [string, string])[] = [['HorizontalPodAutoscaler', 'spec/scaleTargetRef/name']];

const REFERENCES: readonly Reference[] = [
  {
    to: 'ConfigMap',
    from: [
      ['pods', 'volumes/configMap/name'],
      ['pods', 'volumes/projected/sources/configMap/name'],
      ...inContainers('env/valueFrom/configMapKeyRef/name'),
      ...inContainers('envFrom/configMapRef/name'),
    ],
  },
  {
    to: 'Secret',
    from: [
      ['pods', 'volumes/secret/secretName'],
      ['pods', 'volumes/projected/sources/secret/name'],
      ['pods', 'imagePullSecrets/name'],
      ...inContainers('env/valueFrom/secretKeyRef/name'),
      ...inContainers('envFrom/secretRef/name'),
      ['Ingress', 'spec/tls/secretName'],
      ['ServiceAccount', 'imagePullSecrets/name'],
    ],
  },
  { to: 'Service', from: [['StatefulSet', 'spec/serviceName'], ...BACKENDS, ['APIService', 'spec/service/name']] },
  { to: 'PersistentVolumeClaim', from: [['pods', 'volumes/persistentVolumeClaim/claimName']] },
  { to: 'PersistentVolume', from: [['PersistentVolumeClaim', 'spec/volumeName']] },
  { to: 'ServiceAccount', from: [['pods', 'serviceAccountName']] },
  { to: 'Role', from: [['RoleBinding', 'roleRef/name']] },
  {
    to: 'ClusterRole',
    from: [
      ['RoleBinding', 'roleRef/name'],
      ['ClusterRoleBinding', 'roleRef/name'],
    ],
  },
  ...['Deployment', 'ReplicaSet', 'ReplicationController', 'StatefulSet'].map((to) => ({ to, from: SCALED })),
  {
    to: 'StorageClass',
    from: [
      ['PersistentVolume', 'spec/storageClassName'],
      ['PersistentVolumeClaim', 'spec/storageClassName'],
      ['StatefulSet', 'spec/volumeClaimTemplates/spec/storageClassName'],
    ],
  },
  { to: 'PriorityClass', from: [['pods', 'priorityClassName']] },
  { to: 'IngressClass', from: [['Ingress', 'spec/ingressClassName']] },
];

/** Rewrites all references to what the objects are called now. */
export function fixReferences(resources: readonly Resource[]): void {
  for (const referrer of resources) {
    for (const { to, from } of REFERENCES) {
      const candidates = resources.filter(({ object }) => object.kind === to);
      if (candidates.length === 0) continue;
      for (const path of pathsFor(referrer, from)) {
        if (path.startsWith('roleRef/') && kindOfRole(referrer) !== to) continue;
        if (path === 'spec/scaleTargetRef/name' && kindOfTarget(referrer) !== to) continue;
        for (const { holder, key } of placesAt(referrer.object, path)) {
          const found = typeof holder[key] === 'string' ? referred(candidates, referrer, holder[key]) : undefined;
          if (found) holder[key] = found.object.metadata.name;
        }
      }
    }
    fixSubjects(referrer, resources);
  }
}

function pathsFor({ object }: Resource, from: Reference['from']): string[] {
  const { kind = '' } = object;
  const pods = podSpecPath(kind);
  return from.flatMap(([who, path]) => {
    if (who === 'pods') return pods === undefined ? [] : [`${pods}/${path}`];
    return who === kind ? [path] : [];
  });
}

const kindAt = ({ object }: Resource, path: string): unknown => {
  const [place] = placesAt(object, path);
  return place?.holder[place.key];
};
const kindOfRole = (resource: Resource): unknown => kindAt(resource, 'roleRef/kind');
const kindOfTarget = (resource: Resource): unknown => kindAt(resource, 'spec/scaleTargetRef/kind');

/** The one that had that name, in a namespace that both had; of several, the one that came the same way. */
function referred(candidates: readonly Resource[], referrer: Resource, name: string): Resource | undefined {
  const named = candidates.filter((candidate) => namesOf(candidate).has(name) && shareNamespace(candidate, referrer));
  if (named.length < 2) return named[0];
  const way = ({ prefixes, suffixes }: Resource): string => JSON.stringify([prefixes, suffixes]);
  const same = named.filter((candidate) => way(candidate) === way(referrer));
  if (same.length === 1) return same[0];
  const exact = named.filter(({ object }) => object.metadata.name === name);
  return exact.length === 1 ? exact[0] : undefined;
}

function shareNamespace(one: Resource, other: Resource): boolean {
  const of = ({ object, ids }: Resource): (string | undefined)[] => [
    ...ids.map(({ namespace }) => namespace ?? 'default'),
    object.metadata.namespace ?? 'default',
  ];
  const clusterWide = (resource: Resource): boolean =>
    ['StorageClass', 'PriorityClass', 'IngressClass', 'ClusterRole', 'PersistentVolume'].includes(resource.object.kind ?? '');
  return clusterWide(one) || of(one).some((namespace) => of(other).includes(namespace));
}

/** A service account takes its bindings along, to its namespace too. */
function fixSubjects(binding: Resource, resources: readonly Resource[]): void {
  if (binding.object.kind !== 'RoleBinding' && binding.object.kind !== 'ClusterRoleBinding') return;
  for (const { holder, key } of placesAt(binding.object, 'subjects')) {
    const subjects = holder[key];
    if (!Array.isArray(subjects)) continue;
    for (const subject of subjects.filter(isJson)) {
      if (subject['kind'] !== 'ServiceAccount' || typeof subject['name'] !== 'string') continue;
      const { name, namespace } = subject;
      const accounts = resources.filter(
        (resource) =>
          resource.object.kind === 'ServiceAccount' &&
          namesOf(resource).has(name) &&
          (namespace === undefined ||
            resource.object.metadata.namespace === namespace ||
            resource.ids.some((id) => (id.namespace ?? 'default') === namespace)),
      );
      const [account] = accounts;
      if (account === undefined || accounts.length > 1) continue;
      subject['name'] = account.object.metadata.name;
      if (account.object.metadata.namespace !== undefined) subject['namespace'] = account.object.metadata.namespace;
    }
  }
}
