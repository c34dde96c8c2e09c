/** An object on its way through the layers of a kustomization. */
import type { KubeObject } from '../../../kubernetes/index.ts';
import { resourceOf } from '../../../kubernetes/index.ts';

export type Json = Record<string, unknown>;

export interface Identity {
  readonly name: string;
  readonly namespace: string | undefined;
}

export interface Resource {
  /** Its own copy; each step changes it in place. */
  object: KubeObject;
  /** What it was called in each layer so far, the first name first: patches and references may use any of them. */
  readonly ids: Identity[];
  /** Of each layer that has one; tells apart what came from one base by two ways. */
  readonly prefixes: string[];
  readonly suffixes: string[];
  /** Its name gets a hash of its contents once all layers are through. */
  isHashed: boolean;
}

/** Takes an object in; it is copied. */
export function resourceFrom(object: KubeObject, isHashed = false): Resource {
  const own = structuredClone(object);
  return { object: own, ids: [identityOf(own)], prefixes: [], suffixes: [], isHashed };
}

export const identityOf = ({ metadata }: KubeObject): Identity => ({ name: metadata.name, namespace: metadata.namespace });

/** Notes what it is called after a layer. */
export function remember(resource: Resource): void {
  const now = identityOf(resource.object);
  if (!resource.ids.some(({ name, namespace }) => name === now.name && namespace === now.namespace)) resource.ids.push(now);
}

/** All names that others may know it by. */
export const namesOf = ({ object, ids }: Resource): ReadonlySet<string> => new Set([...ids.map(({ name }) => name), object.metadata.name]);

/** Kinds outside namespaces that the lab does not serve. */
const CLUSTER_WIDE = new Set([
  'APIService',
  'CSIDriver',
  'CSINode',
  'CertificateSigningRequest',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'FlowSchema',
  'IngressClass',
  'MutatingWebhookConfiguration',
  'PodSecurityPolicy',
  'PriorityLevelConfiguration',
  'RuntimeClass',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingWebhookConfiguration',
  'VolumeAttachment',
]);

/** Kinds that nobody knows count as standing in namespaces. */
export const isNamespaced = ({ kind = '' }: KubeObject): boolean => !CLUSTER_WIDE.has(kind) && resourceOf(kind)?.namespaced !== false;

export const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A place in an object: `holder[key]`. */
export interface Place {
  readonly holder: Json;
  readonly key: string;
}

/**
 * The places of a path such as `spec/template/spec/containers/image`; lists on the way are walked through. With `create`, maps that
 * are missing are made.
 */
export function placesAt(root: unknown, path: string, create = false): Place[] {
  const [key = '', ...rest] = path.split('/');
  if (Array.isArray(root)) return root.flatMap((item) => placesAt(item, path, create));
  if (!isJson(root)) return [];
  if (rest.length === 0) return create || key in root ? [{ holder: root, key }] : [];
  if (create && (root[key] === undefined || root[key] === null)) root[key] = {};
  return placesAt(root[key], rest.join('/'), create);
}

const CONTROLLERS = ['Deployment', 'ReplicaSet', 'DaemonSet', 'StatefulSet', 'Job', 'ReplicationController'];

/** Where the template of a kind's pods stands. */
export function templatePath(kind = ''): string | undefined {
  if (CONTROLLERS.includes(kind)) return 'spec/template';
  return kind === 'CronJob' ? 'spec/jobTemplate/spec/template' : undefined;
}

/** Where the spec of a kind's pods stands. */
export function podSpecPath(kind = ''): string | undefined {
  if (kind === 'Pod') return 'spec';
  const template = templatePath(kind);
  return template === undefined ? undefined : `${template}/spec`;
}
