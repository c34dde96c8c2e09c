/** Kinds beyond workloads and Services, refused in a real server's words. Source of every row: the validation.go of their groups. */
import { describe, expect, it } from 'vitest';
import { claim, GROUP, REFUSED_OBJECTS, role, volume, type Members } from './_refused-objects.ts';
import { JOB_TEMPLATE, lab, named, refusedCreate, refusedUpdate, SELECTOR, TEMPLATE, warningsOf } from './_test-objects.ts';
import { causesOf } from './_test-pods.ts';

describe('refused is a', () => {
  it.each(REFUSED_OBJECTS)('%s, for %s', (kind, _what, members, causes) => expect(refusedCreate(kind, members)).toEqual(causes));

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
