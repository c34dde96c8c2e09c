/** Custom resources as the lab's own parts see them. */
import { groupVersionOf } from '../../../kubernetes/index.ts';
import { labResourceOf } from '../lab-resources.ts';
import type { ObjectWriter } from '../object-writer.ts';
import { failure } from '../statuses.ts';
import type { Store, Stored } from '../store.ts';
import type { LabApi } from '../types.ts';
import { customResourceByKey, customResourceOfKind, customResourcesIn } from './custom-versions.ts';
import { decodeCustomObject } from './decode-custom-object.ts';
import { customScaleOf, withReplicas } from './scale.ts';
import type { CustomResource } from './types.ts';

interface Inside {
  readonly store: Store;
  readonly writer: ObjectWriter;
}

type CustomKinds = Pick<LabApi, 'createCustom' | 'customKinds' | 'kindFor' | 'customScale' | 'scaleCustom'>;

/** The part of `LabApi` that is about definitions. */
export function customKindsOf({ store, writer }: Inside): CustomKinds {
  const placeOf = (resource: CustomResource, namespace: string | undefined): string =>
    resource.namespaced ? (namespace ?? 'default') : '';
  return {
    customKinds() {
      const kinds = new Map<string, readonly CustomResource[]>();
      for (const resource of customResourcesIn(store)) kinds.set(resource.kind, [...(kinds.get(resource.kind) ?? []), resource]);
      return [...kinds].flatMap(([kind, [first, ...others]]) =>
        first === undefined
          ? []
          : [
              {
                kind,
                objectKind: first.custom.kind,
                group: first.group,
                versions: [first, ...others].map(({ version }) => version),
                namespaced: first.namespaced,
              },
            ],
      );
    },
    createCustom(object) {
      const { apiVersion = '', kind = '' } = object;
      const resource = customResourcesIn(store).find((found) => found.custom.kind === kind && groupVersionOf(found) === apiVersion);
      if (resource === undefined) {
        const message = `no matches for kind "${kind}" in version "${apiVersion}"`;
        throw failure({ code: 404, reason: 'NotFound', message, details: {} });
      }
      const { object: decoded, warnings } = decodeCustomObject({ ...object }, resource);
      // Decoding gives every object its metadata; a missing name is told by the writer.
      writer.create(resource.kind, decoded as Stored, { rules: resource.custom.rules });
      return warnings;
    },
    kindFor(apiVersion, kind) {
      const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
      const known = labResourceOf(kind);
      if (known?.group === group) return kind;
      const custom = customResourceOfKind(store, apiVersion, kind);
      if (custom !== undefined) return custom.kind;
      // A kind of Kubernetes may have been in another of its groups; groups of others have names of their own.
      return known !== undefined && (!group.includes('.') || group.endsWith('.k8s.io')) ? kind : undefined;
    },
    customScale(kind, namespace, name) {
      const resource = customResourceByKey(store, kind);
      if (resource?.custom.scale === undefined) return undefined;
      const object = store.get(kind, placeOf(resource, namespace), name);
      return object && customScaleOf(object, resource.custom.scale);
    },
    scaleCustom(kind, namespace, name, replicas) {
      const resource = customResourceByKey(store, kind);
      const object = resource && store.get(kind, placeOf(resource, namespace), name);
      if (object === undefined || resource?.custom.scale === undefined) return;
      writer.update(kind, withReplicas(object, resource.custom.scale, replicas));
    },
  };
}
