import { EvenkeelError, plural } from '../base/index.ts';
import type { KubeObject } from '../kubernetes/index.ts';
import { groupVersionOf, resourceOf } from '../kubernetes/index.ts';
import { ApiError } from './kube-api/index.ts';
import type { LabApi } from './kube-api/index.ts';
import { inNewestVersion, removalOf } from './api-versions.ts';
import { manifestNotes } from './manifest-notes.ts';
import { requiredSecrets } from './required-secrets.ts';

const HOOK = 'helm.sh/hook';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

// What others refer to comes first; webhooks and autoscalers last. Source: Helm's order of installation.
const ORDER = [
  'PriorityClass',
  'Namespace',
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'PodDisruptionBudget',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
  'StorageClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'Service',
  'DaemonSet',
  'Pod',
  'ReplicationController',
  'ReplicaSet',
  'Deployment',
  'HorizontalPodAutoscaler',
  'StatefulSet',
  'Job',
  'CronJob',
  'IngressClass',
  'Ingress',
];

/**
 * Applies manifests as `kubectl apply` would on an empty cluster, in the order of their kinds. Namespaces are made where they are missing;
 * secrets that no manifest has are made empty; kinds that the lab does not serve are left out. Result: notes of all that.
 *
 * Errors: `INVALID_INPUT` with all refusals of the API server, in its words.
 */
export function applyManifests(api: LabApi, manifests: readonly KubeObject[]): string[] {
  const { installed, hooks } = withoutHooks(manifests.map(inNewestVersion));
  refuseRemoved(installed);
  const served = installed.filter(isServed);
  const leftOut = installed.filter((object) => !isServed(object));
  const { last: placed, repeated } = lastOfEach(served.map(inNamespace));
  makeNamespaces(api, placed);
  const secrets = requiredSecrets(placed);
  const inOrder = [...secrets, ...placed].toSorted((a, b) => rank(a.kind) - rank(b.kind));
  const refusals = inOrder.flatMap((object) => apply(api, object));
  if (refusals.length > 0) {
    throw new EvenkeelError(
      'INVALID_INPUT',
      `the lab's API server refuses ${plural(refusals.length, 'object')}:\n  ${refusals.join('\n  ')}`,
      {
        blame: 'input',
        hint: 'Mend the manifests; a real cluster would refuse them too.',
      },
    );
  }
  return [
    ...hooks.map(
      ({ kind, metadata }) => `left out ${kind} ${metadata.name}: a Helm hook (${metadata.annotations?.[HOOK]}) that no installation runs`,
    ),
    ...leftOut.map(({ kind, apiVersion, metadata }) => `left out ${kind} ${metadata.name}: the lab does not serve ${apiVersion} ${kind}`),
    ...repeated.map((name) => `${name} stands more than once in the manifests: the last one counts`),
    ...secrets.map(({ metadata }) => `secret ${metadata.namespace}/${metadata.name} is in no manifest: made with empty values`),
    ...manifestNotes(placed),
  ];
}

/** `helm template` prints hooks too; those of an installation count as ordinary objects. Source: Helm's documentation, "Chart Hooks". */
function withoutHooks(manifests: readonly KubeObject[]): {
  readonly installed: readonly KubeObject[];
  readonly hooks: readonly KubeObject[];
} {
  const isRun = ({ metadata }: KubeObject): boolean => {
    const hook = metadata.annotations?.[HOOK];
    return hook === undefined || hook.split(',').some((name) => /^(?:pre|post)-install$|^crd-install$/.test(name.trim()));
  };
  return { installed: manifests.filter(isRun), hooks: manifests.filter((object) => !isRun(object)) };
}

/** Errors: `INVALID_INPUT` with every object whose version of the API is no more. */
function refuseRemoved(objects: readonly KubeObject[]): void {
  const refusals = objects.flatMap((object) => {
    const removal = removalOf(object);
    if (removal === undefined) return [];
    const { kind, apiVersion, metadata } = object;
    const instead = removal.now === undefined ? 'nothing took its place' : `write ${removal.now}`;
    return [
      `${kind} ${metadata.name}: no matches for kind "${kind}" in version "${apiVersion}" (gone since Kubernetes ${removal.since}: ${instead})`,
    ];
  });
  if (refusals.length === 0) return;
  throw new EvenkeelError(
    'INVALID_INPUT',
    `Kubernetes 1.36 knows ${plural(refusals.length, 'object')} no more:\n  ${refusals.join('\n  ')}`,
    {
      blame: 'input',
      hint: 'Mend the manifests (kubectl convert helps); a real cluster would refuse them too.',
    },
  );
}

/** What is created: of objects that several documents describe the last. `repeated`: their names. */
function lastOfEach(objects: readonly KubeObject[]): { readonly last: readonly KubeObject[]; readonly repeated: readonly string[] } {
  const last = new Map<string, KubeObject>();
  const repeated = new Set<string>();
  for (const object of objects) {
    const { kind, metadata } = object;
    const name = `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`;
    if (last.has(name)) repeated.add(name);
    last.set(name, object);
  }
  return { last: [...last.values()], repeated: [...repeated] };
}

/** Kinds of other groups may have a name that Kubernetes uses too. */
export function isServed({ kind = '', apiVersion }: KubeObject): boolean {
  const resource = resourceOf(kind);
  return resource !== undefined && groupVersionOf(resource) === apiVersion;
}

function rank(kind = ''): number {
  const index = ORDER.indexOf(kind);
  return index < 0 ? ORDER.length : index;
}

function inNamespace(object: KubeObject): KubeObject {
  if (resourceOf(object.kind ?? '')?.namespaced !== true || object.metadata.namespace !== undefined) return object;
  return { ...object, metadata: { ...object.metadata, namespace: 'default' } };
}

/** Makes the namespaces that objects stand in, and that are neither there nor among the objects. */
export function makeNamespaces(api: LabApi, objects: readonly KubeObject[]): void {
  const given = new Set(objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name));
  for (const name of new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []))) {
    if (!given.has(name) && api.get('Namespace', undefined, name) === undefined) api.create('Namespace', { metadata: { name } });
  }
}

/** Result: the API server's refusal, if there is one. */
function apply(api: LabApi, object: KubeObject): string[] {
  const { kind = '', metadata } = object;
  const { namespace, name } = metadata;
  const text = `${JSON.stringify(object)}\n`;
  // As kubectl does: a secret's annotation would hold its values a second time, but so it is there too; the lab spares itself that.
  const annotations = kind === 'Secret' ? metadata.annotations : { ...metadata.annotations, [LAST_APPLIED]: text };
  const given = { ...object, metadata: { ...metadata, ...(annotations && { annotations }) } };
  try {
    if (api.get(kind, namespace, name) === undefined) api.create(kind, given);
    else
      api.modify<KubeObject>(kind, namespace, name, (draft) => {
        draft.metadata.labels = { ...draft.metadata.labels, ...metadata.labels };
        draft.metadata.annotations = { ...draft.metadata.annotations, ...annotations };
        Object.assign(draft, without(object, ['metadata', 'status']));
      });
    return [];
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return [error.message];
  }
}

const without = (object: object, names: readonly string[]): object =>
  Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
