/** What is left out of volumes. Source: pkg/apis/core/v1/defaults.go and the defaults in k8s.io/api core/v1, 1.36. */
import type { PodSpec } from '../../../kubernetes/index.ts';
import { isObject, type Json } from '../json.ts';
import type { Draft } from '../types.ts';
import { isLatestImage } from './_image-tag.ts';

const FILE_MODE = 0o644;
const HOUR_SECONDS = 3600;

/** Members by kind of volume. */
const MEMBERS: Readonly<Record<string, Readonly<Json>>> = {
  configMap: { defaultMode: FILE_MODE },
  secret: { defaultMode: FILE_MODE },
  projected: { defaultMode: FILE_MODE },
  downwardAPI: { defaultMode: FILE_MODE },
  hostPath: { type: '' },
  iscsi: { iscsiInterface: 'default' },
  rbd: { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' },
  azureDisk: { cachingMode: 'ReadWrite', fsType: 'ext4', readOnly: false, kind: 'Shared' },
  scaleIO: { storageMode: 'ThinProvisioned', fsType: 'xfs' },
};

type Volume = NonNullable<Draft<PodSpec>['volumes']>[number];

/** Fills in a volume. Without a source it is an empty folder. */
export function defaultVolume(volume: Volume): void {
  const sources: Json = { ...volume }; // looked at by name
  const keys = Object.keys(sources).filter((key) => key !== 'name' && sources[key] !== undefined);
  if (keys.length === 0) volume.emptyDir = {};
  for (const key of keys) {
    const source = sources[key];
    if (isObject(source)) for (const [member, value] of Object.entries(MEMBERS[key] ?? {})) source[member] ??= value;
  }
  defaultFiles(volume.downwardAPI?.items);
  for (const { downwardAPI, serviceAccountToken } of volume.projected?.sources ?? []) {
    defaultFiles(downwardAPI?.items);
    if (serviceAccountToken) serviceAccountToken.expirationSeconds ??= HOUR_SECONDS;
  }
  const claim = volume.ephemeral?.volumeClaimTemplate?.spec;
  if (claim) claim.volumeMode ??= 'Filesystem';
  const image = sources['image'];
  if (isObject(image) && (image['pullPolicy'] ?? '') === '') {
    const { reference } = image;
    image['pullPolicy'] = isLatestImage(typeof reference === 'string' ? reference : '') ? 'Always' : 'IfNotPresent';
  }
}

function defaultFiles(items: readonly { fieldRef?: { apiVersion?: string } }[] | undefined): void {
  for (const { fieldRef } of items ?? []) if (fieldRef && (fieldRef.apiVersion ?? '') === '') fieldRef.apiVersion = 'v1';
}
