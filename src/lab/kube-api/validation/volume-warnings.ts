/** Volumes that no longer work, and files of one volume that get in each other's way. Source: pkg/api/pod/warnings.go, 1.36. */
import { quoted } from '../problems.ts';
import type { ProjectionFields, VolumeFields } from './_pod-fields.ts';
import { claimSpecWarnings } from './persistent-volume-claim.ts';

const DEPRECATED: readonly (readonly [member: string, told: string])[] = [
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'deprecated in v1.22, non-functional in v1.25+'],
  ['quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
];

/** Members that the server's messages spell in its own way. */
const SPELLED: Readonly<Record<string, string>> = { storageos: 'storageOS' };

export function volumesWarnings(volumes: readonly VolumeFields[], path: string): string[] {
  return [...volumes.flatMap((volume, index) => kindWarnings(volume, `${path}[${index}]`)), ...volumes.flatMap(overlapWarnings)];
}

function kindWarnings(volume: VolumeFields, at: string): string[] {
  const old = DEPRECATED.filter(([member]) => member in volume).map(([member, told]) => `${at}.${SPELLED[member] ?? member}: ${told}`);
  const template = volume.ephemeral?.volumeClaimTemplate;
  return template === undefined ? old : [...old, ...claimSpecWarnings(template.spec ?? {}, `${at}.ephemeral.volumeClaimTemplate.spec`)];
}

interface Files {
  readonly items?: readonly { readonly path?: string | undefined }[] | undefined;
}
const pathsOf = ({ items = [] }: Files): string[] => items.map(({ path = '' }) => path);

function overlapWarnings({ name = '', configMap, secret, downwardAPI, projected }: VolumeFields): string[] {
  const volume = `volume ${quoted(name)}`;
  return [
    ...(configMap ? overlaps(pathsOf(configMap), `${volume} (ConfigMap ${quoted(configMap.name ?? '')})`) : []),
    ...(secret ? overlaps(pathsOf(secret), `${volume} (Secret ${quoted(secret.secretName ?? '')})`) : []),
    ...(downwardAPI ? overlaps(pathsOf(downwardAPI), `${volume} (DownwardAPI)`) : []),
    ...projectedOverlaps(projected?.sources ?? [], volume),
  ];
}

function projectedOverlaps(sources: readonly ProjectionFields[], volume: string): string[] {
  const before = new Set<string>();
  return sources.flatMap((source) => {
    if (Object.keys(source).length === 0) return [`${volume} (Projected) has no sources provided`];
    const { paths, what } = sourceOf(source);
    if (paths.length === 0) return [];
    const told = `${volume} (Projected ${what})`;
    const own = new Set(paths);
    const all = [...own, ...before].toSorted();
    for (const path of own) before.add(path);
    return [...overlaps(paths, told), ...overlaps(all, told)];
  });
}

function sourceOf({ configMap, secret, downwardAPI, serviceAccountToken, clusterTrustBundle: bundle }: ProjectionFields): {
  readonly paths: readonly string[];
  readonly what: string;
} {
  if (configMap) return { paths: pathsOf(configMap), what: `ConfigMap ${quoted(configMap.name ?? '')}` };
  if (secret) return { paths: pathsOf(secret), what: `Secret ${quoted(secret.name ?? '')}` };
  if (downwardAPI) return { paths: pathsOf(downwardAPI), what: 'DownwardAPI' };
  if (serviceAccountToken) return { paths: [serviceAccountToken.path ?? ''], what: 'ServiceAccountToken' };
  if (bundle) return { paths: [bundle.path ?? ''], what: `ClusterTrustBundle ${quoted(bundle.name ?? bundle.signerName ?? '')}` };
  return { paths: [], what: '' };
}

/** Paths that are one another's, or one another's folder as far as the server looks: by their beginnings. */
function overlaps(paths: readonly string[], what: string): string[] {
  const seen = new Set<string>();
  return paths.flatMap((given) => {
    const path = given.replace(/\/+$/, '');
    const other = path === '' ? undefined : [...seen].find((item) => `${item}/`.startsWith(path) || `${path}/`.startsWith(item));
    seen.add(path);
    return other === undefined || other === '' ? [] : [`${what}: overlapping paths: ${quoted(path)} with ${quoted(other)}`];
  });
}
