/** For tests: volumes that a real server refuses. Source: pkg/apis/core/validation/validation.go. */
import { C, LABEL, SUBDOMAIN, volume, type Row } from './_refused-words.ts';

export const VOLUMES: readonly Row[] = [
  [
    'a volume twice',
    {
      volumes: [
        { name: 'v', emptyDir: {} },
        { name: 'v', emptyDir: {} },
      ],
    },
    {},
    ['spec.volumes[1].name: Duplicate value: "v"'],
  ],
  [
    'two kinds in one',
    volume({ emptyDir: {}, downwardAPI: { items: [] } }),
    {},
    ['spec.volumes[0].downwarAPI: Forbidden: may not specify more than 1 volume type'],
  ],
  [
    'a name',
    { volumes: [{ name: 'V', emptyDir: { sizeLimit: '-1' } }, { emptyDir: {} }] },
    {},
    [
      'spec.volumes[0].emptyDir.sizeLimit: Forbidden: SizeLimit field must be a valid resource quantity',
      `spec.volumes[0].name: Invalid value: "V": ${LABEL}`,
      'spec.volumes[1].name: Required value',
    ],
  ],
  [
    'a folder of the host',
    volume({ hostPath: { path: '/a/../b', type: 'Dir' } }),
    {},
    [
      'spec.volumes[0].hostPath.path: Invalid value: "/a/../b": must not contain \'..\'',
      'spec.volumes[0].hostPath.type: Unsupported value: "Dir": supported values: "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"',
    ],
  ],
  [
    'a config map',
    volume({ configMap: { name: '', defaultMode: 512, items: [{ key: '', path: '../x', mode: -1 }] } }),
    {},
    [
      'spec.volumes[0].configMap.name: Required value',
      'spec.volumes[0].configMap.defaultMode: Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive',
      'spec.volumes[0].configMap.items[0].key: Required value',
      'spec.volumes[0].configMap.items[0].path: Invalid value: "../x": must not contain \'..\'',
      'spec.volumes[0].configMap.items[0].mode: Invalid value: -1: must be a number between 0 and 0777 (octal), both inclusive',
    ],
  ],
  ['a secret without a name', volume({ secret: {} }), {}, ['spec.volumes[0].secret.secretName: Required value']],
  [
    'projections',
    volume({
      projected: {
        sources: [
          { secret: { name: 's', items: [{ key: 'k', path: 'p' }] } },
          { configMap: { name: 'm', items: [{ key: 'k', path: 'p' }] } },
          { serviceAccountToken: { path: '', expirationSeconds: 60 } },
          { secret: { name: 's' }, configMap: { name: 'm' } },
          { clusterTrustBundle: { path: 'a' } },
        ],
      },
    }),
    {},
    [
      'spec.volumes[0].projected: Invalid value: "m": conflicting duplicate paths',
      'spec.volumes[0].projected.sources[2].serviceAccountToken.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes',
      'spec.volumes[0].projected.path: Required value',
      'spec.volumes[0].projected.sources[3]: Forbidden: may not specify more than 1 volume type per source',
      'spec.volumes[0].projected.sources[4].clusterTrustBundle: Required value: either name or signerName must be specified',
    ],
  ],
  [
    'the downward API',
    volume({ downwardAPI: { items: [{ path: '..x' }, { path: 'a', resourceFieldRef: { resource: 'limits.cpu' } }] } }),
    {},
    [
      'spec.volumes[0].downwardAPI.path: Invalid value: "..x": must not start with \'..\'',
      'spec.volumes[0].downwardAPI: Required value: one of fieldRef and resourceFieldRef is required',
      'spec.volumes[0].downwardAPI.resourceFieldRef.containerName: Required value',
    ],
  ],
  [
    'an Azure disk',
    volume({ azureDisk: { diskName: '', diskURI: 'x', kind: 'Managed', cachingMode: 'All' } }),
    {},
    [
      'spec.volumes[0].azureDisk.diskName: Required value',
      'spec.volumes[0].azureDisk.cachingMode: Unsupported value: "All": supported values: "None", "ReadOnly", "ReadWrite"',
      'spec.volumes[0].azureDisk.diskURI: Unsupported value: "x": supported values: "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"',
    ],
  ],
  [
    'a claim of its own',
    volume({
      ephemeral: {
        volumeClaimTemplate: { metadata: { name: 'x' }, spec: { accessModes: ['ReadWriteOnce', 'ReadWriteOncePod', 'X'], resources: {} } },
      },
    }),
    {},
    [
      'spec.volumes[0].ephemeral.volumeClaimTemplate.metadata.name: Forbidden: cannot be set',
      'spec.volumes[0].ephemeral.volumeClaimTemplate.spec.accessModes: Unsupported value: "X": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
      'spec.volumes[0].ephemeral.volumeClaimTemplate.spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes',
      'spec.volumes[0].ephemeral.volumeClaimTemplate.spec.resources[storage]: Required value',
    ],
  ],
  [
    'a claim that is made for another volume',
    {
      volumes: [
        {
          name: 'a',
          ephemeral: { volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } } },
        },
        { name: 'b', persistentVolumeClaim: { claimName: 'p-a' } },
      ],
    },
    {},
    [
      'spec.volumes[1].persistentVolumeClaim.claimName: Invalid value: "p-a": must not reference a PVC that gets created for an ephemeral volume',
    ],
  ],
  [
    'other kinds',
    {
      volumes: [
        { name: 'a', nfs: { server: '', path: 'x' } },
        { name: 'b', iscsi: { targetPortal: 't', iqn: 'x', lun: 256 } },
        { name: 'c', csi: { driver: 'A_' } },
        { name: 'd', gcePersistentDisk: { pdName: '', partition: 256 } },
        { name: 'e', cephfs: { monitors: [] } },
        { name: 'f', fc: {} },
        { name: 'g', flexVolume: { driver: 'x', options: { 'kubernetes.io/a': '1' } } },
        { name: 'h', image: { reference: '' } },
      ],
    },
    {},
    [
      'spec.volumes[0].nfs.server: Required value',
      'spec.volumes[0].nfs.path: Invalid value: "x": must be an absolute path',
      'spec.volumes[1].iscsi.iqn: Invalid value: "x": must be valid format starting with iqn, eui, or naa',
      'spec.volumes[1].iscsi.lun: Invalid value: 256: must be between 0 and 255, inclusive',
      `spec.volumes[2].csi.driver: Invalid value: "A_": ${SUBDOMAIN}`,
      'spec.volumes[3].persistentDisk.pdName: Required value',
      'spec.volumes[3].persistentDisk.partition: Invalid value: 256: must be between 1 and 255, inclusive',
      'spec.volumes[4].cephfs.monitors: Required value',
      'spec.volumes[5].fc.targetWWNs: Required value: must specify either targetWWNs or wwids, but not both',
      'spec.volumes[6].flexVolume.options[kubernetes.io/a]: Invalid value: "kubernetes.io/a": kubernetes.io and k8s.io namespaces are reserved',
      'spec.volumes[7].image.reference: Required value',
    ],
  ],
  [
    'mounts',
    volume({ emptyDir: {} }),
    {
      volumeMounts: [
        { name: 'x', mountPath: '/a' },
        { name: 'v', mountPath: '/a', subPath: '/b', subPathExpr: 'c' },
        { name: 'v', mountPath: '/c', mountPropagation: 'Bidirectional', recursiveReadOnly: 'Enabled' },
      ],
    },
    [
      `${C}.volumeMounts[0].name: Not found: "x"`,
      `${C}.volumeMounts[1].mountPath: Invalid value: "/a": must be unique`,
      `${C}.volumeMounts.subPath: Invalid value: "/b": must be a relative path`,
      `${C}.volumeMounts[1].subPathExpr: Invalid value: "c": subPathExpr and subPath are mutually exclusive`,
      `${C}.volumeMounts.mountPropagation: Forbidden: Bidirectional mount propagation is available only to privileged containers`,
      `${C}.volumeMounts.recursiveReadOnly: Forbidden: may only be specified when readOnly is true`,
      `${C}.volumeMounts.recursiveReadOnly: Forbidden: may only be specified when mountPropagation is None or not specified`,
    ],
  ],
  [
    'devices',
    volume({ emptyDir: {} }),
    {
      volumeDevices: [
        { name: 'v', devicePath: '/../d' },
        { name: 'w', devicePath: '' },
      ],
    },
    [
      `${C}.volumeDevices[0].name: Invalid value: "v": can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode`,
      `${C}.volumeDevices[0].devicePath: Invalid value: "/../d": can not contain backsteps ('..')`,
      `${C}.volumeDevices[1].name: Not found: "w"`,
      `${C}.volumeDevices[1].devicePath: Required value`,
    ],
  ],
];
