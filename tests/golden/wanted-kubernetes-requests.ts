/** What is wanted where the recorded driver has a defect: a check for each such case. */
import type { Outcome } from './suites/kubernetes-requests.ts';

const asked = ({ changes }: Outcome): string => changes.map(({ method, path }) => `${method} ${path}`).join(', ');
const size = (value: unknown): number => (Array.isArray(value) ? value.length : -1);
const lastPatch = ({ changes }: Outcome): string | null | undefined => changes.find(({ method }) => method === 'PATCH')?.content_type;

const chaosSpec = (changes: Outcome['changes']): { value?: string; action?: string } | undefined =>
  (changes[0]?.body as { spec?: { value?: string; action?: string } } | undefined)?.spec;

export const WANTED: Readonly<Record<string, (outcome: Outcome) => boolean>> = {
  'node.actions.delete_nodes#count': ({ returned }) => size(returned) === 2 && new Set(returned as string[]).size === 2,
  'node.actions.delete_nodes#all': ({ returned, changes }) => size(returned) > 1 && changes.length === size(returned),
  'node.actions.create_node': ({ returned }) => (returned as { metadata?: { name?: string } } | undefined)?.metadata?.name === 'worker-9',
  'node.actions.drain_nodes#bare-pod': ({ failure }) => failure?.includes('unmanaged') === true,
  'node.actions.drain_nodes#no-volumes': (outcome) => asked(outcome).includes('/eviction') && size(outcome.returned) === 1,
  'node.actions.drain_nodes#pdb-429': (outcome) => outcome.failure !== undefined && outcome.changes.filter(({ path }) => path.endsWith('/eviction')).length > 3,
  'deployment.probes.deployment_available_and_healthy#zero-replicas': ({ returned }) => returned === true,
  'deployment.probes.deployment_partially_available#none-ready': ({ failure }) => failure?.includes("'web'") === true,
  'crd.actions.patch_custom_object': (outcome) => lastPatch(outcome) === 'application/merge-patch+json',
  'crd.actions.patch_cluster_custom_object': (outcome) => lastPatch(outcome) === 'application/merge-patch+json',
  'crd.actions.replace_custom_object': (outcome) => asked(outcome) === 'PUT /apis/golden.example/v1/namespaces/shop/widgets/w1',
  'crd.actions.replace_cluster_custom_object': (outcome) => asked(outcome) === 'PUT /apis/golden.example/v1/bigwidgets/b1',
  'crd.actions.apply_from_json': ({ changes }) => (changes[0]?.body as { kind?: string } | undefined)?.kind === 'Widget',
  'crd.actions.apply_from_json#no-namespace': ({ changes }) => (changes[0]?.body as { kind?: string } | undefined)?.kind === 'BigWidget',
  'crd.actions.apply_from_yaml': ({ changes }) => (changes[0]?.body as { kind?: string } | undefined)?.kind === 'Widget',
  'crd.actions.apply_from_yaml#core-kind': (outcome) => asked(outcome) === 'POST /api/v1/namespaces/shop/services',
  'actions.kill_microservice': (outcome) => outcome.failure === undefined && asked(outcome).startsWith('DELETE /apis/apps/v1/namespaces/shop/deployments/cart'),
  'probes.microservice_available_and_healthy': ({ returned }) => returned === true,
  'probes.service_endpoint_is_initialized': ({ failure }) => failure === undefined,
  'chaosmesh.network.actions.add_latency#fixed': ({ changes }) => chaosSpec(changes)?.value === '2',
  'chaosmesh.network.actions.set_bandwidth': ({ changes }) => chaosSpec(changes)?.action === 'bandwidth',
  // The recording has no answer to it, for the original never asks.
  'pod.actions.exec_in_pods': ({ failure }) => failure?.includes('shop/cart-6d5f7-aaaaa') === true,
};
