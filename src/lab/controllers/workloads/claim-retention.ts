/** Who takes the claims of a StatefulSet along when it goes. Source: pkg/controller/statefulset/stateful_set_utils.go, updateClaimOwnerRefForSetAndPod (1.36). */
import type { OwnerReference, PersistentVolumeClaim, Pod, StatefulSet } from '../../../kubernetes/index.ts';
import type { LabApi } from '../../kube-api/index.ts';

const CLAIM = 'PersistentVolumeClaim';

interface Retention {
  readonly whenScaled?: string;
  readonly whenDeleted?: string;
}

const retentionOf = (set: StatefulSet): Retention =>
  // Newer than the types.
  (set.spec as { readonly persistentVolumeClaimRetentionPolicy?: Retention } | undefined)?.persistentVolumeClaimRetentionPolicy ?? {};

/**
 * Gives the claims of a pod the owners that the set's policy asks for.
 *
 * `isCondemned`: the pod is about to go because the set has become smaller; with `whenScaled: Delete` its claims then go with it.
 */
export function keepClaimOwners(api: LabApi, set: StatefulSet, pod: Pod, isCondemned: boolean): void {
  const { whenScaled, whenDeleted } = retentionOf(set);
  const isPods = whenScaled === 'Delete' && isCondemned;
  const isSets = whenDeleted === 'Delete' && !isPods;
  for (const { metadata } of set.spec?.volumeClaimTemplates ?? []) {
    const name = `${metadata?.name ?? ''}-${pod.metadata.name}`;
    const claim = api.get<PersistentVolumeClaim>(CLAIM, set.metadata.namespace, name);
    if (claim === undefined) continue;
    const others = (claim.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== set.metadata.uid && uid !== pod.metadata.uid);
    const wanted = [
      ...others,
      ...(isPods ? [reference('v1', 'Pod', pod)] : []),
      ...(isSets ? [reference('apps/v1', 'StatefulSet', set)] : []),
    ];
    if (wanted.length === 0 && claim.metadata.ownerReferences === undefined) continue;
    api.modify<PersistentVolumeClaim>(CLAIM, set.metadata.namespace, name, (draft) => {
      if (wanted.length > 0) draft.metadata.ownerReferences = wanted.map((each) => ({ ...each }));
      else delete draft.metadata.ownerReferences;
    });
  }
}

/** With `whenScaled: Delete`, a claim that still belongs to the pod of before goes with it: the new pod waits until it is gone. Source: PodClaimIsStale, hasStaleOwnerRef. */
export function isClaimStale(api: LabApi, set: StatefulSet, pod: Pod): boolean {
  if (retentionOf(set).whenScaled !== 'Delete') return false;
  return (set.spec?.volumeClaimTemplates ?? []).some(({ metadata }) => {
    const claim = api.get<PersistentVolumeClaim>(CLAIM, set.metadata.namespace, `${metadata?.name ?? ''}-${pod.metadata.name}`);
    return (claim?.metadata.ownerReferences ?? []).some(
      ({ kind, name, uid }) => kind === 'Pod' && name === pod.metadata.name && uid !== pod.metadata.uid,
    );
  });
}

const reference = (apiVersion: string, kind: string, { metadata }: Pod | StatefulSet): OwnerReference => ({
  apiVersion,
  kind,
  name: metadata.name,
  uid: metadata.uid ?? '',
});
