/** What a kustomization sets in every object. Objects are copied before they are changed. */
import type { KubeObject } from '../../kubernetes/index.ts';

type Json = Record<string, unknown>;
type Texts = Readonly<Record<string, string>>;

export interface ImageChange {
  readonly name: string;
  readonly newName?: string | undefined;
  readonly newTag?: string | undefined;
  readonly digest?: string | undefined;
}

/** Adds labels to the objects, also to the templates, also to the selectors. */
export function addLabels(object: KubeObject, labels: Texts, where: 'objects' | 'templates' | 'everywhere'): KubeObject {
  const copy = addMetadata(object, 'labels', labels);
  if (where === 'objects') return copy;
  for (const template of templatesOf(copy)) {
    const metadata = memberOf(template, 'metadata');
    metadata['labels'] = { ...memberOf(metadata, 'labels'), ...labels };
  }
  const spec = specOf(copy);
  if (where === 'templates' || spec === undefined) return copy;
  if (object.kind === 'Service' || object.kind === 'ReplicationController') {
    if (isObject(spec['selector'])) spec['selector'] = { ...spec['selector'], ...labels };
  } else if (isObject(spec['selector'])) {
    const matchLabels = isObject(spec['selector']['matchLabels']) ? spec['selector']['matchLabels'] : {};
    spec['selector'] = { ...spec['selector'], matchLabels: { ...matchLabels, ...labels } };
  }
  return copy;
}

export function addMetadata(object: KubeObject, member: 'labels' | 'annotations', texts: Texts): KubeObject {
  const copy = structuredClone(object);
  copy.metadata[member] = { ...copy.metadata[member], ...texts };
  return copy;
}

/** Replaces names, tags and digests of container images. */
export function setImages(object: KubeObject, changes: readonly ImageChange[]): KubeObject {
  if (changes.length === 0) return object;
  const copy = structuredClone(object);
  const spec = specOf(copy);
  const podSpecs = [...templatesOf(copy).map((template) => memberOf(template, 'spec')), ...(object.kind === 'Pod' && spec ? [spec] : [])];
  for (const podSpec of podSpecs) {
    for (const list of [podSpec['containers'], podSpec['initContainers']]) {
      if (!Array.isArray(list)) continue;
      for (const container of list.filter(isObject)) {
        if (typeof container['image'] === 'string') container['image'] = changed(container['image'], changes);
      }
    }
  }
  return copy;
}

function changed(image: string, changes: readonly ImageChange[]): string {
  const [, name = image, version = ''] = /^(.*?)((?::[^:/@]+)?(?:@.+)?)$/.exec(image) ?? [];
  const change = changes.find((candidate) => candidate.name === name);
  if (change === undefined) return image;
  const tag = change.newTag === undefined ? version : `:${change.newTag}`;
  return `${change.newName ?? name}${change.digest === undefined ? tag : `@${change.digest}`}`;
}

/** Sets the replicas of workloads by name. */
export function setReplicas(
  objects: readonly KubeObject[],
  changes: readonly { readonly name: string; readonly count: number }[],
): KubeObject[] {
  return objects.map((object) => {
    const change = changes.find(({ name }) => name === object.metadata.name);
    if (change === undefined || !['Deployment', 'ReplicaSet', 'StatefulSet', 'ReplicationController'].includes(object.kind ?? ''))
      return object;
    const copy = structuredClone(object);
    Object.assign(memberOf(copy as unknown as Json, 'spec'), { replicas: change.count }); // an object of JSON
    return copy;
  });
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

const specOf = (object: KubeObject): Json | undefined => {
  const { spec } = object as { spec?: unknown }; // a member that may be absent
  return isObject(spec) ? spec : undefined;
};

/** The member, made when it is absent. */
function memberOf(parent: Json, name: string): Json {
  const found = parent[name];
  if (isObject(found)) return found;
  const made: Json = {};
  parent[name] = made;
  return made;
}

function templatesOf(object: KubeObject): Json[] {
  const spec = specOf(object);
  if (isObject(spec?.['template'])) return [spec['template']];
  const job = spec?.['jobTemplate'];
  const template = isObject(job) && isObject(job['spec']) ? job['spec']['template'] : undefined;
  return isObject(template) ? [template] : [];
}
