/** The kinds of volumes, each with what it must have. Source: validateVolumeSource and what it calls, pkg/apis/core/validation, 1.36. */
import type { Problems } from '../problems.ts';
import { labelProblems, subdomainProblems } from './_names.ts';
import { validateRange } from './_numbers.ts';
import { validateDescendingPath, validateNoBacksteps } from './_paths.ts';
import type { VolumeFields } from './_pod-fields.ts';
import { validateConfigMapVolume, validateDownwardVolume, validateProjectedVolume, validateSecretVolume } from './volume-files.ts';

type Source = NonNullable<Exclude<VolumeFields[Exclude<keyof VolumeFields, 'name'>], undefined>>;

/** One kind of volume. */
export interface VolumeKind {
  readonly key: string;
  /** How a problem inside names it, where that is not `key`. */
  readonly at?: string;
  /** How it is named when it is one too many, where that is not `key`. */
  readonly surplus?: string;
  readonly check: (source: Source, path: string, problems: Problems) => void;
}

type Options = Pick<VolumeKind, 'at' | 'surplus'>;

function kind<K extends Exclude<keyof VolumeFields, 'name'>>(
  key: K,
  check: (source: NonNullable<VolumeFields[K]>, path: string, problems: Problems) => void,
  options: Options = {},
): VolumeKind {
  // The source is always read from the volume's own member `key`.
  return { key, ...options, check: (source, path, problems) => check(source, path, problems) };
}

/** Members that may not be empty. */
function required<T extends object>(source: T, keys: readonly (keyof T & string)[], path: string, problems: Problems): void {
  for (const key of keys) if ((source[key] ?? '') === '') problems.required(`${path}.${key}`);
}

const requires =
  <T extends object>(...keys: readonly (keyof T & string)[]) =>
  (source: T, path: string, problems: Problems): void =>
    required(source, keys, path, problems);

const BYTE = { least: 0, most: 255 };

/** Partitions are numbered from 1, and 0 means none: the words tell only the first. */
function validatePartition(partition: number | undefined, path: string, problems: Problems): void {
  if (partition !== undefined && (partition < 0 || partition > 255)) {
    problems.invalid(`${path}.partition`, partition, 'must be between 1 and 255, inclusive');
  }
}

const HOST_PATH_TYPES = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'];

const hostPath = kind('hostPath', ({ path: file = '', type }, path, problems) => {
  if (file === '') return problems.required(`${path}.path`);
  validateNoBacksteps(file, `${path}.path`, problems);
  if (type !== undefined && !HOST_PATH_TYPES.includes(type)) problems.unsupported(`${path}.type`, type, HOST_PATH_TYPES);
  return undefined;
});

const gitRepo = kind('gitRepo', ({ repository = '', directory = '' }, path, problems) => {
  if (repository === '') problems.required(`${path}.repository`);
  validateDescendingPath(directory, `${path}.directory`, problems);
});

const nfs = kind('nfs', (source, path, problems) => {
  required(source, ['server', 'path'], path, problems);
  const { path: file = '' } = source;
  if (!file.startsWith('/')) problems.invalid(`${path}.path`, file, 'must be an absolute path');
});

const IQN_SHAPES: readonly (readonly [string, RegExp])[] = [
  ['iqn', /iqn\.\d{4}-\d{2}\.([A-Za-z0-9.-]+)(:[^,;*&$|\s]+)$/],
  ['eui', /^eui.[A-Za-z0-9]{16}$/],
  ['naa', /^naa.[A-Za-z0-9]{32}$/],
];

function validateIqn(name: string, path: string, problems: Problems): void {
  const found = IQN_SHAPES.find(([prefix]) => name.startsWith(prefix));
  if (found === undefined) problems.invalid(path, name, 'must be valid format starting with iqn, eui, or naa');
  else if (!found[1].test(name)) problems.invalid(path, name, 'must be valid format');
}

const iscsi = kind('iscsi', (source, path, problems) => {
  required(source, ['targetPortal'], path, problems);
  if ((source.iqn ?? '') === '') problems.required(`${path}.iqn`);
  else validateIqn(source.iqn ?? '', `${path}.iqn`, problems);
  validateRange(source.lun, `${path}.lun`, problems, BYTE);
  const { chapAuthDiscovery, chapAuthSession, secretRef, initiatorName } = source;
  if ((chapAuthDiscovery === true || chapAuthSession === true) && !secretRef) problems.required(`${path}.secretRef`);
  if (initiatorName !== undefined) validateIqn(initiatorName, `${path}.initiatorname`, problems);
});

const flocker = kind('flocker', ({ datasetName = '', datasetUUID = '' }, path, problems) => {
  if (datasetName === '' && datasetUUID === '') problems.required(path, 'one of datasetName and datasetUUID is required');
  if (datasetName !== '' && datasetUUID !== '') {
    problems.invalid(path, 'resource', 'datasetName and datasetUUID can not be specified simultaneously');
  }
  if (datasetName.includes('/')) problems.invalid(`${path}.datasetName`, datasetName, "must not contain '/'");
});

const rbd = kind('rbd', ({ monitors = [], image = '' }, path, problems) => {
  if (monitors.length === 0) problems.required(`${path}.monitors`);
  if (image === '') problems.required(`${path}.image`);
});

/** A secret that is named must have a name. */
function validateSecretName(secret: { readonly name?: string | undefined } | undefined, path: string, problems: Problems): void {
  if (secret && (secret.name ?? '') === '') problems.required(`${path}.secretRef.name`);
}

const cinder = kind('cinder', (source, path, problems) => {
  required(source, ['volumeID'], path, problems);
  validateSecretName(source.secretRef, path, problems);
});

const QUOBYTE_REGISTRY = 'must be a host:port pair or multiple pairs separated by commas';

const quobyte = kind('quobyte', ({ registry = '', tenant = '', volume = '' }, path, problems) => {
  if (registry === '') problems.required(`${path}.registry`, QUOBYTE_REGISTRY);
  else if (tenant.length >= 65) problems.required(`${path}.tenant`, 'must be a UUID and may not exceed a length of 64 characters');
  else {
    for (const pair of registry.split(',')) {
      if (!/^(?:\[[^\]]*\]|[^:[\]]*):[^:]*$/.test(pair)) problems.invalid(`${path}.registry`, registry, QUOBYTE_REGISTRY);
    }
  }
  if (volume === '') problems.required(`${path}.volume`);
});

const fc = kind('fc', ({ targetWWNs = [], wwids = [], lun }, path, problems) => {
  const at = `${path}.targetWWNs`;
  if (targetWWNs.length + wwids.length === 0) problems.required(at, 'must specify either targetWWNs or wwids, but not both');
  if (targetWWNs.length > 0 && wwids.length > 0) {
    problems.invalid(at, targetWWNs, 'targetWWNs and wwids can not be specified simultaneously');
  }
  if (targetWWNs.length === 0) return;
  if (lun === undefined) problems.required(`${path}.lun`, 'lun is required if targetWWNs is specified');
  else validateRange(lun, `${path}.lun`, problems, BYTE);
});

const flexVolume = kind('flexVolume', ({ driver = '', options = {} }, path, problems) => {
  if (driver === '') problems.required(`${path}.driver`);
  for (const key of Object.keys(options)) {
    const domain = `.${(key.includes('/') ? (key.split('/')[0] ?? '') : key).toLowerCase()}`;
    if (domain.endsWith('.kubernetes.io') || domain.endsWith('.k8s.io')) {
      problems.invalid(`${path}.options[${key}]`, key, 'kubernetes.io and k8s.io namespaces are reserved');
    }
  }
});

const CACHING = ['None', 'ReadOnly', 'ReadWrite'];
const DISK_KINDS = ['Dedicated', 'Managed', 'Shared'];
const MANAGED_URI = '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}';
const BLOB_URI = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd';

const azureDisk = kind('azureDisk', (source, path, problems) => {
  required(source, ['diskName', 'diskURI'], path, problems);
  const { cachingMode, kind: diskKind, diskURI = '' } = source;
  if (cachingMode !== undefined && !CACHING.includes(cachingMode)) problems.unsupported(`${path}.cachingMode`, cachingMode, CACHING);
  if (diskKind === undefined) return;
  if (!DISK_KINDS.includes(diskKind)) problems.unsupported(`${path}.kind`, diskKind, DISK_KINDS);
  if (diskKind === 'Managed') {
    if (!diskURI.startsWith('/subscriptions/')) problems.unsupported(`${path}.diskURI`, diskURI, [MANAGED_URI]);
  } else if (!diskURI.startsWith('https://')) problems.unsupported(`${path}.diskURI`, diskURI, [BLOB_URI]);
});

const storageos = kind('storageos', ({ volumeName = '', volumeNamespace = '', secretRef }, path, problems) => {
  if (volumeName === '') problems.required(`${path}.volumeName`);
  else problems.eachInvalid(`${path}.volumeName`, volumeName, labelProblems(volumeName));
  if (volumeNamespace !== '') problems.eachInvalid(`${path}.volumeNamespace`, volumeNamespace, labelProblems(volumeNamespace));
  validateSecretName(secretRef, path, problems);
});

const LONGEST_DRIVER = 63;

const csi = kind('csi', ({ driver = '', nodePublishSecretRef: secret }, path, problems) => {
  if (driver === '') problems.required(`${path}.driver`);
  if (driver.length > LONGEST_DRIVER) problems.tooLongBytes(`${path}.driver`, LONGEST_DRIVER);
  problems.eachInvalid(`${path}.driver`, driver, subdomainProblems(driver.toLowerCase()));
  if (!secret) return;
  if ((secret.name ?? '') === '') problems.required(`${path}.nodePublishSecretRef.name`);
  else problems.eachInvalid(`${path}.name`, secret.name, subdomainProblems(secret.name ?? ''));
});

/** In the order in which a volume is searched for them; what needs the pod (ephemeral claims, images) is looked at beside them. */
export const VOLUME_KINDS: readonly VolumeKind[] = [
  hostPath,
  gitRepo,
  kind(
    'gcePersistentDisk',
    (source, path, problems) => {
      required(source, ['pdName'], path, problems);
      validatePartition(source.partition, path, problems);
    },
    { at: 'persistentDisk' },
  ),
  kind('awsElasticBlockStore', (source, path, problems) => {
    required(source, ['volumeID'], path, problems);
    validatePartition(source.partition, path, problems);
  }),
  kind('secret', validateSecretVolume),
  nfs,
  iscsi,
  kind('glusterfs', requires('endpoints', 'path')),
  flocker,
  kind('persistentVolumeClaim', requires('claimName')),
  rbd,
  cinder,
  kind(
    'cephfs',
    ({ monitors = [] }, path, problems) => {
      if (monitors.length === 0) problems.required(`${path}.monitors`);
    },
    { surplus: 'cephFS' },
  ),
  quobyte,
  kind('downwardAPI', validateDownwardVolume, { surplus: 'downwarAPI' }),
  fc,
  flexVolume,
  kind('configMap', validateConfigMapVolume),
  kind('azureFile', requires('secretName', 'shareName')),
  kind('vsphereVolume', requires('volumePath')),
  kind('photonPersistentDisk', requires('pdID')),
  kind('portworxVolume', requires('volumeID')),
  azureDisk,
  storageos,
  kind('projected', validateProjectedVolume),
  kind('scaleIO', requires('gateway', 'system', 'volumeName')),
  csi,
];
