/** What a kustomization sets in every object. Source: kustomize, api/internal/konfig/builtinpluginconsts (5.7). */
import type { Resource } from './resource.ts';
import { isJson, isNamespaced, placesAt, podSpecPath, templatePath } from './resource.ts';

type Texts = Readonly<Record<string, string>>;

export interface ImageChange {
  readonly name: string;
  readonly newName?: string | undefined;
  readonly newTag?: string | undefined;
  readonly tagSuffix?: string | undefined;
  readonly digest?: string | undefined;
}

function merge({ object }: Resource, path: string, texts: Texts, create: boolean): void {
  for (const { holder, key } of placesAt(object, path, create)) {
    const before = isJson(holder[key]) ? holder[key] : {};
    holder[key] = { ...before, ...texts };
  }
}

const SELECTED_BY_LABELS = ['Deployment', 'ReplicaSet', 'DaemonSet', 'StatefulSet'];
const TERMS = ['podAffinity', 'podAntiAffinity'].flatMap((affinity) => [
  `affinity/${affinity}/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels`,
  `affinity/${affinity}/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels`,
]);
const POLICY_SELECTORS = [
  'spec/podSelector/matchLabels',
  'spec/ingress/from/podSelector/matchLabels',
  'spec/egress/to/podSelector/matchLabels',
];

/** Adds labels: to the object alone, to templates too, or to selectors as well. */
export function addLabels(resource: Resource, labels: Texts, where: 'objects' | 'templates' | 'everywhere'): void {
  const { kind = '' } = resource.object;
  merge(resource, 'metadata/labels', labels, true);
  if (where === 'objects') return;
  const template = templatePath(kind);
  if (template !== undefined) merge(resource, `${template}/metadata/labels`, labels, true);
  if (kind === 'CronJob') merge(resource, 'spec/jobTemplate/metadata/labels', labels, true);
  if (kind === 'StatefulSet') merge(resource, 'spec/volumeClaimTemplates/metadata/labels', labels, true);
  if (where === 'templates') return;
  if (kind === 'Service' || kind === 'ReplicationController') merge(resource, 'spec/selector', labels, true);
  if (SELECTED_BY_LABELS.includes(kind)) merge(resource, 'spec/selector/matchLabels', labels, true);
  if (kind === 'Job' || kind === 'PodDisruptionBudget') merge(resource, 'spec/selector/matchLabels', labels, false);
  if (kind === 'CronJob') merge(resource, 'spec/jobTemplate/spec/selector/matchLabels', labels, false);
  if (kind === 'NetworkPolicy') for (const path of POLICY_SELECTORS) merge(resource, path, labels, false);
  if (kind === 'Deployment' || kind === 'StatefulSet') {
    for (const path of [...TERMS, 'topologySpreadConstraints/labelSelector/matchLabels']) {
      merge(resource, `spec/template/spec/${path}`, labels, false);
    }
  }
}

export function addAnnotations(resource: Resource, annotations: Texts): void {
  const { kind = '' } = resource.object;
  merge(resource, 'metadata/annotations', annotations, true);
  const template = templatePath(kind);
  if (template !== undefined) merge(resource, `${template}/metadata/annotations`, annotations, true);
  if (kind === 'CronJob') merge(resource, 'spec/jobTemplate/metadata/annotations', annotations, true);
}

/** Moves an object to a namespace; the default service account in role bindings moves along, others do as references. */
export function setNamespace(resource: Resource, namespace: string): void {
  const { object } = resource;
  if (object.kind === 'Namespace') object.metadata.name = namespace;
  else if (isNamespaced(object)) object.metadata.namespace = namespace;
  if (object.kind !== 'RoleBinding' && object.kind !== 'ClusterRoleBinding') return;
  for (const { holder, key } of placesAt(object, 'subjects')) {
    const subjects = holder[key];
    if (!Array.isArray(subjects)) continue;
    for (const subject of subjects.filter(isJson)) {
      if (subject['kind'] === 'ServiceAccount' && subject['name'] === 'default') subject['namespace'] = namespace;
    }
  }
}

/** Replaces names, tags and digests of container images. */
export function setImages(resource: Resource, changes: readonly ImageChange[]): void {
  const spec = podSpecPath(resource.object.kind);
  if (spec === undefined) return;
  for (const list of ['containers', 'initContainers']) {
    for (const { holder, key } of placesAt(resource.object, `${spec}/${list}/image`)) {
      const image = holder[key];
      if (typeof image === 'string') holder[key] = changes.reduce(changed, image);
    }
  }
}

function changed(image: string, change: ImageChange): string {
  const [, name = image, tag = '', digest = ''] = /^(.*?)((?::[^:/@]+)?)((?:@.+)?)$/.exec(image) ?? [];
  if (name !== change.name) return image;
  const newName = change.newName ?? name;
  if (change.digest !== undefined) return `${newName}@${change.digest}`;
  if (change.newTag !== undefined) return `${newName}:${change.newTag}${change.tagSuffix ?? ''}`;
  if (change.tagSuffix !== undefined) return `${newName}${tag}${change.tagSuffix}`;
  return `${newName}${tag}${digest}`;
}

const REPLICATED = ['Deployment', 'ReplicaSet', 'StatefulSet', 'ReplicationController'];

/** Sets the replicas of a workload. Result: whether it is one that has any. */
export function setReplicas({ object }: Resource, count: number): boolean {
  if (!REPLICATED.includes(object.kind ?? '')) return false;
  for (const { holder, key } of placesAt(object, 'spec/replicas', true)) holder[key] = count;
  return true;
}

/** Kinds whose names are others' business. */
const UNTOUCHED = ['CustomResourceDefinition', 'APIService', 'Namespace'];

export function addAffixes(resource: Resource, prefix: string, suffix: string): void {
  const { object } = resource;
  if (prefix !== '') resource.prefixes.push(prefix);
  if (suffix !== '') resource.suffixes.push(suffix);
  if (!UNTOUCHED.includes(object.kind ?? '')) object.metadata.name = `${prefix}${object.metadata.name}${suffix}`;
}
