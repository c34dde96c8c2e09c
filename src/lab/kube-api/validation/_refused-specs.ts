/** For tests: other members of a pod's spec that a real server refuses. Source: pkg/apis/core/validation/validation.go. */
import { C, LABEL, NAME_PART, SUBDOMAIN, type Row } from './_refused-words.ts';

const nodeTerms = (...terms: object[]): object => ({
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } },
});
const N = 'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms';
const P = 'spec.affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[0]';

export const SCHEDULING: readonly Row[] = [
  ['no terms', nodeTerms(), {}, [`${N}: Required value: must have at least one node selector term`]],
  [
    'terms',
    nodeTerms({
      matchExpressions: [
        { key: 'a', operator: 'In' },
        { key: 'b', operator: 'Gt', values: ['1', '2'] },
        { key: '', operator: 'Is' },
        { key: 'c', operator: 'Exists', values: ['x'] },
        { key: 'd', operator: 'In', values: ['a b'] },
      ],
      matchFields: [{ key: 'metadata.uid', operator: 'Exists' }],
    }),
    {},
    [
      `${N}[0].matchExpressions[0].values: Required value: must be specified when \`operator\` is 'In' or 'NotIn'`,
      `${N}[0].matchExpressions[1].values: Required value: must be specified single value when \`operator\` is 'Lt' or 'Gt'`,
      `${N}[0].matchExpressions[2].operator: Invalid value: "Is": not a valid selector operator`,
      `${N}[0].matchExpressions[2].key: Invalid value: "": name part must be non-empty`,
      `${N}[0].matchExpressions[2].key: Invalid value: "": ${NAME_PART}`,
      `${N}[0].matchExpressions[3].values: Forbidden: may not be specified when \`operator\` is 'Exists' or 'DoesNotExist'`,
      `${N}[0].matchExpressions[4].values[0]: Invalid value: "a b": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
      `${N}[0].matchFields[0].operator: Invalid value: "Exists": not a valid selector operator`,
      `${N}[0].matchFields[0].key: Invalid value: "metadata.uid": not a valid field selector key`,
    ],
  ],
  [
    'pods to be near to',
    {
      affinity: {
        podAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            {
              weight: 101,
              podAffinityTerm: {
                topologyKey: 'zone',
                namespaces: ['A'],
                matchLabelKeys: ['x'],
                labelSelector: { matchExpressions: [{ key: 'k', operator: 'In', values: [] }] },
              },
            },
          ],
        },
      },
    },
    {},
    [
      `${P}.weight: Invalid value: 101: must be in the range 1-100`,
      `${P}.podAffinityTerm.labelSelector.matchExpressions[0].values: Required value: must be specified when \`operator\` is 'In' or 'NotIn'`,
      `${P}.podAffinityTerm.namespace: Invalid value: "A": ${LABEL}`,
    ],
  ],
  [
    'keys without a selector',
    {
      affinity: {
        podAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 1, podAffinityTerm: { topologyKey: 'zone', matchLabelKeys: ['x'], mismatchLabelKeys: ['x'] } },
          ],
        },
      },
    },
    {},
    [
      `${P}.podAffinityTerm.matchLabelKeys: Forbidden: must not be specified when labelSelector is not set`,
      `${P}.podAffinityTerm.mismatchLabelKeys: Forbidden: must not be specified when labelSelector is not set`,
      `${P}.podAffinityTerm.matchLabelKeys[0]: Invalid value: "x": exists in both matchLabelKeys and mismatchLabelKeys`,
    ],
  ],
  [
    'spreads',
    {
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: 'z', whenUnsatisfiable: 'ScheduleAnyway', minDomains: 0, nodeTaintsPolicy: 'X' },
        { maxSkew: 1, topologyKey: 'z', whenUnsatisfiable: 'ScheduleAnyway' },
      ],
    },
    {},
    [
      'spec.topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}: Duplicate value: "{z, ScheduleAnyway}"',
      'spec.topologySpreadConstraints[0].minDomains: Invalid value: 0: must be greater than zero',
      'spec.topologySpreadConstraints[0].minDomains: Invalid value: 0: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway',
      'spec.topologySpreadConstraints[0].nodeTaintsPolicy: Unsupported value: "X": supported values: "Honor", "Ignore"',
    ],
  ],
  [
    'tolerations',
    {
      tolerations: [
        { key: 'a', operator: 'Exists', value: 'v' },
        { key: 'b', effect: 'NoSchedule', tolerationSeconds: 1 },
        { key: 'c', effect: 'X' },
      ],
    },
    {},
    [
      'spec.tolerations[0].operator: Invalid value: "v": value must be empty when `operator` is \'Exists\'',
      'spec.tolerations[1].effect: Invalid value: "NoSchedule": effect must be \'NoExecute\' when `tolerationSeconds` is set',
      'spec.tolerations[2].effect: Unsupported value: "X": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
    ],
  ],
  [
    'gates',
    { nodeName: 'n', schedulingGates: [{ name: 'a' }, { name: 'a' }], readinessGates: [{ conditionType: '-' }] },
    {},
    [
      `spec.readinessGates[0].conditionType: Invalid value: "-": ${NAME_PART}`,
      'spec.schedulingGates[1]: Duplicate value: "a"',
      'spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared',
    ],
  ],
  ['labels of nodes', { nodeSelector: { 'a b': 'c' } }, {}, [`spec.nodeSelector: Invalid value: "a b": ${NAME_PART}`]],
];

export const MEMBERS: readonly Row[] = [
  [
    'policies',
    { restartPolicy: 'Maybe', dnsPolicy: 'X' },
    {},
    [
      'spec.restartPolicy: Unsupported value: "Maybe": supported values: "Always", "OnFailure", "Never"',
      'spec.dnsPolicy: Unsupported value: "X": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"',
    ],
  ],
  [
    'names of its own',
    { dnsPolicy: 'None', hostAliases: [{ ip: 'x', hostnames: ['A'] }, { ip: '010.0.0.1' }], hostname: 'a.b', subdomain: '-' },
    {},
    [
      'spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None',
      'spec.hostname: Invalid value: "a.b": must not contain dots',
      `spec.subdomain: Invalid value: "-": ${LABEL}`,
      'spec.hostAliases[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      `spec.hostAliases[0].hostnames[0]: Invalid value: "A": ${SUBDOMAIN}`,
      'spec.hostAliases[1].ip: Invalid value: "010.0.0.1": must not have leading 0s',
    ],
  ],
  [
    'name servers',
    { dnsConfig: { nameservers: ['1.1.1.1', '2', '3.3.3.3', '4.4.4.4'], searches: ['a_b.c', 'A'], options: [{}] } },
    {},
    [
      'spec.dnsConfig.nameservers: Invalid value: ["1.1.1.1","2","3.3.3.3","4.4.4.4"]: must not have more than 3 nameservers',
      'spec.dnsConfig.nameservers[1]: Invalid value: "2": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      "spec.dnsConfig.searches[1]: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')",
      'spec.dnsConfig.options[0]: Required value: must not be empty',
    ],
  ],
  [
    'a deadline',
    { activeDeadlineSeconds: 0 },
    {},
    ['spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive'],
  ],
  [
    'security of the pod',
    {
      hostNetwork: true,
      securityContext: {
        runAsUser: -1,
        supplementalGroups: [2 ** 32],
        fsGroupChangePolicy: 'X',
        sysctls: [
          { name: 'net.a', value: '1' },
          { name: 'A', value: '' },
        ],
        seccompProfile: { type: 'Localhost' },
        appArmorProfile: { type: 'X' },
      },
    },
    {},
    [
      'spec.securityContext.runAsUser: Invalid value: -1: must be between 0 and 4294967295, inclusive',
      'spec.securityContext.supplementalGroups[0]: Invalid value: 4294967296: must be between 0 and 4294967295, inclusive',
      'spec.securityContext.sysctls[0].name: Invalid value: "net.a": may not be specified when \'hostNetwork\' is true',
      'spec.securityContext.sysctls[1].name: Invalid value: "A": must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$',
      'spec.securityContext.fsGroupChangePolicy: Unsupported value: "X": supported values: "Always", "OnRootMismatch"',
      'spec.securityContext.seccompProfile.localhostProfile: Required value: must be set when seccomp type is Localhost',
      'spec.securityContext.appArmorProfile.type: Unsupported value: "X": supported values: "Localhost", "RuntimeDefault", "Unconfined"',
    ],
  ],
  [
    'security of a container',
    {},
    { securityContext: { privileged: true, allowPrivilegeEscalation: false, procMount: 'Unmasked' } },
    [
      `${C}.securityContext.procMount: Invalid value: "Unmasked": \`hostUsers\` must be false to use \`Unmasked\``,
      `${C}.securityContext: Invalid value: {"Capabilities":null,"Privileged":true,"SELinuxOptions":null,"WindowsOptions":null,"RunAsUser":null,"RunAsGroup":null,"RunAsNonRoot":null,"ReadOnlyRootFilesystem":null,"AllowPrivilegeEscalation":false,"ProcMount":"Unmasked","SeccompProfile":null,"AppArmorProfile":null}: cannot set \`allowPrivilegeEscalation\` to false and \`privileged\` to true`,
    ],
  ],
  [
    'users of its own on the host network',
    { hostUsers: false, hostNetwork: true },
    {},
    ['spec.hostNetwork: Forbidden: when `pod.Spec.HostUsers` is false'],
  ],
  [
    'Linux members on Windows',
    { os: { name: 'windows' }, hostPID: true, securityContext: { runAsUser: 1 } },
    { securityContext: { privileged: false } },
    [
      'spec.hostPID: Forbidden: cannot be set for a windows pod',
      'spec.securityContext.runAsUser: Forbidden: cannot be set for a windows pod',
      `${C}.securityContext.privileged: Forbidden: cannot be set for a windows pod`,
    ],
  ],
  ['an unknown system', { os: { name: 'plan9' } }, {}, ['spec.os: Unsupported value: "plan9": supported values: "linux", "windows"']],
  [
    'claims on devices',
    { resourceClaims: [{ name: 'a' }, { name: 'a', resourceClaimName: 'x' }] },
    {},
    [
      'spec.resourceClaims[0]: Invalid value: {"Name":"a","ResourceClaimName":null,"ResourceClaimTemplateName":null}: must specify one of: `resourceClaimName`, `resourceClaimTemplateName`',
      'spec.resourceClaims[1].name: Duplicate value: "a"',
    ],
  ],
];
