/** Deletes what nobody owns any more, and holds owners until their dependents are gone. Source: pkg/controller/garbagecollector (1.36). */
import type { Cancel } from '../../base/index.ts';
import { RESOURCES, type KubeObject } from '../../kubernetes/index.ts';
import { ApiError, type LabApi } from '../kube-api/index.ts';
import type { ControllerContext } from './runtime/controller.ts';
import { isTerminating } from './runtime/pods.ts';
import { watchingController } from './runtime/watching-controller.ts';

const NOT_WATCHED = new Set(['Event', 'Lease', 'Endpoints', 'Node']);
const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

const idOf = (kind: string, object: KubeObject): string => `${kind}|${object.metadata.namespace ?? ''}|${object.metadata.name}`;

interface Id {
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
}

function parseId(id: string): Id {
  const [kind = '', namespace = '', name = ''] = id.split('|');
  return { kind, namespace: namespace === '' ? undefined : namespace, name };
}

export const garbageCollector = watchingController(
  'garbage-collector-controller',
  'Deletes dependents of deleted owners, in the background or before the owner goes; lets go of orphans.',
  () => {
    const dependents = new Map<string, Set<string>>();
    return {
      watch({ api }, queue) {
        const follow = (kind: string): Cancel =>
          api.watch(kind, ({ type, object, previous }) => {
            const id = idOf(kind, object);
            for (const { uid } of [...(object.metadata.ownerReferences ?? []), ...(previous?.metadata.ownerReferences ?? [])]) {
              const set = dependents.get(uid) ?? new Set();
              if (type === 'DELETED') {
                set.delete(id);
                for (const owner of ownersOf(api, object)) queue.add(owner);
              } else if (object.metadata.ownerReferences?.some((owner) => owner.uid === uid)) set.add(id);
              else set.delete(id);
              if (set.size > 0) dependents.set(uid, set);
              else dependents.delete(uid);
            }
            if (type === 'DELETED') {
              for (const dependent of dependents.get(object.metadata.uid ?? '') ?? []) queue.add(dependent);
              dependents.delete(object.metadata.uid ?? '');
            } else if (type === 'ADDED' ? object.metadata.ownerReferences !== undefined : isTerminating(object)) queue.add(id);
          });
        return [...RESOURCES.filter(({ kind }) => !NOT_WATCHED.has(kind)).map(({ kind }) => follow(kind)), followCustomKinds(api, follow)];
      },
      sync({ api }, id, queue) {
        const { kind, namespace, name } = parseId(id);
        const object = api.get(kind, namespace, name);
        if (object === undefined) return;
        if (isTerminating(object))
          finishOwner({ api }, kind, object, dependents.get(object.metadata.uid ?? '') ?? new Set(), (key) => queue.add(key));
        else deleteIfAbandoned({ api }, kind, object);
      },
    };
  },
);

/** Kinds come and go with their definitions. */
function followCustomKinds(api: LabApi, follow: (kind: string) => Cancel): Cancel {
  const followed = new Map<string, Cancel>();
  const cancel = api.watch('CustomResourceDefinition', ({ type, object }) => {
    const { name } = object.metadata;
    if (type === 'DELETED') {
      followed.get(name)?.();
      followed.delete(name);
    } else if (!followed.has(name) && api.customKinds().some(({ kind }) => kind === name)) followed.set(name, follow(name));
  });
  return () => {
    cancel();
    for (const stop of followed.values()) stop();
  };
}

const ownersOf = (api: LabApi, object: KubeObject): string[] =>
  (object.metadata.ownerReferences ?? []).flatMap(({ apiVersion, kind, name }) => {
    const known = api.kindFor(apiVersion, kind);
    return known === undefined ? [] : [idOf(known, { metadata: { name, namespace: object.metadata.namespace ?? '' } })];
  });

function deleteIfAbandoned({ api }: Pick<ControllerContext, 'api'>, kind: string, object: KubeObject): void {
  const references = object.metadata.ownerReferences ?? [];
  const { namespace, name, uid } = object.metadata;
  const known = references.map((reference) => ({ reference, kind: api.kindFor(reference.apiVersion, reference.kind) }));
  // An owner of a kind that the lab does not know can not be looked up: its dependents are left alone.
  if (known.some((item) => item.kind === undefined)) return;
  const owners = known.map(({ reference, kind: ownerKind = '' }) => ({ reference, owner: api.get(ownerKind, namespace, reference.name) }));
  const present = owners.filter(({ reference, owner }) => owner?.metadata.uid === reference.uid);
  const isWaiting = (owner: KubeObject | undefined): boolean =>
    owner !== undefined && isTerminating(owner) && (owner.metadata.finalizers ?? []).includes(FOREGROUND);
  const solid = present.filter(({ owner }) => !isWaiting(owner));
  if (references.length === 0 || solid.length === references.length) return;
  if (solid.length > 0) {
    api.modify<KubeObject>(kind, namespace, name, (draft) => {
      draft.metadata.ownerReferences = solid.map(({ reference }) => ({ ...reference }));
    });
    return;
  }
  const propagationPolicy = present.length > 0 ? 'Foreground' : 'Background';
  try {
    api.delete(kind, namespace, name, { propagationPolicy, ...(uid === undefined ? {} : { preconditions: { uid } }) });
  } catch (error) {
    if (!(error instanceof ApiError) || (error.code !== 404 && error.code !== 409)) throw error;
  }
}

/** Foreground: the owner goes after its dependents. Orphan: they lose the reference, then the owner goes. */
function finishOwner(
  { api }: Pick<ControllerContext, 'api'>,
  kind: string,
  owner: KubeObject,
  dependents: ReadonlySet<string>,
  add: (id: string) => void,
): void {
  const finalizers = owner.metadata.finalizers ?? [];
  const release = (finalizer: string): void => {
    api.modify<KubeObject>(kind, owner.metadata.namespace, owner.metadata.name, (draft) => {
      draft.metadata.finalizers = (draft.metadata.finalizers ?? []).filter((name) => name !== finalizer);
    });
  };
  const living = [...dependents].flatMap((id) => {
    const found = parseId(id);
    const object = api.get(found.kind, found.namespace, found.name);
    return object ? [{ ...found, id, object }] : [];
  });
  if (finalizers.includes(ORPHAN)) {
    for (const { kind: kindOfDependent, namespace, name } of living) {
      api.modify<KubeObject>(kindOfDependent, namespace, name, (draft) => {
        draft.metadata.ownerReferences = (draft.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid);
      });
    }
    release(ORPHAN);
  } else if (finalizers.includes(FOREGROUND)) {
    const blocking = living.filter(({ object }) =>
      object.metadata.ownerReferences?.some(({ uid, blockOwnerDeletion }) => uid === owner.metadata.uid && blockOwnerDeletion === true),
    );
    if (blocking.length === 0) release(FOREGROUND);
    for (const { id, object } of living) if (!isTerminating(object)) add(id);
  }
}
