/** Rich objects that a real server takes: they pass, unchanged but for defaults. Source: the v1 defaults.go of their groups. */
import { expect, it } from 'vitest';
import { JOB_TEMPLATE, lab, named, SELECTOR, TEMPLATE } from './_test-objects.ts';

type Members = Record<string, unknown>;

const ACCEPTED: readonly (readonly [kind: string, given: Members, defaults: Members])[] = [
  [
    'StatefulSet',
    {
      spec: {
        selector: SELECTOR,
        serviceName: 'db',
        podManagementPolicy: 'Parallel',
        ordinals: { start: 5 },
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } },
        volumeClaimTemplates: [
          { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
        ],
        template: { ...TEMPLATE, spec: { containers: [{ name: 'c', image: 'i', volumeMounts: [{ name: 'data', mountPath: '/data' }] }] } },
      },
    },
    { spec: { replicas: 1, persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' } } },
  ],
  [
    'Job',
    {
      spec: {
        template: JOB_TEMPLATE,
        completionMode: 'Indexed',
        completions: 5,
        parallelism: 2,
        backoffLimitPerIndex: 1,
        maxFailedIndexes: 2,
        managedBy: 'kueue.x-k8s.io/multikueue',
        podFailurePolicy: {
          rules: [
            { action: 'FailIndex', onExitCodes: { containerName: 'c', operator: 'In', values: [1, 42] } },
            { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] },
          ],
        },
        successPolicy: { rules: [{ succeededIndexes: '0,2-4', succeededCount: 3 }] },
      },
    },
    { spec: { podReplacementPolicy: 'Failed', backoffLimit: 2_147_483_647, suspend: false } },
  ],
  [
    'CronJob',
    { spec: { schedule: '*/15 0-6,20 1 JAN-MAR MON', timeZone: 'Europe/Berlin', jobTemplate: { spec: { template: JOB_TEMPLATE } } } },
    { spec: { concurrencyPolicy: 'Allow', successfulJobsHistoryLimit: 3 } },
  ],
  [
    'Service',
    {
      spec: {
        type: 'LoadBalancer',
        loadBalancerClass: 'a.io/b',
        loadBalancerSourceRanges: [' 10.0.0.0/8 ', 'fd00::/8'],
        externalTrafficPolicy: 'Local',
        trafficDistribution: 'PreferSameNode',
        ports: [
          { name: 'dns', port: 53, protocol: 'UDP', targetPort: 'dns' },
          { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 'dns', appProtocol: 'a.io/dns' },
        ],
      },
    },
    { spec: { internalTrafficPolicy: 'Cluster', allocateLoadBalancerNodePorts: true, sessionAffinity: 'None' } },
  ],
  ['Service', { spec: { clusterIP: 'None' } }, { spec: { clusterIPs: ['None'], ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' } }],
  [
    'Ingress',
    {
      spec: {
        ingressClassName: 'nginx',
        tls: [{ hosts: ['*.shop.example'], secretName: 'tls' }],
        rules: [
          {
            host: '*.shop.example',
            http: {
              paths: [
                { path: '/a(/|$)(.*)', pathType: 'ImplementationSpecific', backend: { service: { name: '1st', port: { name: 'http' } } } },
              ],
            },
          },
        ],
      },
    },
    {},
  ],
  [
    'NetworkPolicy',
    {
      spec: {
        podSelector: {},
        egress: [{ ports: [{ port: 30_000, endPort: 32_000 }], to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] } }] }],
      },
    },
    { spec: { policyTypes: ['Ingress', 'Egress'] } },
  ],
  [
    'HorizontalPodAutoscaler',
    {
      spec: {
        maxReplicas: 3,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'x' },
        behavior: { scaleDown: { stabilizationWindowSeconds: 60 } },
      },
    },
    {
      spec: {
        minReplicas: 1,
        behavior: {
          scaleUp: {
            stabilizationWindowSeconds: 0,
            selectPolicy: 'Max',
            policies: [
              { type: 'Pods', value: 4, periodSeconds: 15 },
              { type: 'Percent', value: 100, periodSeconds: 15 },
            ],
          },
          scaleDown: { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] },
        },
      },
    },
  ],
  [
    'PersistentVolume',
    {
      spec: {
        accessModes: ['ReadWriteOnce'],
        capacity: { storage: '1Gi' },
        local: { path: '/disk' },
        nodeAffinity: {
          required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['n'] }] }] },
        },
      },
    },
    { spec: { volumeMode: 'Filesystem', persistentVolumeReclaimPolicy: 'Retain' } },
  ],
  [
    'CSIDriver',
    { spec: {} },
    { spec: { attachRequired: true, fsGroupPolicy: 'ReadWriteOnceWithFSType', volumeLifecycleModes: ['Persistent'] } },
  ],
  [
    'ResourceQuota',
    {
      spec: {
        hard: { pods: '10', 'requests.example.com/gpu': '1', 'count/jobs.batch': '2' },
        scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }] },
      },
    },
    {},
  ],
  ['Secret', { type: 'kubernetes.io/ssh-auth', data: { 'ssh-privatekey': 'eA==' } }, {}],
  ['Role', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['*'] }] }, {}],
  ['PodDisruptionBudget', { spec: { maxUnavailable: '0%', selector: {}, unhealthyPodEvictionPolicy: 'AlwaysAllow' } }, {}],
];

it.each(ACCEPTED)('a rich %s passes', (kind, given, defaults) => {
  const made = lab().create(kind, named('x', given));
  expect(made).toMatchObject(given);
  expect(made).toMatchObject(defaults);
});
