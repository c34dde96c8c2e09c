/** Kinds beyond workloads and Services, refused in a real server's words. Source of every row: the validation.go of their groups. */
import { describe, expect, it } from 'vitest';
import { JOB_TEMPLATE, lab, named, refusedCreate, refusedUpdate, SELECTOR, SUBDOMAIN, TEMPLATE, warningsOf } from './_test-objects.ts';
import { causesOf } from './_test-pods.ts';

type Members = Record<string, unknown>;
type Row = readonly [kind: string, what: string, members: Members, causes: readonly string[]];

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const claim = (spec: object): Members => ({
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
});
const volume = (spec: object): Members => ({
  spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, csi: { driver: 'd', volumeHandle: 'h' }, ...spec },
});
const scaler = (spec: object): Members => ({ spec: { maxReplicas: 3, scaleTargetRef: { kind: 'Deployment', name: 'x' }, ...spec } });
const GROUP = 'rbac.authorization.k8s.io';
const role = { apiGroup: GROUP, kind: 'ClusterRole', name: 'view' };
const CONFIG_KEY =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

const REFUSED: readonly Row[] = [
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

describe('refused is a', () => {
  it.each(REFUSED)('%s, for %s', (kind, _what, members, causes) => expect(refusedCreate(kind, members)).toEqual(causes));

  it('PriorityClass with a name of the system', () => {
    expect(refusedCreate('PriorityClass', { value: 1 }, 'system-mine')).toEqual([
      "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: system-mine is not a known system priority class",
    ]);
  });

  it('object whose metadata can not be', () => {
    const api = lab();
    const metadata = { name: '', generateName: 'A_', namespace: 'default', labels: { 'a b': '!' }, finalizers: ['mine'] };
    const causes = causesOf(() => api.create('ConfigMap', { metadata }));
    expect(causes.map((cause) => cause.slice(0, cause.indexOf(':')))).toEqual([
      'metadata.generateName',
      'metadata.name',
      'metadata.labels',
      'metadata.labels',
      'metadata.finalizers[0]',
    ]);
  });
});

const FROZEN = 'field is immutable when `immutable` is set';

describe('an update is refused of a', () => {
  it.each<readonly [string, string, Members, Members, readonly string[]]>([
    [
      'ConfigMap',
      'that never changes',
      { immutable: true, data: { a: '1' } },
      { immutable: undefined, data: { a: '2' } },
      [`immutable: Forbidden: ${FROZEN}`, `data: Forbidden: ${FROZEN}`],
    ],
    ['Secret', 'of another type', { type: 'a' }, { type: 'b' }, ['type: Invalid value: "b": field is immutable']],
    [
      'PriorityClass',
      'of another value',
      { value: 1 },
      { value: 2, preemptionPolicy: 'Never' },
      ['value: Forbidden: may not be changed in an update.', 'preemptionPolicy: Invalid value: "Never": field is immutable'],
    ],
    [
      'StorageClass',
      'of another provisioner',
      { provisioner: 'a.b' },
      { provisioner: 'a.c', volumeBindingMode: 'WaitForFirstConsumer' },
      [
        'provisioner: Forbidden: updates to provisioner are forbidden.',
        'volumeBindingMode: Invalid value: "WaitForFirstConsumer": field is immutable',
      ],
    ],
    [
      'RoleBinding',
      'to another role',
      { roleRef: role },
      { roleRef: { name: 'edit' } },
      [`roleRef: Invalid value: {"APIGroup":"${GROUP}","Kind":"ClusterRole","Name":"edit"}: cannot change roleRef`],
    ],
    [
      'IngressClass',
      'of another controller',
      { spec: { controller: 'a.io/b' } },
      { spec: { controller: 'a.io/c' } },
      ['spec.controller: Invalid value: "a.io/c": field is immutable'],
    ],
    [
      'EndpointSlice',
      'of another family',
      { addressType: 'IPv4', endpoints: [] },
      { addressType: 'IPv6' },
      ['addressType: Invalid value: "IPv6": field is immutable'],
    ],
    [
      'Node',
      'of another machine',
      { spec: { providerID: 'a', podCIDRs: ['10.1.0.0/24'] } },
      { spec: { providerID: 'b', podCIDRs: ['10.2.0.0/24'] } },
      [
        'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
        'spec.providerID: Forbidden: node updates may not change providerID except from "" to valid',
      ],
    ],
    [
      'PersistentVolumeClaim',
      'that grows before it is bound',
      claim({}),
      { spec: { resources: { requests: { storage: '2Gi' } } } },
      ['spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims'],
    ],
    [
      'PersistentVolume',
      'with another disk',
      volume({}),
      { spec: { csi: { volumeHandle: 'other' } } },
      ['spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation'],
    ],
    [
      'VolumeAttachment',
      'to another node',
      { spec: { attacher: 'd', nodeName: 'n', source: { persistentVolumeName: 'v' } } },
      { spec: { nodeName: 'm' } },
      ['spec: Invalid value: {"attacher":"d","nodeName":"m","source":{"persistentVolumeName":"v"}}: field is immutable'],
    ],
  ])('%s %s', (kind, _what, members, change, causes) => expect(refusedUpdate(kind, members, change)).toEqual(causes));

  it('bound claim that shrinks; one that grows passes', () => {
    const api = lab();
    const made = api.create('PersistentVolumeClaim', named('x', claim({ volumeName: 'v', storageClassName: 'c' })));
    const status = { phase: 'Bound', capacity: { storage: '1Gi' } };
    const bound = api.update('PersistentVolumeClaim', Object.assign({}, made, { status }), { subresource: 'status' });
    const sized = (storage: string): string[] =>
      causesOf(() =>
        api.update('PersistentVolumeClaim', {
          ...bound,
          ...claim({ volumeMode: 'Filesystem', volumeName: 'v', storageClassName: 'c', resources: { requests: { storage } } }),
        }),
      );
    expect(sized('512Mi')).toEqual(['spec.resources.requests.storage: Forbidden: field can not be less than status.capacity']);
    expect(sized('2Gi')).toEqual([]);
  });
});

describe('let through, with a word, is a', () => {
  it.each<readonly [string, Members, string, Members, readonly string[]]>([
    [
      'PersistentVolume',
      volume({ persistentVolumeReclaimPolicy: 'Recycle' }),
      'x',
      {},
      [
        'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
      ],
    ],
    [
      'PersistentVolumeClaim',
      claim({ resources: { requests: { storage: '1500m' } } }),
      'x',
      { annotations: { 'volume.beta.kubernetes.io/storage-class': 'c' } },
      [
        'metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use "storageClassName" attribute instead',
        'spec.resources.requests[storage]: fractional byte value "1500m" is invalid, must be an integer',
      ],
    ],
    [
      'Deployment',
      { spec: { selector: SELECTOR, template: TEMPLATE } },
      'a.b',
      {},
      [
        'metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]',
      ],
    ],
    ['Job', { spec: { template: JOB_TEMPLATE } }, 'a', {}, []],
  ])('%s', (kind, members, name, metadata, told) => expect(warningsOf(kind, members, name, metadata)).toEqual(told));
});
