/** The kinds that the lab's API server stores: those that evenkeel knows by name, and some that only clients ask for. */
import { resourceOf, RESOURCES, type Resource } from '../../kubernetes/index.ts';

const extra = (kind: string, group: string, plural: string, shortNames: readonly string[], namespaced: boolean): Resource => ({
  kind,
  group,
  version: 'v1',
  plural,
  singular: kind.toLowerCase(),
  shortNames,
  namespaced,
});

const MORE: readonly Resource[] = [
  extra('PodTemplate', '', 'podtemplates', [], true),
  extra('CSIDriver', 'storage.k8s.io', 'csidrivers', [], false),
  extra('CSINode', 'storage.k8s.io', 'csinodes', [], false),
  extra('CSIStorageCapacity', 'storage.k8s.io', 'csistoragecapacities', [], true),
  extra('RuntimeClass', 'node.k8s.io', 'runtimeclasses', [], false),
].filter(({ kind }) => resourceOf(kind) === undefined);

export const LAB_RESOURCES: readonly Resource[] = [...RESOURCES, ...MORE];

const BY_KIND = new Map(LAB_RESOURCES.map((resource) => [resource.kind, resource]));

/** The row of a kind that the lab stores. */
export const labResourceOf = (kind: string): Resource | undefined => BY_KIND.get(kind);
