/** The roles and bindings that every cluster has from the start. Source: plugin/pkg/auth/authorizer/rbac/bootstrappolicy, 1.36 (the part people meet). */
import type { Rule } from './rules.ts';
import { SYSTEM_BINDINGS, SYSTEM_ROLES } from './system-roles.ts';

export interface BuiltInRole {
  readonly name: string;
  readonly rules: readonly Rule[];
  /** The aggregated role that its rules become part of (`view`). */
  readonly partOf?: string;
  /** Its rules are those of others, gathered by this label's role. */
  readonly gathers?: string;
}

export interface BuiltInBinding {
  readonly name: string;
  readonly role: string;
  readonly subjects: readonly { readonly kind: 'User' | 'Group' | 'ServiceAccount'; readonly name: string; readonly namespace?: string }[];
}

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update'];
const EVERY = '*';

const rule = (verbs: readonly string[], group: string, ...resources: readonly string[]): Rule => ({ verbs, apiGroups: [group], resources });
const path = (...nonResourceURLs: readonly string[]): Rule => ({ verbs: ['get'], nonResourceURLs });

const SCALED = ['deployments', 'deployments/scale', 'replicasets', 'replicasets/scale', 'statefulsets', 'statefulsets/scale'];
const CORE = ['configmaps', 'endpoints', 'persistentvolumeclaims', 'pods', 'replicationcontrollers', 'replicationcontrollers/scale'];
const STATUSES = ['deployments/status', 'replicasets/status', 'statefulsets/status', 'daemonsets/status', 'controllerrevisions'];

const VIEW: readonly Rule[] = [
  rule(READ, '', ...CORE, 'persistentvolumeclaims/status', 'serviceaccounts', 'services', 'services/status'),
  rule(READ, '', 'bindings', 'events', 'limitranges', 'namespaces', 'namespaces/status', 'pods/log', 'pods/status'),
  rule(READ, '', 'replicationcontrollers/status', 'resourcequotas', 'resourcequotas/status'),
  rule(READ, 'discovery.k8s.io', 'endpointslices'),
  rule(READ, 'apps', 'daemonsets', ...SCALED, ...STATUSES),
  rule(READ, 'autoscaling', 'horizontalpodautoscalers', 'horizontalpodautoscalers/status'),
  rule(READ, 'batch', 'cronjobs', 'cronjobs/status', 'jobs', 'jobs/status'),
  rule(READ, 'policy', 'poddisruptionbudgets', 'poddisruptionbudgets/status'),
  rule(READ, 'networking.k8s.io', 'ingresses', 'ingresses/status', 'networkpolicies'),
];

const EDIT: readonly Rule[] = [
  rule(READ, '', 'pods/attach', 'pods/exec', 'pods/portforward', 'pods/proxy', 'secrets', 'services/proxy'),
  rule(['impersonate'], '', 'serviceaccounts'),
  rule(
    WRITE,
    '',
    ...CORE,
    'pods/attach',
    'pods/exec',
    'pods/portforward',
    'pods/proxy',
    'secrets',
    'serviceaccounts',
    'services',
    'services/proxy',
  ),
  rule(['create'], '', 'pods/eviction', 'serviceaccounts/token'),
  rule(WRITE, '', 'events'),
  rule(WRITE, 'apps', 'daemonsets', ...SCALED, 'deployments/rollback'),
  rule(WRITE, 'autoscaling', 'horizontalpodautoscalers'),
  rule(WRITE, 'batch', 'cronjobs', 'jobs'),
  rule(WRITE, 'policy', 'poddisruptionbudgets'),
  rule(WRITE, 'networking.k8s.io', 'ingresses', 'networkpolicies'),
  rule([...WRITE, ...READ], 'coordination.k8s.io', 'leases'),
];

const ADMIN: readonly Rule[] = [
  rule(['create'], 'authorization.k8s.io', 'localsubjectaccessreviews'),
  rule([...WRITE, ...READ], 'rbac.authorization.k8s.io', 'rolebindings', 'roles'),
];

const SCHEDULER: readonly Rule[] = [
  rule(['create', 'patch', 'update'], '', 'events'),
  rule(['create', 'patch', 'update'], 'events.k8s.io', 'events'),
  rule(['create', 'get', 'list', 'update', 'watch'], 'coordination.k8s.io', 'leases'),
  rule(READ, '', 'nodes', 'namespaces', 'replicationcontrollers', 'services', 'persistentvolumeclaims', 'persistentvolumes'),
  rule(['delete', 'get', 'list', 'watch'], '', 'pods'),
  rule(['create'], '', 'bindings', 'pods/binding'),
  rule(['patch', 'update'], '', 'pods/status'),
  rule(READ, 'apps', 'replicasets', 'statefulsets'),
  rule(READ, 'policy', 'poddisruptionbudgets'),
  rule(['patch', 'update'], '', 'persistentvolumeclaims', 'persistentvolumes'),
  rule(READ, 'storage.k8s.io', 'csidrivers', 'csinodes', 'csistoragecapacities', 'storageclasses', 'volumeattachments'),
];

const DISCOVERY = [
  '/api',
  '/api/*',
  '/apis',
  '/apis/*',
  '/healthz',
  '/livez',
  '/openapi',
  '/openapi/*',
  '/readyz',
  '/version',
  '/version/',
];

export const BUILT_IN_ROLES: readonly BuiltInRole[] = [
  { name: 'admin', rules: [...EDIT, ...VIEW, ...ADMIN], gathers: 'admin' },
  {
    name: 'cluster-admin',
    rules: [rule([EVERY], EVERY, EVERY), { verbs: [EVERY], nonResourceURLs: [EVERY] }],
  },
  { name: 'edit', rules: [...EDIT, ...VIEW], gathers: 'edit', partOf: 'admin' },
  { name: 'system:aggregate-to-admin', rules: ADMIN, partOf: 'admin' },
  { name: 'system:aggregate-to-edit', rules: EDIT, partOf: 'edit' },
  { name: 'system:aggregate-to-view', rules: VIEW, partOf: 'view' },
  {
    name: 'system:basic-user',
    rules: [
      rule(['create'], 'authorization.k8s.io', 'selfsubjectaccessreviews', 'selfsubjectrulesreviews'),
      rule(['create'], 'authentication.k8s.io', 'selfsubjectreviews'),
    ],
  },
  { name: 'system:discovery', rules: [path(...DISCOVERY)] },
  { name: 'system:kube-scheduler', rules: SCHEDULER },
  { name: 'system:public-info-viewer', rules: [path('/healthz', '/livez', '/readyz', '/version', '/version/')] },
  {
    name: 'system:service-account-issuer-discovery',
    rules: [path('/.well-known/openid-configuration', '/.well-known/openid-configuration/', '/openid/v1/jwks', '/openid/v1/jwks/')],
  },
  { name: 'view', rules: VIEW, gathers: 'view', partOf: 'edit' },
  ...SYSTEM_ROLES,
];

const group = (name: string): { readonly kind: 'Group'; readonly name: string } => ({ kind: 'Group', name });

export const BUILT_IN_BINDINGS: readonly BuiltInBinding[] = [
  ...SYSTEM_BINDINGS,
  { name: 'cluster-admin', role: 'cluster-admin', subjects: [group('system:masters')] },
  { name: 'system:basic-user', role: 'system:basic-user', subjects: [group('system:authenticated')] },
  { name: 'system:discovery', role: 'system:discovery', subjects: [group('system:authenticated')] },
  {
    name: 'system:service-account-issuer-discovery',
    role: 'system:service-account-issuer-discovery',
    subjects: [group('system:serviceaccounts')],
  },
  { name: 'system:kube-scheduler', role: 'system:kube-scheduler', subjects: [{ kind: 'User', name: 'system:kube-scheduler' }] },
  {
    name: 'system:public-info-viewer',
    role: 'system:public-info-viewer',
    subjects: [group('system:authenticated'), group('system:unauthenticated')],
  },
];
