/** Gets a pod's claims bound for the node that was chosen, before the pod itself is. Source: kube-scheduler plugins/volumebinding, PreBind. */
import type { PersistentVolumeClaim, Pod, StorageClass } from '../../../kubernetes/index.ts';
import type { LabApi } from '../../kube-api/index.ts';
import { claimsOf, isBound, SELECTED_NODE } from '../storage/claimed-volumes.ts';

/** How long a pod waits for its volumes (bindTimeoutSeconds) before it is scheduled anew. */
export const BIND_TIMEOUT_MS = 600_000;

/** Result: true when nothing is waited for. Otherwise the claims name the node now, and their controller does the rest. */
export function bindVolumes(api: LabApi, pod: Pod, node: string): boolean {
  const waiting = claimsOf(api, pod).filter((claim): claim is PersistentVolumeClaim => claim !== undefined && !isBound(claim));
  for (const { metadata, spec } of waiting) {
    const storageClass = api.get<StorageClass>('StorageClass', undefined, spec?.storageClassName ?? '');
    if (storageClass?.volumeBindingMode !== 'WaitForFirstConsumer') continue;
    api.modify<PersistentVolumeClaim>('PersistentVolumeClaim', metadata.namespace, metadata.name, (draft) => {
      draft.metadata.annotations = { ...draft.metadata.annotations, [SELECTED_NODE]: node };
    });
  }
  return waiting.length === 0;
}

/** After a wait in vain the claims are free to be asked for from another node. */
export function forgetChosenNode(api: LabApi, pod: Pod): void {
  for (const claim of claimsOf(api, pod)) {
    if (claim === undefined || isBound(claim)) continue;
    api.modify<PersistentVolumeClaim>('PersistentVolumeClaim', claim.metadata.namespace, claim.metadata.name, (draft) => {
      delete draft.metadata.annotations?.[SELECTED_NODE];
    });
  }
}
