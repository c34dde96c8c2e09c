import { describe, expect, it } from 'vitest';
import { SELECTOR, TEMPLATE, warningsOf } from './_test-objects.ts';

const NULL_SELECTOR = 'a null labelSelector results in matching no pod';
const container = (members: object): Record<string, unknown> => ({ containers: [{ name: 'c', image: 'i', ...members }] });

/** Members of a spec, annotations, what is told; `c` is added as container where none is named. */
const CASES: readonly (readonly [
  what: string,
  spec: Readonly<Record<string, unknown>>,
  told: readonly string[],
  annotations?: Readonly<Record<string, string>>,
])[] = [
  [
    'labels of nodes that are out of use',
    {
      nodeSelector: { 'beta.kubernetes.io/os': 'linux', disk: 'ssd' },
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'node-role.kubernetes.io/master', operator: 'Exists' }] }],
          },
        },
      },
    },
    [
      'spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead',
      'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].key: node-role.kubernetes.io/master is use "node-role.kubernetes.io/control-plane" instead',
    ],
  ],
  [
    'spreads and affinities that match nothing',
    {
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: 'failure-domain.beta.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: {} },
        { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' },
      ],
      affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname' }] } },
    },
    [
      'spec.topologySpreadConstraints[0].topologyKey: failure-domain.beta.kubernetes.io/zone is deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
      `spec.topologySpreadConstraints[1].labelSelector: ${NULL_SELECTOR}`,
      `spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector: ${NULL_SELECTOR}`,
    ],
  ],
  [
    'volumes that work no more',
    {
      volumes: [
        { name: 'v', gitRepo: { repository: 'r' } },
        { name: 'w', glusterfs: { endpoints: 'e', path: 'p' } },
      ],
    },
    [
      'spec.volumes[0].gitRepo: deprecated in v1.11, and disabled by default in v1.33+',
      'spec.volumes[1].glusterfs: deprecated in v1.25, non-functional in v1.26+',
    ],
  ],
  [
    'files that lie over each other',
    {
      volumes: [
        {
          name: 'v',
          configMap: {
            name: 'm',
            items: [
              { key: 'a', path: 'x' },
              { key: 'b', path: 'x/y' },
            ],
          },
        },
        {
          name: 'w',
          projected: {
            sources: [{ serviceAccountToken: { path: 'token' } }, { secret: { name: 's', items: [{ key: 'k', path: 'token' }] } }],
          },
        },
      ],
    },
    [
      'volume "v" (ConfigMap "m"): overlapping paths: "x/y" with "x"',
      'volume "w" (Projected Secret "s"): overlapping paths: "token" with "token"',
    ],
  ],
  [
    'what stands there twice',
    { hostAliases: [{ ip: '1.1.1.1' }, { ip: '1.1.1.1' }], imagePullSecrets: [{ name: 's' }, { name: 's' }] },
    ['spec.hostAliases[1].ip: duplicate ip "1.1.1.1"', 'spec.imagePullSecrets[1].name: duplicate name "s"'],
  ],
  [
    'environments',
    container({
      env: [
        { name: 'A', value: '1' },
        { name: 'A', value: '$(A)2' },
        { name: 'A', value: '3' },
        { name: 'A', value: '$(A)' },
      ],
    }),
    [2, 3].map((index) => `spec.containers[0].env[${index}]: hides previous definition of "A", which may be dropped when using apply`),
  ],
  [
    'parts of bytes',
    container({ resources: { limits: { memory: '100m', cpu: '100m' }, requests: { memory: '100m' } } }),
    ['limits', 'requests'].map(
      (list) => `spec.containers[0].resources.${list}[memory]: fractional byte value "100m" is invalid, must be an integer`,
    ),
  ],
  [
    'ports',
    container({
      ports: [
        { containerPort: 80, hostIP: '10.0.0.1' },
        { containerPort: 80, hostPort: 8080 },
        { containerPort: 53, protocol: 'UDP' },
        { containerPort: 53 },
      ],
    }),
    [
      'spec.containers[0].ports[0]: hostIP set without hostPort: {Name: HostPort:0 ContainerPort:80 Protocol:TCP HostIP:10.0.0.1}',
      'spec.containers[0].ports[1]: overlapping port definition with spec.containers[0].ports[0]',
    ],
  ],
  [
    'annotations in the place of members',
    {},
    [
      'metadata.annotations[scheduler.alpha.kubernetes.io/critical-pod]: non-functional in v1.16+; use the "priorityClassName" field instead',
      'metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]: non-functional in v1.27+; use the "seccompProfile" field instead',
    ],
    { 'scheduler.alpha.kubernetes.io/critical-pod': '', 'seccomp.security.alpha.kubernetes.io/pod': 'runtime/default' },
  ],
  ['nothing', container({ ports: [{ containerPort: 80 }], env: [{ name: 'A', value: '1' }] }), []],
];

const APPARMOR = { 'container.apparmor.security.beta.kubernetes.io/c': 'runtime/default' };
const OLD_NODE = { nodeSelector: { 'beta.kubernetes.io/arch': 'amd64' } };
const USE_ARCH = 'deprecated since v1.14; use "kubernetes.io/arch" instead';
const withSpec = (spec: object): object => ({ ...TEMPLATE, spec: { ...TEMPLATE.spec, ...spec } });

describe('a pod is taken with a warning of', () => {
  it.each(CASES.map(([what, spec, told, annotations = {}]) => ({ what, spec, told, annotations })))(
    '$what',
    ({ spec, told, annotations }) => {
      const whole = Object.assign(container({}), spec);
      expect(warningsOf('Pod', { spec: whole }, 'x', { annotations })).toEqual(told);
    },
  );
});

describe('a template is warned of as a pod is,', () => {
  it.each([
    ['Deployment', { selector: SELECTOR, template: withSpec(OLD_NODE) }, 'spec.template.'],
    ['ReplicaSet', { selector: SELECTOR, template: withSpec(OLD_NODE) }, 'spec.template.'],
    ['StatefulSet', { selector: SELECTOR, serviceName: 's', template: withSpec(OLD_NODE) }, 'spec.template.'],
    ['DaemonSet', { selector: SELECTOR, template: withSpec(OLD_NODE) }, 'spec.template.'],
    ['ReplicationController', { template: withSpec(OLD_NODE) }, 'spec.template.'],
    ['Job', { template: withSpec({ ...OLD_NODE, restartPolicy: 'Never' }) }, 'spec.template.'],
    [
      'CronJob',
      { schedule: '* * * * *', jobTemplate: { spec: { template: withSpec({ ...OLD_NODE, restartPolicy: 'Never' }) } } },
      'spec.jobTemplate.spec.template.',
    ],
  ])('in a %s', (kind, spec, path) => {
    expect(warningsOf(kind, { spec })).toEqual([`${path}spec.nodeSelector[beta.kubernetes.io/arch]: ${USE_ARCH}`]);
  });

  it('with its annotations', () => {
    const template = { ...TEMPLATE, metadata: { ...TEMPLATE.metadata, annotations: APPARMOR } };
    expect(warningsOf('Deployment', { spec: { selector: SELECTOR, template } })).toEqual([
      'spec.template.metadata.annotations[container.apparmor.security.beta.kubernetes.io/c]: deprecated since v1.30; use the "appArmorProfile" field instead',
    ]);
  });

  it("and claims' templates as claims", () => {
    const claim = { metadata: { name: 'd' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1500m' } } } };
    const spec = { selector: SELECTOR, serviceName: 's', template: TEMPLATE, volumeClaimTemplates: [claim] };
    expect(warningsOf('StatefulSet', { spec })).toEqual([
      'spec.volumeClaimTemplates[0].resources.requests[storage]: fractional byte value "1500m" is invalid, must be an integer',
    ]);
  });
});
