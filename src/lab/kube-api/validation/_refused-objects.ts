/** For tests: kinds beyond workloads and Services, refused in a real server's words. Source of every row: the validation.go of their groups. */
import { SUBDOMAIN } from './_test-objects.ts';

export type Members = Record<string, unknown>;
export type ObjectRow = readonly [kind: string, what: string, members: Members, causes: readonly string[]];

const base64 = (text: string): string => Buffer.from(text).toString('base64');
export const claim = (spec: object): Members => ({
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
});
export const volume = (spec: object): Members => ({
  spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, csi: { driver: 'd', volumeHandle: 'h' }, ...spec },
});
const scaler = (spec: object): Members => ({ spec: { maxReplicas: 3, scaleTargetRef: { kind: 'Deployment', name: 'x' }, ...spec } });
export const GROUP = 'rbac.authorization.k8s.io';
export const role = { apiGroup: GROUP, kind: 'ClusterRole', name: 'view' };
const CONFIG_KEY =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

export const REFUSED_OBJECTS: readonly ObjectRow[] = [
  [
    'PodDisruptionBudget',
    'two numbers',
    { spec: { minAvailable: 1, maxUnavailable: '200%' } },
    [
      'spec: Invalid value: {"MinAvailable":1,"Selector":null,"MaxUnavailable":"200%","UnhealthyPodEvictionPolicy":null}: minAvailable and maxUnavailable cannot be both set',
      'spec.maxUnavailable: Invalid value: "200%": must not be greater than 100%',
    ],
  ],
  [
    'HorizontalPodAutoscaler',
    'numbers and a missing target',
    { spec: { minReplicas: 0, maxReplicas: 0, scaleTargetRef: { kind: '' } } },
    [
      'spec.minReplicas: Invalid value: 0: must be greater than or equal to 1',
      'spec.maxReplicas: Invalid value: 0: must be greater than 0',
      'spec.scaleTargetRef.kind: Required value',
      'spec.scaleTargetRef.name: Required value',
      'spec.metrics: Forbidden: must specify at least one Object or External metric to support scaling to zero replicas',
    ],
  ],
  [
    'HorizontalPodAutoscaler',
    'metrics',
    scaler({ metrics: [{ type: 'Pods', resource: { name: 'cpu', target: { type: 'Most', averageUtilization: 0, averageValue: '0' } } }] }),
    [
      'spec.metrics[0].resource.target.type: Invalid value: "Most": must be either Utilization, Value, or AverageValue',
      'spec.metrics[0].resource.target.averageValue: Invalid value: "0": must be positive',
      'spec.metrics[0].resource.target.averageUtilization: Invalid value: 0: must be greater than 0',
      'spec.metrics[0].resource.target.averageValue: Forbidden: may not set both a target raw value and a target utilization',
      'spec.metrics[0].pods: Required value: must populate information for the given metric source',
    ],
  ],
  [
    'HorizontalPodAutoscaler',
    'behavior',
    scaler({ behavior: { scaleUp: { stabilizationWindowSeconds: 3601, policies: [{ type: 'Some', value: 0, periodSeconds: 1801 }] } } }),
    [
      'spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600',
      'spec.behavior.scaleUp.policies[0].type: Unsupported value: "Some": supported values: "Percent", "Pods"',
      'spec.behavior.scaleUp.policies[0].value: Invalid value: 0: must be greater than zero',
      'spec.behavior.scaleUp.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800',
    ],
  ],
  [
    'PersistentVolumeClaim',
    'everything',
    { spec: { accessModes: ['ReadWriteOncePod', 'ReadOnlyMany', 'Often'], volumeMode: 'Tape', storageClassName: 'A' } },
    [
      'spec.accessModes: Unsupported value: "Often": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
      'spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes',
      'spec.resources[storage]: Required value',
      `spec.storageClassName: Invalid value: "A": ${SUBDOMAIN}`,
      'spec.volumeMode: Unsupported value: "Tape": supported values: "Block", "Filesystem"',
    ],
  ],
  [
    'PersistentVolume',
    'its capacity and two sources',
    volume({ capacity: { cpu: '0' }, hostPath: { path: '/x' }, persistentVolumeReclaimPolicy: 'Burn' }),
    [
      'spec.capacity: Unsupported value: {"cpu":"0"}: supported values: "storage"',
      'spec.capacity[cpu]: Invalid value: "0": must be greater than zero',
      'spec.persistentVolumeReclaimPolicy: Unsupported value: "Burn": supported values: "Delete", "Recycle", "Retain"',
      'spec.csi: Forbidden: may not specify more than 1 volume type',
    ],
  ],
  ['PersistentVolume', 'no source', volume({ csi: undefined }), ['spec: Required value: must specify a volume type']],
  [
    'PersistentVolume',
    'a disk of no node',
    volume({ csi: undefined, local: { path: '/x' } }),
    ['spec.nodeAffinity: Required value: Local volume requires node affinity'],
  ],
  [
    'StorageClass',
    'no provisioner',
    { reclaimPolicy: 'Recycle', volumeBindingMode: 'Soon' },
    [
      'provisioner: Required value',
      'reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"',
      'volumeBindingMode: Unsupported value: "Soon": supported values: "Immediate", "WaitForFirstConsumer"',
    ],
  ],
  [
    'VolumeAttachment',
    'no source',
    { spec: { attacher: 'd', nodeName: 'n', source: {} } },
    ['spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName'],
  ],
  [
    'CSINode',
    'a driver twice',
    {
      spec: {
        drivers: [
          { name: 'd', nodeID: 'n' },
          { name: 'd', nodeID: '' },
        ],
      },
    },
    ['spec.drivers[1].nodeID: Required value', 'spec.drivers[1].name: Duplicate value: "d"'],
  ],
  [
    'ConfigMap',
    'keys',
    { data: { 'a/b': '', k: '' }, binaryData: { k: '' } },
    [`data[a/b]: Invalid value: "a/b": ${CONFIG_KEY}`, 'data[k]: Invalid value: "k": duplicate of key present in binaryData'],
  ],
  ['Secret', 'half a certificate', { type: 'kubernetes.io/tls', data: { 'tls.crt': '' } }, ['data[tls.key]: Required value']],
  ['Secret', 'no login', { type: 'kubernetes.io/basic-auth' }, ['data[username]: Required value', 'data[password]: Required value']],
  [
    'Secret',
    'a login that is no JSON',
    { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': base64('hello') } },
    ['data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid character \'h\' looking for beginning of value'],
  ],
  [
    'Secret',
    'a token of nobody',
    { type: 'kubernetes.io/service-account-token' },
    ['metadata.annotations[kubernetes.io/service-account.name]: Required value'],
  ],
  [
    'ResourceQuota',
    'resources and scopes',
    { spec: { hard: { chairs: '1', pods: '1.5', secrets: '1' }, scopes: ['BestEffort', 'NotBestEffort'] } },
    [
      'spec.hard[chairs]: Invalid value: "chairs": must be a standard resource type or fully qualified',
      'spec.hard[chairs]: Invalid value: "chairs": must be a standard resource for quota',
      'spec.hard[pods]: Invalid value: "1500m": must be an integer',
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: unsupported scope applied to resource',
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: unsupported scope applied to resource',
      'spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: conflicting scopes',
    ],
  ],
  [
    'LimitRange',
    'amounts in disorder',
    {
      spec: { limits: [{ type: 'Container', min: { cpu: '2' }, max: { cpu: '1' }, default: { cpu: '1' }, defaultRequest: { cpu: '2' } }] },
    },
    [
      'spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1',
      'spec.limits[0].defaultRequest[cpu]: Invalid value: "2": default request value 2 is greater than max value 1',
      'spec.limits[0].defaultRequest[cpu]: Invalid value: "2": default request value 2 is greater than default limit value 1',
      'spec.limits[0].default[cpu]: Invalid value: "2": min value 2 is greater than default value 1',
    ],
  ],
  [
    'LimitRange',
    'defaults of a pod',
    { spec: { limits: [{ type: 'Pod', default: { cpu: '1' } }] } },
    ["spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'"],
  ],
  [
    'PriorityClass',
    'more than a user may',
    { value: 1_000_000_001 },
    ['value: Forbidden: maximum allowed value of a user defined priority is 1000000000'],
  ],
  [
    'Role',
    'rules',
    { rules: [{ verbs: [] }, { verbs: ['get'], nonResourceURLs: ['/x'] }] },
    [
      'rules[0].verbs: Required value: verbs must contain at least one value',
      'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
      'rules[0].resources: Required value: resource rules must supply at least one resource',
      'rules[1].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs',
    ],
  ],
  [
    'ClusterRoleBinding',
    'roles and subjects',
    {
      roleRef: { ...role, kind: 'Role' },
      subjects: [
        { kind: 'ServiceAccount', name: 'a' },
        { kind: 'Robot', name: 'b' },
      ],
    },
    [
      'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
      'subjects[0].namespace: Required value',
      'subjects[1].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"',
    ],
  ],
  [
    'Lease',
    'numbers',
    { spec: { leaseTransitions: -1, leaseDurationSeconds: 0 } },
    [
      'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0',
      'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0',
    ],
  ],
  [
    'ControllerRevision',
    'no data',
    { revision: -1 },
    ['data: Required value: data is mandatory', 'revision: Invalid value: -1: must be greater than or equal to 0'],
  ],
  ['RuntimeClass', 'its handler', { handler: 'a.b' }, ['handler: Invalid value: "a.b": must not contain dots']],
];
