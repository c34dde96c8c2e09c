import type { Container, KubeObject, PodSpec, Secret } from '../kubernetes/index.ts';

/**
 * The secrets that pods of these objects need, with the keys that are asked for and empty values: what stands in them elsewhere has no
 * business in a lab. Those among the objects, and optional ones, are left out.
 */
export function requiredSecrets(objects: readonly KubeObject[]): Secret[] {
  const has = new Set(objects.filter(({ kind }) => kind === 'Secret').map(({ metadata }) => keyOf(metadata.namespace, metadata.name)));
  const needed = new Map<string, Secret & { data: Record<string, string> }>();
  for (const object of objects) {
    const namespace = object.metadata.namespace ?? 'default';
    for (const { name, key } of referencesOf(podSpecOf(object))) {
      const id = keyOf(namespace, name);
      if (has.has(id)) continue;
      const secret = needed.get(id) ?? { metadata: { name, namespace }, type: 'Opaque', data: {} };
      if (key !== undefined) secret.data[key] = '';
      needed.set(id, secret);
    }
  }
  return [...needed.values()].map((secret) => ({ apiVersion: 'v1', kind: 'Secret', ...secret }));
}

const keyOf = (namespace = 'default', name: string): string => `${namespace}/${name}`;

interface Holder {
  readonly kind?: string;
  readonly spec?: {
    readonly template?: { readonly spec?: PodSpec };
    readonly jobTemplate?: { readonly spec?: { readonly template?: { readonly spec?: PodSpec } } };
  };
}

/** The pods that an object makes, or is. */
export function podSpecOf(object: KubeObject): PodSpec | undefined {
  const { kind, spec } = object as Holder; // members that may be absent
  if (kind === 'Pod') return (object as { spec?: PodSpec }).spec; // a pod's spec is one
  return spec?.jobTemplate?.spec?.template?.spec ?? spec?.template?.spec;
}

interface Reference {
  readonly name: string;
  readonly key?: string;
}

function referencesOf(spec: PodSpec | undefined): Reference[] {
  const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  const mounted = (spec?.volumes ?? []).flatMap(({ secret }): Reference[] =>
    secret?.secretName === undefined || secret.optional === true
      ? []
      : [{ name: secret.secretName }, ...(secret.items ?? []).map(({ key }) => ({ name: secret.secretName ?? '', key }))],
  );
  return [...containers.flatMap(environmentReferences), ...mounted];
}

function environmentReferences({ env = [], envFrom = [] }: Container): Reference[] {
  return [
    ...env.flatMap(({ valueFrom }): Reference[] => {
      const reference = valueFrom?.secretKeyRef;
      return reference?.name === undefined || reference.optional === true ? [] : [{ name: reference.name, key: reference.key }];
    }),
    ...envFrom.flatMap(({ secretRef }): Reference[] =>
      secretRef?.name === undefined || secretRef.optional === true ? [] : [{ name: secretRef.name }],
    ),
  ];
}
