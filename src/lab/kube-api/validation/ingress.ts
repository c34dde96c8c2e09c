/** Ingresses and their classes. Source: pkg/apis/networking/validation, 1.36. */
import type { Ingress, IngressClass } from '../../../kubernetes/index.ts';
import type { Problems } from '../problems.ts';
import { validateDomainPath } from './_domain-path.ts';
import { parseAddress } from './_ip-fields.ts';
import { labelProblems, portNameProblems, subdomainProblems, wildcardSubdomainProblems } from './_names.ts';
import { pathSegmentProblems } from './_names-of-kinds.ts';
import { IMMUTABLE, validatePortNumber } from './_numbers.ts';
import type { Loose } from './_pod-fields.ts';

export interface IngressFields {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: Loose<NonNullable<Ingress['spec']>> | undefined;
}
type Spec = NonNullable<IngressFields['spec']>;
type Backend = NonNullable<Spec['defaultBackend']>;
type Path = NonNullable<NonNullable<NonNullable<Spec['rules']>[number]['http']>['paths']>[number];

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];
const BAD_SEQUENCES = ['//', '/./', '/../', '%2f', '%2F'];
const BAD_ENDS = ['/..', '/.'];

export function validateIngress({ metadata, spec = {} }: IngressFields, problems: Problems, previous?: IngressFields): void {
  const { rules = [], defaultBackend, tls = [], ingressClassName } = spec;
  if (rules.length === 0 && defaultBackend === undefined) {
    problems.invalid('spec', spec.rules, 'either `defaultBackend` or `rules` must be specified');
  }
  if (defaultBackend) validateBackend(defaultBackend, 'spec.defaultBackend', problems);
  for (const [index, { host = '', http }] of rules.entries()) {
    const path = `spec.rules[${index}]`;
    validateHost(host, `${path}.host`, problems);
    if (!http) continue;
    if ((http.paths ?? []).length === 0) problems.required(`${path}.http.paths`);
    for (const [at, item] of (http.paths ?? []).entries()) validatePath(item, `${path}.http.paths[${at}]`, problems);
  }
  validateTls(tls, problems, previous?.spec?.tls);
  if (ingressClassName !== undefined) problems.eachInvalid('spec.ingressClassName', ingressClassName, subdomainProblems(ingressClassName));
  const annotated = metadata.annotations?.[CLASS_ANNOTATION];
  if (previous === undefined && annotated !== undefined && ingressClassName !== undefined && annotated !== ingressClassName) {
    problems.invalid(`annotations.${CLASS_ANNOTATION}`, annotated, 'must match `ingressClassName` when both are specified');
  }
}

/** Told to whoever makes one. Source: pkg/registry/networking/ingress strategy. */
export const ingressWarnings = ({ metadata, spec }: IngressFields): string[] =>
  metadata.annotations?.[CLASS_ANNOTATION] !== undefined && spec?.ingressClassName === undefined
    ? [`annotation "${CLASS_ANNOTATION}" is deprecated, please use 'spec.ingressClassName' instead`]
    : [];

const hostProblems = (host: string): string[] => (host.includes('*') ? wildcardSubdomainProblems(host) : subdomainProblems(host));

function validateHost(host: string, path: string, problems: Problems): void {
  if (host === '') return;
  if (parseAddress(host)) problems.invalid(path, host, 'must be a DNS name, not an IP address');
  problems.eachInvalid(path, host, hostProblems(host));
}

function validateTls(tls: NonNullable<Spec['tls']>, problems: Problems, previous: Spec['tls']): void {
  const secretProblems = (name: string): string[] => (name === '' ? [] : subdomainProblems(name));
  // Whoever had a bad name may keep it.
  const lenient = (previous ?? []).some(({ secretName = '' }) => secretProblems(secretName).length > 0);
  for (const [index, { hosts = [], secretName = '' }] of tls.entries()) {
    for (const [at, host = ''] of hosts.entries()) problems.eachInvalid(`spec.tls[${index}].hosts[${at}]`, host, hostProblems(host));
    if (!lenient) problems.eachInvalid(`spec.tls[${index}].secretName`, secretName, secretProblems(secretName));
  }
}

function validatePath({ path = '', pathType, backend = {} }: Path, at: string, problems: Problems): void {
  if (pathType === undefined) return problems.required(`${at}.pathType`, 'pathType must be specified');
  const isRelative = !path.startsWith('/');
  if (pathType === 'Exact' || pathType === 'Prefix') {
    if (isRelative) problems.invalid(`${at}.path`, path, 'must be an absolute path');
    for (const bad of BAD_SEQUENCES) if (path.includes(bad)) problems.invalid(`${at}.path`, path, `must not contain '${bad}'`);
    for (const bad of BAD_ENDS) if (path.endsWith(bad)) problems.invalid(`${at}.path`, path, `cannot end with '${bad}'`);
  } else if (pathType === 'ImplementationSpecific') {
    if (path !== '' && isRelative) problems.invalid(`${at}.path`, path, 'must be an absolute path');
  } else problems.unsupported(`${at}.pathType`, pathType, PATH_TYPES);
  return validateBackend(backend, `${at}.backend`, problems);
}

function validateBackend({ resource, service }: Backend, path: string, problems: Problems): void {
  if (resource && service) return problems.invalid(path, '', 'cannot set both resource and service backends');
  if (resource) return validateReference(resource, `${path}.resource`, problems);
  if (!service) return problems.invalid(path, '', 'resource or service backend is required');
  const { name = '', port = {} } = service;
  if (name === '') problems.required(`${path}.service.name`);
  else problems.eachInvalid(`${path}.service.name`, name, labelProblems(name));
  const { name: portName = '', number = 0 } = port;
  if (portName !== '' && number !== 0) problems.invalid(path, '', 'cannot set both port name & port number');
  else if (portName !== '') problems.eachInvalid(`${path}.service.port.name`, portName, portNameProblems(portName));
  else if (number !== 0) validatePortNumber(number, `${path}.service.port.number`, problems);
  else problems.required(path, 'port name or number is required');
  return undefined;
}

interface Reference {
  readonly apiGroup?: string | undefined;
  readonly kind?: string | undefined;
  readonly name?: string | undefined;
}

function validateReference({ apiGroup, kind = '', name = '' }: Reference, path: string, problems: Problems): void {
  if (apiGroup !== undefined) problems.eachInvalid(`${path}.apiGroup`, apiGroup, subdomainProblems(apiGroup));
  if (kind === '') problems.required(`${path}.kind`, 'kind is required');
  else problems.eachInvalid(`${path}.kind`, kind, pathSegmentProblems(kind));
  if (name === '') problems.required(`${path}.name`, 'name is required');
  else problems.eachInvalid(`${path}.name`, name, pathSegmentProblems(name));
}

type ClassSpec = Loose<NonNullable<IngressClass['spec']>>;
const LONGEST_CONTROLLER = 250;

export function validateIngressClass(spec: ClassSpec, problems: Problems, previous?: ClassSpec): void {
  const { controller = '', parameters } = spec;
  if (previous && (previous.controller ?? '') !== controller) problems.invalid('spec.controller', controller, IMMUTABLE);
  if (controller.length > LONGEST_CONTROLLER) problems.tooLongBytes('spec.controller', LONGEST_CONTROLLER);
  validateDomainPath(controller, 'spec.controller', problems);
  if (!parameters) return undefined;
  const path = 'spec.parameters';
  validateReference(parameters, path, problems);
  const { scope, namespace } = parameters;
  if (scope === undefined) return problems.required(`${path}.scope`);
  if (scope !== 'Cluster' && scope !== 'Namespace') return problems.unsupported(`${path}.scope`, scope, ['Cluster', 'Namespace']);
  if (scope === 'Cluster') {
    if (namespace !== undefined) problems.forbidden(`${path}.namespace`, "`parameters.scope` is set to 'Cluster'");
  } else if (namespace === undefined) problems.required(`${path}.namespace`, "`parameters.scope` is set to 'Namespace'");
  else problems.eachInvalid(`${path}.namespace`, namespace, labelProblems(namespace));
  return undefined;
}
