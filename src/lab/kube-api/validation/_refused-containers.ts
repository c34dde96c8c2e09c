/** For tests: containers that a real server refuses. Source: pkg/apis/core/validation/validation.go. */
import { C, NAME_PART, SUBDOMAIN, probe, type Row } from './_refused-words.ts';

export const CONTAINERS: readonly Row[] = [
  ['no containers', { containers: [] }, {}, ['spec.containers: Required value']],
  [
    'names twice, also among init containers',
    {
      containers: [
        { name: 'c', image: 'i' },
        { name: 'c', image: 'i' },
      ],
      initContainers: [{ name: 'c', image: 'i' }],
    },
    {},
    ['spec.containers[1].name: Duplicate value: "c"', 'spec.initContainers[0].name: Duplicate value: "c"'],
  ],
  ['a name with a dot', {}, { name: 'a.b' }, [`${C}.name: Invalid value: "a.b": must not contain dots`]],
  ['a long name', {}, { name: 'a'.repeat(64) }, [`${C}.name: Invalid value: "${'a'.repeat(64)}": must be no more than 63 bytes`]],
  ['no name, no image', {}, { name: '', image: '' }, [`${C}.name: Required value`, `${C}.image: Required value`]],
  ['spaces around an image', {}, { image: ' i' }, [`${C}.image: Invalid value: " i": must not have leading or trailing whitespace`]],
  [
    'unknown policies',
    {},
    { terminationMessagePolicy: 'X', imagePullPolicy: 'Sometimes' },
    [
      `${C}.terminationMessagePolicy: Unsupported value: "X": supported values: "File", "FallbackToLogsOnError"`,
      `${C}.imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"`,
    ],
  ],
  [
    'ports',
    {},
    {
      ports: [
        { name: 'UP', containerPort: 0 },
        { name: 'a', containerPort: 70_000, protocol: 'X' },
        { name: 'a', containerPort: 1, hostPort: -1 },
      ],
    },
    [
      `${C}.ports[0].name: Invalid value: "UP": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)`,
      `${C}.ports[0].name: Invalid value: "UP": must contain at least one letter (a-z)`,
      `${C}.ports[0].containerPort: Required value`,
      `${C}.ports[1].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive`,
      `${C}.ports[1].protocol: Unsupported value: "X": supported values: "SCTP", "TCP", "UDP"`,
      `${C}.ports[2].name: Duplicate value: "a"`,
      `${C}.ports[2].hostPort: Invalid value: -1: must be between 1 and 65535, inclusive`,
    ],
  ],
  [
    'a host port twice',
    {
      containers: [
        { name: 'a', image: 'i', ports: [{ containerPort: 1, hostPort: 80 }] },
        { name: 'b', image: 'i', ports: [{ containerPort: 2, hostPort: 80 }] },
      ],
    },
    {},
    ['spec.containers[1].ports[0].hostPort: Duplicate value: "TCP//80"'],
  ],
  [
    'another host port on the host network',
    { hostNetwork: true },
    { ports: [{ containerPort: 80, hostPort: 81 }] },
    [`${C}.ports[0].hostPort: Invalid value: 81: must match \`containerPort\` when \`hostNetwork\` is true`],
  ],
  [
    'a restart rule without a policy',
    {},
    { restartPolicyRules: [{ action: 'Stop', exitCodes: { operator: 'Is', values: [1] } }, { action: 'Restart' }] },
    [
      `${C}.restartPolicy: Required value: must specify restartPolicy when restart rules are used`,
      `${C}.restartPolicyRules[0].action: Unsupported value: "Stop": supported values: "Restart", "RestartAllContainers"`,
      `${C}.restartPolicyRules[0].exitCodes.operator: Unsupported value: "Is": supported values: "In", "NotIn"`,
      `${C}.restartPolicyRules[1].exitCodes: Required value: must be specified`,
    ],
  ],
  [
    'probes of an init container that ends',
    {
      initContainers: [
        { name: 'a', image: 'i', livenessProbe: { exec: { command: ['x'] } }, lifecycle: { preStop: { exec: { command: ['x'] } } } },
      ],
    },
    {},
    [
      'spec.initContainers[0].lifecycle: Forbidden: may not be set for init containers without restartPolicy=Always',
      'spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
    ],
  ],
  [
    'containers for debugging',
    { ephemeralContainers: [{ name: 'c', image: 'i', ports: [{ containerPort: 1 }], targetContainerName: 'x' }] },
    {},
    [
      'spec.ephemeralContainers[0].name: Duplicate value: "c"',
      'spec.ephemeralContainers[0].targetContainerName: Not found: "x"',
      'spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container',
      'spec.ephemeralContainers: Forbidden: cannot be set on create',
    ],
  ],
];

export const ENVIRONMENT: readonly Row[] = [
  [
    'names of variables',
    {},
    { env: [{ name: '' }, { name: 'a=b' }] },
    [
      `${C}.env[0].name: Required value`,
      `${C}.env[1].name: Invalid value: "a=b": a valid environment variable name must consist only of printable ASCII characters other than '='`,
    ],
  ],
  [
    'values from nowhere, twice, or from two places',
    {},
    {
      env: [
        { name: 'A', valueFrom: {} },
        { name: 'B', value: 'x', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
        { name: 'C', valueFrom: { secretKeyRef: { name: 's', key: 'k' }, configMapKeyRef: { name: 's', key: '..' } } },
      ],
    },
    [
      `${C}.env[0].valueFrom: Invalid value: "": must specify one of: \`fieldRef\`, \`resourceFieldRef\`, \`configMapKeyRef\`, \`secretKeyRef\` or \`fileKeyRef\``,
      `${C}.env[1].valueFrom: Invalid value: "": may not be specified when \`value\` is not empty`,
      `${C}.env[2].valueFrom.configMapKeyRef.key: Invalid value: "..": must not be '..'`,
      `${C}.env[2].valueFrom: Invalid value: "": may not have more than one field specified at a time`,
    ],
  ],
  [
    'fields that a pod can not be told',
    {},
    {
      env: [
        { name: 'A', valueFrom: { fieldRef: { fieldPath: 'status.phase' } } },
        { name: 'B', valueFrom: { fieldRef: { fieldPath: 'spec.containers' } } },
        { name: 'C', valueFrom: { fieldRef: { fieldPath: "metadata.labels['a b']" } } },
        { name: 'D', valueFrom: { fieldRef: { fieldPath: "spec.nodeName['x']" } } },
        { name: 'E', valueFrom: { resourceFieldRef: { resource: 'limits.gpu' } } },
        { name: 'F', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '2' } } },
      ],
    },
    [
      `${C}.env[0].valueFrom.fieldRef.fieldPath: Unsupported value: "status.phase": supported values: "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"`,
      `${C}.env[1].valueFrom.fieldRef.fieldPath: Invalid value: "spec.containers": error converting fieldPath: field label not supported: spec.containers`,
      `${C}.env[2].valueFrom.fieldRef: Invalid value: "a b": ${NAME_PART}`,
      `${C}.env[3].valueFrom.fieldRef.fieldPath: Invalid value: "spec.nodeName['x']": error converting fieldPath: field label does not support subscript: spec.nodeName['x']`,
      `${C}.env[4].valueFrom.resourceFieldRef.resource: Unsupported value: "limits.gpu": supported values: "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"`,
      `${C}.env[5].valueFrom.resourceFieldRef.divisor: Invalid value: "limits.cpu": only divisor's values 1m and 1 are supported with the cpu resource`,
    ],
  ],
  [
    'sources of many',
    {},
    { envFrom: [{}, { configMapRef: { name: '' } }, { secretRef: { name: 'A' } }] },
    [
      `${C}.envFrom: Invalid value: "": must specify one of: \`configMapRef\` or \`secretRef\``,
      `${C}.envFrom[1].configMapRef.name: Required value`,
      `${C}.envFrom[2].secretRef.name: Invalid value: "A": ${SUBDOMAIN}`,
    ],
  ],
];

export const RESOURCES: readonly Row[] = [
  [
    'more asked than allowed',
    {},
    { resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } },
    [`${C}.resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1`],
  ],
  [
    'less than nothing',
    {},
    { resources: { limits: { memory: '-1Gi' } } },
    [
      `${C}.resources.limits[memory]: Invalid value: "-1Gi": must be greater than or equal to 0`,
      `${C}.resources.requests[memory]: Invalid value: "-1Gi": must be greater than or equal to 0`,
    ],
  ],
  [
    'unknown names',
    {},
    { resources: { requests: { gpu: '1', storage: '1', 'kubernetes.io/x': '1' } } },
    [
      `${C}.resources.requests[gpu]: Invalid value: "gpu": must be a standard resource type or fully qualified`,
      `${C}.resources.requests[gpu]: Invalid value: "gpu": must be a standard resource for containers`,
      `${C}.resources.requests[storage]: Invalid value: "storage": must be a standard resource for containers`,
    ],
  ],
  [
    'parts of a device, and devices without a limit',
    {},
    { resources: { requests: { 'example.com/gpu': '1' }, limits: { 'example.com/fpga': '500m' } } },
    [
      `${C}.resources.limits[example.com/fpga]: Invalid value: "500m": must be an integer`,
      `${C}.resources.requests[example.com/fpga]: Invalid value: "500m": must be an integer`,
      `${C}.resources.limits: Required value: Limit must be set for non overcommitable resources`,
    ],
  ],
  [
    'huge pages',
    {},
    { resources: { limits: { 'hugepages-2Mi': '3Mi' } } },
    [
      `${C}.resources.limits[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi`,
      `${C}.resources.requests[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi`,
      `${C}.resources: Forbidden: HugePages require cpu or memory`,
    ],
  ],
  [
    'claims that the pod has not',
    {},
    { resources: { claims: [{ name: 'x' }, { name: 'x' }] } },
    [
      `${C}.resources.claims[0]: Not found: "x": must be one of the names in pod.spec.resourceClaims which is empty`,
      `${C}.resources.claims[1]: Duplicate value: "x"`,
      `${C}.resources.claims[1]: Not found: "x": must be one of the names in pod.spec.resourceClaims which is empty`,
    ],
  ],
  [
    'resizing',
    { restartPolicy: 'Never' },
    {
      resizePolicy: [
        { resourceName: 'cpu', restartPolicy: 'RestartContainer' },
        { resourceName: 'disk', restartPolicy: 'X' },
      ],
    },
    [
      `${C}.resizePolicy: Invalid value: "RestartContainer": must be 'NotRequired' when \`restartPolicy\` is 'Never'`,
      `${C}.resizePolicy: Unsupported value: "disk": supported values: "cpu", "memory"`,
      `${C}.resizePolicy: Unsupported value: "X": supported values: "NotRequired", "RestartContainer"`,
      `${C}.resizePolicy: Invalid value: "X": must be 'NotRequired' when \`restartPolicy\` is 'Never'`,
    ],
  ],
  [
    'a pod that has less than its containers',
    { resources: { requests: { cpu: '1' }, limits: { cpu: '1' } } },
    { resources: { requests: { cpu: '2' }, limits: { cpu: '2' } } },
    [
      'spec.resources.requests[cpu]: Invalid value: "1": must be greater than or equal to aggregate container requests of 2',
      'spec.resources.containers[0][cpu].limits: Invalid value: "2": must be less than or equal to pod limits of 1',
    ],
  ],
];

export const PROBES: readonly Row[] = [
  ['no handler', {}, probe({}), [`${C}.livenessProbe: Required value: must specify a handler type`]],
  [
    'two handlers',
    {},
    probe({ exec: { command: ['x'] }, tcpSocket: { port: 1 } }),
    [`${C}.livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type`],
  ],
  [
    'numbers',
    {},
    probe(
      { httpGet: { port: 0, scheme: 'FTP', httpHeaders: [{ name: 'a b', value: '' }] } },
      { periodSeconds: -1, successThreshold: 2, terminationGracePeriodSeconds: 0 },
    ),
    [
      `${C}.livenessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive`,
      `${C}.livenessProbe.httpGet.scheme: Unsupported value: "FTP": supported values: "HTTP", "HTTPS"`,
      `${C}.livenessProbe.httpGet.httpHeaders: Invalid value: "a b": a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')`,
      `${C}.livenessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0`,
      `${C}.livenessProbe.terminationGracePeriodSeconds: Invalid value: 0: must be greater than 0`,
      `${C}.livenessProbe.successThreshold: Invalid value: 2: must be 1`,
    ],
  ],
  [
    'a readiness probe with a grace',
    {},
    { readinessProbe: { exec: { command: [] }, terminationGracePeriodSeconds: 5, successThreshold: 2 } },
    [
      `${C}.readinessProbe.exec.command: Required value`,
      `${C}.readinessProbe.terminationGracePeriodSeconds: Invalid value: 5: must not be set for readinessProbes`,
    ],
  ],
  [
    'hooks',
    {},
    { lifecycle: { postStart: {}, preStop: { sleep: { seconds: 31 } } } },
    [
      `${C}.lifecycle.postStart: Required value: must specify a handler type`,
      `${C}.lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and less than terminationGracePeriodSeconds (30)`,
    ],
  ],
];
