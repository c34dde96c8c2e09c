/** For tests: Services and what serves them, refused in a real server's words. Source of every row: pkg/apis/core, networking and discovery validation, pkg/registry/core/service. */
import type { KubeObject } from '../../../kubernetes/index.ts';
import { named, SUBDOMAIN } from './_test-objects.ts';

export const ports = [{ port: 80 }];
export const service = (spec: object): KubeObject => named('x', { spec });

export type ServiceRow = readonly [what: string, spec: object, causes: readonly string[]];

export const REFUSED_SERVICES: readonly ServiceRow[] = [
  ['no ports', {}, ['spec.ports: Required value']],
  [
    'ports of one name, or of none',
    { ports: [{ port: 80 }, { port: 0, name: 'A', targetPort: 'Bad' }] },
    [
      'spec.ports[0].name: Required value',
      "spec.ports[1].name: Invalid value: \"A\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      'spec.ports[1].port: Invalid value: 0: must be between 1 and 65535, inclusive',
      'spec.ports[1].targetPort: Invalid value: "Bad": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
    ],
  ],
  [
    'the same port twice',
    {
      ports: [
        { port: 80, name: 'a' },
        { port: 80, name: 'b' },
      ],
    },
    ['spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,"TargetPort":0,"NodePort":0}'],
  ],
  [
    'types that do not exist',
    { ports, type: 'Other', sessionAffinity: 'Cookie', internalTrafficPolicy: 'Near' },
    [
      'spec.sessionAffinity: Unsupported value: "Cookie": supported values: "ClientIP", "None"',
      'spec.type: Unsupported value: "Other": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
      'spec.internalTrafficPolicy: Unsupported value: "Near": supported values: "Cluster", "Local"',
    ],
  ],
  [
    'a node port without a type for it',
    { ports: [{ port: 80, nodePort: 30_080 }] },
    ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
  ],
  ['a name that is none', { type: 'ExternalName', externalName: '-x' }, [`spec.externalName: Invalid value: "-x": ${SUBDOMAIN}`]],
  ['no name', { type: 'ExternalName' }, ['spec.externalName: Required value']],
  [
    'an address for a mere name',
    { type: 'ExternalName', externalName: 'a.b', clusterIP: '10.0.0.7' },
    ['spec.clusterIPs: Forbidden: may not be set for ExternalName services'],
  ],
  [
    'a headless balancer',
    { ports, type: 'LoadBalancer', clusterIP: 'None' },
    ['spec.clusterIPs[0]: Invalid value: "None": may not be set to \'None\' for LoadBalancer services'],
  ],
  [
    'an affinity that lasts too long',
    { ports, sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 86_401 } } },
    ['spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be greater than 0 and less than 86400'],
  ],
  [
    'what belongs to balancers alone',
    { ports, loadBalancerClass: 'a/b', allocateLoadBalancerNodePorts: true, loadBalancerSourceRanges: ['10.0.0.1/8', '010.0.0.0/8'] },
    [
      "spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'",
      'spec.LoadBalancerSourceRanges[0]: Invalid value: "10.0.0.1/8": must not have bits set beyond the prefix length',
      'spec.LoadBalancerSourceRanges[1]: Invalid value: "010.0.0.0/8": must not have leading 0s in IP or prefix length',
      "spec.allocateLoadBalancerNodePorts: Forbidden: may only be used when `type` is 'LoadBalancer'",
      "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'",
    ],
  ],
  [
    'policies for nobody outside',
    { ports, externalTrafficPolicy: 'Local', healthCheckNodePort: 30_000, trafficDistribution: 'Near' },
    [
      'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services',
      "spec.healthCheckNodePort: Invalid value: 30000: may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
      'spec.trafficDistribution: Unsupported value: "Near": supported values: "PreferClose", "PreferSameZone", "PreferSameNode"',
    ],
  ],
  [
    'addresses from outside that reach nobody',
    { ports, externalIPs: ['127.0.0.1', '169.254.1.1', '1.2.3'] },
    [
      'spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
      'spec.externalIPs[1]: Invalid value: "169.254.1.1": may not be in the link-local range (169.254.0.0/16, fe80::/10)',
      'spec.externalIPs[2]: Invalid value: "1.2.3": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    ],
  ],
  [
    'addresses that differ',
    { ports, clusterIP: '10.0.0.7', clusterIPs: ['10.0.0.8'] },
    ['spec.clusterIPs: Invalid value: ["10.0.0.8"]: first value must match `clusterIP`'],
  ],
  [
    'an address of another cluster',
    { ports, clusterIP: '10.1.2.3' },
    ['spec.clusterIPs: Invalid value: ["10.1.2.3"]: failed to allocate IP 10.1.2.3: the provided network does not match the current range'],
  ],
  [
    'an address of another Service',
    { ports, clusterIP: '10.0.0.1' },
    ['spec.clusterIPs: Invalid value: ["10.0.0.1"]: failed to allocate IP 10.0.0.1: provided IP is already allocated'],
  ],
  [
    'an address of the newer kind',
    { ports, clusterIP: 'fd00::1' },
    ['spec.clusterIPs[0]: Invalid value: ["fd00::1"]: IPv6 is not configured on this cluster'],
  ],
  [
    'two families',
    { ports, ipFamilyPolicy: 'RequireDualStack' },
    ['spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services'],
  ],
  [
    'a node port out of range',
    { type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] },
    ['spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767'],
  ],
];

export const backend = { service: { name: 'a', port: { number: 80 } } };
const rules = (...paths: readonly object[]): object => ({ spec: { rules: [{ http: { paths } }] } });

/** What stands around Services. */
export const REFUSED_AROUND: readonly (readonly [
  kind: string,
  what: string,
  members: Record<string, unknown>,
  causes: readonly string[],
])[] = [
  ['Ingress', 'nothing to do', { spec: {} }, ['spec: Invalid value: null: either `defaultBackend` or `rules` must be specified']],
  [
    'Ingress',
    'paths',
    { ...rules({ path: 'a//b/..', pathType: 'Prefix', backend }, { path: '/', pathType: 'Regex', backend: {} }, { backend }) },
    [
      'spec.rules[0].http.paths[0].path: Invalid value: "a//b/..": must be an absolute path',
      'spec.rules[0].http.paths[0].path: Invalid value: "a//b/..": must not contain \'//\'',
      'spec.rules[0].http.paths[0].path: Invalid value: "a//b/..": cannot end with \'/..\'',
      'spec.rules[0].http.paths[1].pathType: Unsupported value: "Regex": supported values: "Exact", "ImplementationSpecific", "Prefix"',
      'spec.rules[0].http.paths[1].backend: Invalid value: "": resource or service backend is required',
      'spec.rules[0].http.paths[2].pathType: Required value: pathType must be specified',
    ],
  ],
  [
    'Ingress',
    'an address for a host, and half a backend',
    { spec: { defaultBackend: { service: { name: '' } }, rules: [{ host: '1.2.3.4' }], tls: [{ hosts: ['*.b'], secretName: 'A' }] } },
    [
      'spec.defaultBackend.service.name: Required value',
      'spec.defaultBackend: Required value: port name or number is required',
      'spec.rules[0].host: Invalid value: "1.2.3.4": must be a DNS name, not an IP address',
      `spec.tls[0].secretName: Invalid value: "A": ${SUBDOMAIN}`,
    ],
  ],
  [
    'IngressClass',
    'its controller',
    { spec: { controller: 'nginx' } },
    ['spec.controller: Invalid value: "nginx": must be a domain-prefixed path (such as "acme.io/foo")'],
  ],
  [
    'NetworkPolicy',
    'peers and ports',
    {
      spec: {
        podSelector: {},
        ingress: [
          {
            from: [{}, { podSelector: {}, ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/9'] } }],
            ports: [{ endPort: 5 }, { port: 9, endPort: 8 }],
          },
        ],
        policyTypes: ['Both'],
      },
    },
    [
      'spec.ingress[0].ports[0].endPort: Invalid value: 5: may not be specified when `port` is not specified',
      'spec.ingress[0].ports[1].endPort: Invalid value: 9: must be greater than or equal to `port`',
      'spec.ingress[0].from[0]: Required value: must specify a peer',
      'spec.ingress[0].from[1].ipBlock.except[0]: Invalid value: "11.0.0.0/9": must be a strict subset of `cidr`',
      'spec.ingress[0].from[1]: Forbidden: may not specify both ipBlock and another peer',
      'spec.policyTypes[0]: Unsupported value: "Both": supported values: "Ingress", "Egress"',
    ],
  ],
  [
    'Endpoints',
    'addresses',
    { subsets: [{}, { addresses: [{ ip: '0.0.0.0' }], ports: [{ port: 1 }, { port: 2, name: 'b' }] }] },
    [
      'subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`',
      'subsets[1].addresses[0].ip: Invalid value: "0.0.0.0": may not be unspecified (0.0.0.0)',
      'subsets[1].ports[0].name: Required value',
    ],
  ],
  [
    'EndpointSlice',
    'addresses of another family',
    { addressType: 'IPv4', endpoints: [{ addresses: ['fd00::1'] }, { addresses: [] }], ports: [{ port: 1 }, { port: 2 }] },
    [
      'endpoints[0].addresses[0]: Invalid value: "fd00::1": must be an IPv4 address',
      'endpoints[1].addresses: Required value: must contain at least 1 address',
      'ports[1].name: Duplicate value: ""',
    ],
  ],
];
