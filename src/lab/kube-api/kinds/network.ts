/** What stands behind and before Services. Source: the v1 defaults of networking and discovery, and their strategies, 1.36. */
import type { Endpoints, EndpointSlice, Ingress, IngressClass, NetworkPolicy } from '../../../kubernetes/index.ts';
import { rulesFor, type KindRules } from '../kind-rules.ts';
import type { Draft } from '../types.ts';
import { addressWarnings } from '../validation/_ip-fields.ts';
import { validateSlice } from '../validation/endpoint-slice.ts';
import { validateSubsets } from '../validation/endpoints.ts';
import { ingressWarnings, validateIngress, validateIngressClass } from '../validation/ingress.ts';
import { networkPolicyWarnings, validateNetworkPolicy } from '../validation/network-policy.ts';
import { fill } from './_pod-template.ts';

const ingress = rulesFor<Draft<Ingress>>({
  kind: 'Ingress',
  hasStatus: true,
  hasGeneration: true,
  onCreate(object) {
    object.status = { loadBalancer: {} };
  },
  validate: validateIngress,
  warnings: (object, previous) => (previous === undefined ? ingressWarnings(object) : []),
});

const ingressClass = rulesFor<Draft<IngressClass>>({
  kind: 'IngressClass',
  hasGeneration: true,
  defaults({ spec }) {
    if (spec?.parameters) fill(spec.parameters, 'scope', 'Cluster');
  },
  validate({ spec }, problems, previous) {
    validateIngressClass(spec ?? {}, problems, previous && (previous.spec ?? {}));
  },
});

const networkPolicy = rulesFor<Draft<NetworkPolicy>>({
  kind: 'NetworkPolicy',
  hasGeneration: true,
  defaults({ spec }) {
    if (spec === undefined) return;
    for (const { ports = [] } of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) for (const port of ports) fill(port, 'protocol', 'TCP');
    if ((spec.policyTypes ?? []).length > 0) return;
    spec.policyTypes = (spec.egress ?? []).length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
  },
  validate({ spec }, problems) {
    validateNetworkPolicy(spec ?? {}, problems);
  },
  warnings: ({ spec }) => networkPolicyWarnings(spec ?? {}),
});

const endpointSlice = rulesFor<Draft<EndpointSlice>>({
  kind: 'EndpointSlice',
  hasGeneration: true,
  defaults(object) {
    for (const port of object.ports ?? []) {
      fill(port, 'name', '');
      fill(port, 'protocol', 'TCP');
    }
  },
  validate: validateSlice,
  warnings({ addressType, endpoints }) {
    if (addressType !== 'IPv6') return [];
    const listed = endpoints.flatMap(({ addresses }, index) => addresses.map((address, at) => ({ address, index, at })));
    return listed.flatMap(({ address, index, at }) => addressWarnings(`endpoints[${index}].addresses[${at}]`, address));
  },
});

const endpoints = rulesFor<Draft<Endpoints>>({
  kind: 'Endpoints',
  defaults(object) {
    for (const { ports = [] } of object.subsets ?? []) for (const port of ports) fill(port, 'protocol', 'TCP');
  },
  validate({ subsets }, problems) {
    validateSubsets(subsets ?? [], problems);
  },
});

export const NETWORK_RULES: readonly KindRules[] = [ingress, ingressClass, networkPolicy, endpointSlice, endpoints];
