/** Whether things are there, and the events of a cluster. */
import { z } from 'zod';
import { failed, kind, kubernetesActivity, labelParameter, namespaceParameter, selectors } from './_activity.ts';
import type { KubernetesActivity } from './_activity.ts';
import { existsProbe } from './_objects.ts';

const SERVICE = kind('Service');

/** Existence only: whether endpoints answer is for other probes. A placeholder {name} in the selector is filled in. */
function serviceProbe(name: string, alias: string, selector: string | null): KubernetesActivity {
  return kubernetesActivity({
    name,
    kind: 'probe',
    summary: 'Whether a service is there.',
    aliases: [`chaosk8s.${alias}`],
    parameters: z.object({
      name: z.string().nullish(),
      ns: namespaceParameter,
      label_selector: labelParameter.default(selector),
      raise_if_service_not_initialized: z.boolean().default(true),
    }),
    permissions: ['services: list'],
    run: async ({ name, ns, label_selector, raise_if_service_not_initialized: raises }, { client, signal }) => {
      // The default selector stands for the name, which is asked for already.
      const label = label_selector === selector ? undefined : label_selector?.replaceAll('{name}', name ?? '');
      const { items } = await client.list(SERVICE, {
        namespace: ns,
        ...selectors(label, name ? `metadata.name=${name}` : undefined),
        signal,
      });
      if (items.length === 0 && raises) throw failed(`service '${name}' is not initialized`);
      return items.length > 0;
    },
  });
}

const getEvents = kubernetesActivity({
  name: 'kubernetes/get-events',
  kind: 'probe',
  summary: 'Events of all namespaces, as the API lists them.',
  aliases: ['chaosk8s.event.probes.get_events'],
  parameters: z.object({
    label_selector: labelParameter,
    field_selector: z.string().nullish(),
    limit: z.number().int().positive().default(100),
  }),
  permissions: ['events: list'],
  run: ({ label_selector, field_selector, limit }, { client, signal }) =>
    client.request('GET', '/apis/events.k8s.io/v1/events', {
      query: { ...selectors(label_selector, field_selector ?? undefined), limit: String(limit) },
      signal,
    }),
});

/** One line a probe. */
export const objectProbes: readonly KubernetesActivity[] = [
  existsProbe({ name: 'kubernetes/namespace-exists', kind: 'Namespace', alias: 'namespace.probes.namespace_exists' }),
  existsProbe({ name: 'kubernetes/ingress-exists', kind: 'Ingress', alias: 'networking.probes.ingress_exists' }),
  existsProbe({ name: 'kubernetes/secret-exists', kind: 'Secret', alias: ['secret.probes.secret_exists', 'probes.secret_exists'] }),
  serviceProbe('kubernetes/service-is-initialized', 'service.probes.service_is_initialized', null),
  serviceProbe('kubernetes/service-endpoint-is-initialized', 'probes.service_endpoint_is_initialized', 'name in ({name})'),
  getEvents,
];
