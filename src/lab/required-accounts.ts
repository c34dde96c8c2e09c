import type { KubeObject } from '../kubernetes/index.ts';
import { podSpecOf } from './required-secrets.ts';

/** The service accounts and priority classes that pods of these objects name and none of the objects is: a dump seldom has them, and no pod is admitted without. */
export function requiredAccounts(objects: readonly KubeObject[]): KubeObject[] {
  const has = new Set(objects.map(({ kind = '', metadata }) => keyOf(kind, metadata.namespace, metadata.name)));
  const needed = new Map<string, KubeObject>();
  const need = (object: KubeObject & { readonly kind: string }): void => {
    const key = keyOf(object.kind, object.metadata.namespace, object.metadata.name);
    if (!has.has(key) && !needed.has(key)) needed.set(key, object);
  };
  for (const object of objects) {
    const { serviceAccountName = '', serviceAccount = serviceAccountName, priorityClassName = '', priority } = podSpecOf(object) ?? {};
    const namespace = object.metadata.namespace ?? 'default';
    if (serviceAccount !== '' && serviceAccount !== 'default') {
      need({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: serviceAccount, namespace } });
    }
    // Only pods tell what a class is worth; a template's pods are looked at beside it.
    if (priorityClassName !== '' && !priorityClassName.startsWith('system-') && priority !== undefined) {
      need(priorityClass(priorityClassName, priority));
    }
  }
  return [...needed.values()];
}

const keyOf = (kind: string, namespace = '', name: string): string => `${kind}/${namespace}/${name}`;

const priorityClass = (name: string, value: number): KubeObject & { readonly kind: string; readonly value: number } => ({
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  metadata: { name },
  value,
});
