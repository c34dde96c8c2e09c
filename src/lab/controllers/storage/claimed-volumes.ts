/** Which volumes a pod claims, and whether a node has them. */
import { createHash } from 'node:crypto';
import type { PersistentVolume, PersistentVolumeClaim, Pod, VolumeAttachment } from '../../../kubernetes/index.ts';
import type { LabApi } from '../../kube-api/index.ts';

export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';

/** Drivers of file shares are mounted over the network; nothing is attached to a machine for them. */
const NOT_ATTACHED = new Set(['file.csi.azure.com', 'blob.csi.azure.com', 'secrets-store.csi.k8s.io']);

/** The claim that an ephemeral volume of a pod gets. Source: component-helpers storage/ephemeral, VolumeClaimName. */
export const ephemeralClaim = (pod: Pod, volume: string): string => `${pod.metadata.name}-${volume}`;

/** Those of ephemeral volumes too. */
export const claimNames = (pod: Pod): readonly string[] =>
  (pod.spec?.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) =>
    persistentVolumeClaim ? [persistentVolumeClaim.claimName] : ephemeral ? [ephemeralClaim(pod, name)] : [],
  );

export const isBound = (claim: PersistentVolumeClaim | undefined): boolean =>
  Boolean(claim?.spec?.volumeName) && claim?.metadata.annotations?.[BIND_COMPLETED] !== undefined;

export const claimsOf = (api: LabApi, pod: Pod): readonly (PersistentVolumeClaim | undefined)[] =>
  claimNames(pod).map((name) => api.get<PersistentVolumeClaim>('PersistentVolumeClaim', pod.metadata.namespace, name));

/** Disks are attached to one machine before a pod there can mount them. */
export const isAttachable = (volume: PersistentVolume): boolean =>
  volume.spec?.csi !== undefined && !NOT_ATTACHED.has(volume.spec.csi.driver);

/** The bound volumes of a pod's claims. */
export function volumesOf(api: LabApi, pod: Pod): readonly PersistentVolume[] {
  return claimsOf(api, pod).flatMap((claim) => {
    if (!claim || !isBound(claim)) return [];
    return api.get<PersistentVolume>('PersistentVolume', undefined, claim.spec?.volumeName ?? '') ?? [];
  });
}

/** Source: pkg/volume/csi, getAttachmentName. */
export function attachmentName(volume: PersistentVolume, node: string): string {
  const { driver = '', volumeHandle = '' } = volume.spec?.csi ?? {};
  return `csi-${createHash('sha256').update(`${volumeHandle}${driver}${node}`).digest('hex')}`;
}

/** Whether a pod's containers may start on the node: all its claims bound, and their disks attached there. */
export function volumesAttached(api: LabApi, pod: Pod, node: string): boolean {
  const claims = claimsOf(api, pod);
  if (!claims.every(isBound)) return false;
  return volumesOf(api, pod)
    .filter(isAttachable)
    .every((volume) => {
      const attachment = api.get<VolumeAttachment>('VolumeAttachment', undefined, attachmentName(volume, node));
      return attachment?.status?.attached === true && attachment.metadata.deletionTimestamp === undefined;
    });
}
