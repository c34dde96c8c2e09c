/** What pods say of themselves. */
import { z } from 'zod';
import { EvenkeelError, parseDuration } from '../../base/index.ts';
import { resourcePath } from '../../kubernetes/index.ts';
import type { Pod } from '../../kubernetes/index.ts';
import { failed, kubernetesActivity, namespaceParameter, selectors } from './_activity.ts';
import type { KubernetesActivity, KubernetesContext } from './_activity.ts';
import { POD } from './_pods.ts';

const BY_NAME = 'name in ({name})';
const byLabel = { label_selector: z.string(), ns: namespaceParameter };
const permissions = ['pods: list'];

async function listed(label: string | undefined, ns: string, { client, signal }: KubernetesContext): Promise<Pod[]> {
  return (await client.list<Pod>(POD, { namespace: ns, ...selectors(label), signal })).items;
}

async function some(label: string, ns: string, context: KubernetesContext): Promise<Pod[]> {
  const pods = await listed(label, ns, context);
  if (pods.length === 0) throw failed(`no pods '${label}' were found`);
  return pods;
}

/** False, or a failure where the experiment wants one. */
function no(raises: boolean, message: string): false {
  if (raises) throw failed(message);
  return false;
}

const countMinPods = kubernetesActivity({
  name: 'kubernetes/count-min-pods',
  kind: 'probe',
  summary: 'Whether at least so many pods are in a phase.',
  aliases: ['chaosk8s.pod.probes.count_min_pods'],
  parameters: z.object({ ...byLabel, phase: z.string().default('Running'), min_count: z.number().int().default(2) }),
  permissions,
  run: async ({ label_selector, ns, phase, min_count }, context) =>
    (await listed(label_selector, ns, context)).filter(({ status }) => status?.phase === phase).length >= min_count,
});

const podsInPhase = kubernetesActivity({
  name: 'kubernetes/pods-in-phase',
  kind: 'probe',
  summary: 'Whether all pods with a label are in a phase; none at all is a failure.',
  aliases: ['chaosk8s.pod.probes.pods_in_phase'],
  parameters: z.object({ ...byLabel, phase: z.string().default('Running'), raise_on_invalid_phase: z.boolean().default(true) }),
  permissions,
  run: async ({ label_selector, ns, phase, raise_on_invalid_phase }, context) => {
    const other = (await some(label_selector, ns, context)).find(({ status }) => status?.phase !== phase);
    return (
      other === undefined ||
      no(raise_on_invalid_phase, `pod '${label_selector}' is in phase '${other.status?.phase}' but should be '${phase}'`)
    );
  },
});

const podsNotInPhase = kubernetesActivity({
  name: 'kubernetes/pods-not-in-phase',
  kind: 'probe',
  summary: 'Whether no pod with a label is in a phase; none at all is a failure.',
  aliases: ['chaosk8s.pod.probes.pods_not_in_phase'],
  parameters: z.object({ ...byLabel, phase: z.string().default('Running'), raise_on_in_phase: z.boolean().default(true) }),
  permissions,
  run: async ({ label_selector, ns, phase, raise_on_in_phase }, context) => {
    const one = (await some(label_selector, ns, context)).find(({ status }) => status?.phase === phase);
    return one === undefined || no(raise_on_in_phase, `pod '${label_selector}' should not be in phase '${phase}'`);
  },
});

const podsInConditions = kubernetesActivity({
  name: 'kubernetes/pods-in-conditions',
  kind: 'probe',
  summary: 'Whether all pods with a label meet all of some conditions.',
  aliases: ['chaosk8s.pod.probes.pods_in_conditions'],
  parameters: z.object({
    ...byLabel,
    conditions: z.array(z.object({ type: z.string(), status: z.string() })),
    raise_on_invalid_conditions: z.boolean().default(true),
  }),
  permissions,
  run: async ({ label_selector, ns, conditions, raise_on_invalid_conditions: raises }, context) => {
    for (const { metadata, status } of await some(label_selector, ns, context)) {
      const missed = conditions.find(
        (wanted) => !status?.conditions?.some(({ type, status }) => type === wanted.type && status === wanted.status),
      );
      if (missed === undefined) continue;
      const said = `{'type': '${missed.type}', 'status': '${missed.status}'}`;
      return no(raises, `pod ${metadata.name} does not match the following given condition: ${said}`);
    }
    return true;
  },
});

const podIsNotAvailable = kubernetesActivity({
  name: 'kubernetes/pod-is-not-available',
  kind: 'probe',
  summary: 'Whether no pod with a label runs.',
  aliases: ['chaosk8s.pod.probes.pod_is_not_available', 'chaosk8s.probes.microservice_is_not_available'],
  parameters: z.object({
    name: z.string(),
    ns: namespaceParameter,
    label_selector: z.string().default(BY_NAME),
    raise_on_is_available: z.boolean().default(true),
  }),
  permissions,
  run: async ({ name, ns, label_selector, raise_on_is_available }, context) => {
    const pods = await listed(label_selector.replaceAll('{name}', name), ns, context);
    return !pods.some(({ status }) => status?.phase === 'Running') || no(raise_on_is_available, `pod '${name}' is actually running`);
  },
});

const allPodsHealthy = kubernetesActivity({
  name: 'kubernetes/all-pods-healthy',
  kind: 'probe',
  summary: 'Whether every pod of a namespace runs or has succeeded (readiness is not asked).',
  aliases: ['chaosk8s.pod.probes.all_pods_healthy', 'chaosk8s.probes.all_microservices_healthy'],
  parameters: z.object({ ns: namespaceParameter, raise_on_any_unhealthy: z.boolean().default(true) }),
  permissions,
  run: async ({ ns, raise_on_any_unhealthy }, context) => {
    const pods = await listed(undefined, ns, context);
    const healthy = pods.every(({ status }) => status?.phase === 'Running' || status?.phase === 'Succeeded');
    return healthy || no(raise_on_any_unhealthy, 'the system is unhealthy');
  },
});

const readPodLogs = kubernetesActivity({
  name: 'kubernetes/read-pod-logs',
  kind: 'probe',
  summary: 'The logs of pods with a label, by pod, with timestamps.',
  aliases: ['chaosk8s.pod.probes.read_pod_logs', 'chaosk8s.probes.read_microservices_logs'],
  parameters: z.object({
    name: z.string().nullish(),
    last: z.string().nullish().describe('how far back: `10 minutes`, `90s`'),
    ns: namespaceParameter,
    from_previous: z.boolean().default(false),
    label_selector: z.string().default(BY_NAME),
    container_name: z.string().nullish(),
  }),
  permissions: ['pods: list', 'pods/log: get'],
  run: async ({ name, last, ns, from_previous, label_selector, container_name }, context) => {
    const query = {
      ...(container_name ? { container: container_name } : {}),
      follow: 'false',
      previous: String(from_previous),
      timestamps: 'true',
      ...(last ? { sinceSeconds: String(secondsOf(last)) } : {}),
    };
    const logs: Record<string, string> = {};
    for (const { metadata } of await listed(label_selector.replaceAll('{name}', name ?? ''), ns, context)) {
      const text = await context.client.request('GET', resourcePath(POD, ns, metadata.name, 'log'), { query, signal: context.signal });
      logs[metadata.name] = typeof text === 'string' ? text : text === undefined ? '' : JSON.stringify(text);
    }
    return logs;
  },
});

/** `10 minutes`, `1 hour ago`, `90s`. Whole seconds, at least one. Errors: `INVALID_INPUT`. */
function secondsOf(text: string): number {
  const short = text
    .toLowerCase()
    .replace(/\s*ago\s*$/, '')
    .replaceAll(/(\d+)\s*(second|sec|minute|min|hour|day)s?/g, (_, amount: string, unit: string) => `${amount}${unit[0]}`);
  return Math.max(1, Math.round(parseDuration(short.replaceAll(/[\s,]|and/g, '')) / 1000));
}

const shouldBeFoundInLogs = kubernetesActivity({
  name: 'kubernetes/should-be-found-in-logs',
  kind: 'probe',
  summary: 'Whether a pattern is found in all (or any) of the logs that another probe read.',
  aliases: ['chaosk8s.pod.probes.should_be_found_in_logs'],
  parameters: z.object({
    pattern: z.string(),
    all_containers: z.boolean().default(true),
    value: z.record(z.string(), z.string()).nullish(),
  }),
  permissions: [],
  run: ({ pattern, all_containers, value }) => {
    const search = patternOf(pattern);
    const texts = Object.values(value ?? {});
    const found = all_containers ? texts.every((text) => search.test(text)) : texts.some((text) => search.test(text));
    return Promise.resolve(texts.length > 0 && found);
  },
});

function patternOf(pattern: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch (cause) {
    throw new EvenkeelError('INVALID_INPUT', `'${pattern}' is not a regular expression`, { blame: 'input', cause });
  }
}

/** One line a probe. */
export const podProbes: readonly KubernetesActivity[] = [
  countMinPods,
  podsInPhase,
  podsNotInPhase,
  podsInConditions,
  podIsNotAvailable,
  allPodsHealthy,
  readPodLogs,
  shouldBeFoundInLogs,
];
