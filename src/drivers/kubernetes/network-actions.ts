/** Ingresses and network policies. */
import { z } from 'zod';
import { resourcePath } from '../../kubernetes/index.ts';
import { failed, kind, kubernetesActivity, namespaceParameter } from './_activity.ts';
import type { KubernetesActivity } from './_activity.ts';
import { readManifest } from './_manifest-file.ts';
import { createFromFile, DELETE_UNDO, deleteByName, patchSpec, planDeletion, post } from './_objects.ts';

const POLICY = kind('NetworkPolicy');
const API = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' };

const createNetworkPolicy = kubernetesActivity({
  name: 'kubernetes/create-network-policy',
  kind: 'action',
  summary: 'Create a network policy, given as an object or in a file; the undo deletes it.',
  aliases: ['chaosk8s.networking.actions.create_network_policy'],
  parameters: z.object({ spec: z.record(z.string(), z.unknown()).nullish(), spec_path: z.string().nullish(), ns: namespaceParameter }),
  permissions: ['networkpolicies: get, create'],
  undo: DELETE_UNDO,
  run: async ({ spec, spec_path, ns }, context) => {
    if (!spec && !spec_path) throw failed('You need to either specify spec or spec_path');
    const body = spec ?? (await readManifest(spec_path ?? ''));
    const { name } = Object(body['metadata']) as { name?: unknown }; // any value has fields that may be undefined
    if (typeof name === 'string') await planDeletion(resourcePath(POLICY, ns, name), `delete network policy ${ns}/${name}`, context);
    await post(POLICY, ns, body, context);
    return null;
  },
});

/** A policy of a fixed name over all pods, or those with labels. */
function fixedPolicy(name: string, alias: string, policy: string, summary: string, spec: object): KubernetesActivity {
  return kubernetesActivity({
    name,
    kind: 'action',
    summary: `${summary} The undo lifts it.`,
    aliases: [`chaosk8s.networking.actions.${alias}`],
    parameters: z.object({ label_selectors: z.record(z.string(), z.string()).nullish(), ns: namespaceParameter }),
    permissions: ['networkpolicies: get, create'],
    undo: DELETE_UNDO,
    run: async ({ label_selectors: matchLabels, ns }, context) => {
      await planDeletion(resourcePath(POLICY, ns, policy), `delete network policy ${ns}/${policy}`, context);
      await post(
        POLICY,
        ns,
        { ...API, metadata: { name: policy }, spec: { podSelector: matchLabels ? { matchLabels } : {}, ...spec } },
        context,
      );
      return null;
    },
  });
}

function removeFixedPolicy(name: string, alias: string, policy: string): KubernetesActivity {
  return kubernetesActivity({
    name,
    kind: 'action',
    summary: `Delete the network policy ${policy}.`,
    aliases: [`chaosk8s.networking.actions.${alias}`],
    parameters: z.object({ ns: namespaceParameter }),
    permissions: ['networkpolicies: delete'],
    run: async ({ ns }, { client, signal }) => {
      await client.delete(POLICY, ns, policy, { signal });
      return null;
    },
  });
}

const INGRESS_POLICY = 'chaostoolkit-deny-all-ingress';
const EGRESS_POLICY = 'chaostoolkit-deny-all-egress';
const DNS_POLICY = 'chaostoolkit-allow-dns';
const DNS = [
  { port: 53, protocol: 'UDP' },
  { port: 53, protocol: 'TCP' },
];

/** One line an action. */
export const networkActions: readonly KubernetesActivity[] = [
  createFromFile({ name: 'kubernetes/create-ingress', kind: 'Ingress', alias: 'networking.actions.create_ingress' }),
  deleteByName({ name: 'kubernetes/delete-ingress', kind: 'Ingress', alias: 'networking.actions.delete_ingress' }),
  patchSpec({ name: 'kubernetes/update-ingress', kind: 'Ingress', alias: 'networking.actions.update_ingress' }),
  createNetworkPolicy,
  deleteByName({ name: 'kubernetes/remove-network-policy', kind: 'NetworkPolicy', alias: 'networking.actions.remove_network_policy' }),
  fixedPolicy('kubernetes/deny-all-ingress', 'deny_all_ingress', INGRESS_POLICY, 'Let no traffic to pods.', {
    policyTypes: ['Ingress'],
    ingress: [],
  }),
  fixedPolicy('kubernetes/deny-all-egress', 'deny_all_egress', EGRESS_POLICY, 'Let no traffic from pods.', { policyTypes: ['Egress'] }),
  fixedPolicy(
    'kubernetes/allow-dns-access',
    'allow_dns_access',
    DNS_POLICY,
    'Let pods ask for names, beside a policy that denies the rest.',
    {
      policyTypes: ['Egress'],
      egress: [{ to: [{ namespaceSelector: {} }], ports: DNS }],
    },
  ),
  removeFixedPolicy('kubernetes/remove-deny-all-ingress', 'remove_deny_all_ingress', INGRESS_POLICY),
  removeFixedPolicy('kubernetes/remove-deny-all-egress', 'remove_deny_all_egress', EGRESS_POLICY),
  removeFixedPolicy('kubernetes/remove-allow-dns-access', 'remove_allow_dns_access', DNS_POLICY),
];
