import {
  compareQuantities,
  matchesNodeSelector,
  matchesSelector,
  type PersistentVolume,
  type PersistentVolumeClaim,
} from '../../kubernetes/index.ts';
import { claimsOf, classOf, isBound, volumeOf } from '../claims.ts';
import type { ClusterTable } from '../cluster-table.ts';
import type { NodeRecord } from '../node-record.ts';
import { unresolvable, type FilterPlugin } from './_shared.ts';

const NAME = 'VolumeBinding';
const NODE_CONFLICT = "node(s) didn't match PersistentVolume's node affinity";
const NO_VOLUME = "node(s) didn't find available persistent volumes to bind";
const GONE = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)';
const SELECTED_NODE = 'volume.kubernetes.io/selected-node';

/** Volumes must be reachable from the node: bound ones by their node affinity, others by what could be bound or provisioned. */
export const volumeBinding: FilterPlugin = {
  name: NAME,
  summary: 'keeps pods off nodes from which their volumes can not be used',
  prepare: (table, pod) => {
    const claims = claimsOf(table, pod);
    if (claims.length === 0) return undefined;
    const trouble = claims.map(troubleWith).find((text) => text !== undefined);
    if (trouble !== undefined) return unresolvable(NAME, trouble);
    const bound = claims.filter(isBound);
    const waiting = claims.filter((claim) => !isBound(claim));
    if (waiting.some((claim) => !waitsForConsumer(table, claim))) {
      return unresolvable(NAME, 'pod has unbound immediate PersistentVolumeClaims');
    }
    return {
      check: (index) => {
        const node = table.node(index);
        const volumes = bound.map((claim) => volumeOf(table, claim.spec?.volumeName ?? ''));
        if (volumes.includes(undefined)) return unresolvable(NAME, GONE);
        const reasons: string[] = [];
        if (volumes.some((volume) => volume !== undefined && !isReachable(volume, node))) reasons.push(NODE_CONFLICT);
        if (!canBindAll(table, waiting, node)) reasons.push(NO_VOLUME);
        return reasons.length === 0 ? undefined : unresolvable(NAME, ...reasons);
      },
    };
  },
};

function troubleWith({ metadata, spec, status }: PersistentVolumeClaim): string | undefined {
  if (status?.phase === 'Lost') {
    return `persistentvolumeclaim "${metadata.name}" bound to non-existent persistentvolume "${spec?.volumeName ?? ''}"`;
  }
  return metadata.deletionTimestamp === undefined ? undefined : `persistentvolumeclaim "${metadata.name}" is being deleted`;
}

const waitsForConsumer = (table: ClusterTable, claim: PersistentVolumeClaim): boolean =>
  !claim.spec?.volumeName && classOf(table, claim)?.volumeBindingMode === 'WaitForFirstConsumer';

function isReachable(volume: PersistentVolume, node: NodeRecord): boolean {
  const required = volume.spec?.nodeAffinity?.required;
  return required === undefined || matchesNodeSelector(required, node.object);
}

function canBindAll(table: ClusterTable, claims: readonly PersistentVolumeClaim[], node: NodeRecord): boolean {
  const taken = new Set<PersistentVolume>();
  return claims.every((claim) => {
    const chosen = claim.metadata.annotations?.[SELECTED_NODE];
    if (chosen !== undefined) return chosen === node.name;
    const volume = smallestMatch(table, claim, node, taken);
    if (volume !== undefined) taken.add(volume);
    return volume !== undefined || canProvision(table, claim, node);
  });
}

function smallestMatch(
  table: ClusterTable,
  claim: PersistentVolumeClaim,
  node: NodeRecord,
  taken: ReadonlySet<PersistentVolume>,
): PersistentVolume | undefined {
  const wanted = claim.spec?.resources?.requests?.['storage'] ?? '0';
  const sizeOf = (volume: PersistentVolume): string => volume.spec?.capacity?.['storage'] ?? '0';
  let best: PersistentVolume | undefined;
  for (const volume of table.all('PersistentVolume') as Iterable<PersistentVolume>) {
    if (taken.has(volume) || !suits(volume, claim) || !isReachable(volume, node)) continue;
    if (compareQuantities(sizeOf(volume), wanted) < 0) continue;
    if (best === undefined || compareQuantities(sizeOf(volume), sizeOf(best)) < 0) best = volume;
  }
  return best;
}

function suits({ metadata, spec, status }: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const { claimRef, accessModes = [], storageClassName = '', volumeMode = 'Filesystem' } = spec ?? {};
  const mine = claimRef?.name === claim.metadata.name && (claimRef.namespace ?? 'default') === (claim.metadata.namespace ?? 'default');
  if (claimRef !== undefined && !mine) return false;
  if (claimRef === undefined && status?.phase !== undefined && status.phase !== 'Available') return false;
  const wanted = claim.spec;
  return (
    storageClassName === (wanted?.storageClassName ?? '') &&
    volumeMode === (wanted?.volumeMode ?? 'Filesystem') &&
    (wanted?.accessModes ?? []).every((mode) => accessModes.includes(mode)) &&
    (wanted?.selector === undefined || matchesSelector(wanted.selector, metadata.labels)) &&
    metadata.deletionTimestamp === undefined
  );
}

function canProvision(table: ClusterTable, claim: PersistentVolumeClaim, { labels }: NodeRecord): boolean {
  const storageClass = classOf(table, claim);
  if (storageClass === undefined || storageClass.provisioner === '' || storageClass.provisioner === 'kubernetes.io/no-provisioner') {
    return false;
  }
  const terms = storageClass.allowedTopologies ?? [];
  return (
    terms.length === 0 ||
    terms.some(({ matchLabelExpressions = [] }) => matchLabelExpressions.every(({ key, values }) => values.includes(labels[key] ?? '')))
  );
}
