/** The roles of a cluster's own parts. Source: plugin/pkg/auth/authorizer/rbac/bootstrappolicy (policy.go, controller_policy.go), 1.36. */
import type { BuiltInBinding, BuiltInRole } from './bootstrap-roles.ts';
import type { Rule } from './rules.ts';

const READ = ['get', 'list', 'watch'];
const CREATE = ['create'];

const rule = (verbs: readonly string[], group: string, ...resources: readonly string[]): Rule => ({ verbs, apiGroups: [group], resources });
const named = (whole: Rule, ...resourceNames: readonly string[]): Rule => ({ ...whole, resourceNames });
const path = (...nonResourceURLs: readonly string[]): Rule => ({ verbs: ['get'], nonResourceURLs });
const role = (name: string, ...rules: readonly Rule[]): BuiltInRole => ({ name: `system:${name}`, rules });

const CERTIFICATES = 'certificates.k8s.io';
export const SYSTEM_ROLES: readonly BuiltInRole[] = [
  role(
    'auth-delegator',
    rule(CREATE, 'authentication.k8s.io', 'tokenreviews'),
    rule(CREATE, 'authorization.k8s.io', 'subjectaccessreviews'),
  ),
  role('certificates.k8s.io:certificatesigningrequests:nodeclient', rule(CREATE, CERTIFICATES, 'certificatesigningrequests/nodeclient')),
  role(
    'certificates.k8s.io:certificatesigningrequests:selfnodeclient',
    rule(CREATE, CERTIFICATES, 'certificatesigningrequests/selfnodeclient'),
  ),
  ...['kube-apiserver-client', 'kube-apiserver-client-kubelet', 'kubelet-serving'].map((signer) =>
    role(`certificates.k8s.io:${signer}-approver`, named(rule(['approve'], CERTIFICATES, 'signers'), `kubernetes.io/${signer}`)),
  ),
  role('certificates.k8s.io:legacy-unknown-approver', named(rule(['approve'], CERTIFICATES, 'signers'), 'kubernetes.io/legacy-unknown')),
  role('heapster', rule(READ, '', 'events', 'pods', 'nodes', 'namespaces'), rule(READ, 'extensions', 'deployments')),
  role('kube-aggregator', rule(READ, '', 'services', 'endpoints')),
  role('kube-dns', rule(['list', 'watch'], '', 'endpoints', 'services')),
  role(
    'kubelet-api-admin',
    rule(READ, '', 'nodes'),
    rule(['proxy'], '', 'nodes'),
    rule(['*'], '', 'nodes/configz', 'nodes/healthz', 'nodes/log', 'nodes/metrics', 'nodes/pods', 'nodes/proxy', 'nodes/stats'),
  ),
  role('monitoring', path('/healthz', '/healthz/*', '/livez', '/livez/*', '/metrics', '/metrics/slis', '/readyz', '/readyz/*')),
  role('node-bootstrapper', rule(['create', 'get', 'list', 'watch'], CERTIFICATES, 'certificatesigningrequests')),
  role(
    'node-problem-detector',
    rule(['get'], '', 'nodes'),
    rule(['patch'], '', 'nodes/status'),
    rule(['create', 'patch', 'update'], '', 'events'),
  ),
  role(
    'persistent-volume-provisioner',
    rule(['create', 'delete', 'get', 'list', 'watch'], '', 'persistentvolumes'),
    rule(['get', 'list', 'update', 'watch'], '', 'persistentvolumeclaims'),
    rule(READ, 'storage.k8s.io', 'storageclasses'),
    rule(['watch'], '', 'events'),
    rule(['create', 'patch', 'update'], '', 'events'),
  ),
  role(
    'volume-scheduler',
    rule(['get', 'list', 'patch', 'update', 'watch'], '', 'persistentvolumes'),
    rule(READ, 'storage.k8s.io', 'storageclasses'),
    rule(['get', 'list', 'patch', 'update', 'watch'], '', 'persistentvolumeclaims'),
  ),
];

export const SYSTEM_BINDINGS: readonly BuiltInBinding[] = [
  { name: 'system:monitoring', role: 'system:monitoring', subjects: [{ kind: 'Group', name: 'system:monitoring' }] },
  { name: 'system:kube-dns', role: 'system:kube-dns', subjects: [{ kind: 'ServiceAccount', name: 'kube-dns', namespace: 'kube-system' }] },
  { name: 'system:volume-scheduler', role: 'system:volume-scheduler', subjects: [{ kind: 'User', name: 'system:kube-scheduler' }] },
];
