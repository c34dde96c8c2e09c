/** Whether workloads are available: now, or within a time. */
import { z } from 'zod';
import type { KubeObject } from '../../kubernetes/index.ts';
import { failed, kind, kubernetesActivity, labelParameter, namespaceParameter, selectors } from './_activity.ts';
import type { KubernetesActivity, KubernetesContext } from './_activity.ts';

interface Counted extends KubeObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly desiredNumberScheduled?: number;
    readonly numberReady?: number;
    readonly numberAvailable?: number;
  };
}

interface Counts {
  readonly desired: number;
  readonly ready: number;
  readonly available: number;
}

function countsOf({ spec, status }: Counted): Counts {
  return {
    desired: status?.desiredNumberScheduled ?? spec?.replicas ?? 1,
    ready: status?.numberReady ?? status?.readyReplicas ?? 0,
    available: status?.numberAvailable ?? status?.availableReplicas ?? 0,
  };
}

const target = { name: z.string(), ns: namespaceParameter, label_selector: labelParameter };

interface NowSpec {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly kind: string;
  readonly summary: string;
  /** Name of the argument that turns a no into false instead of a failure; undefined = a no is always false. */
  readonly raiseParameter: string | undefined;
  readonly holds: (counts: Counts) => boolean;
  readonly complaint: string;
}

/** Looks once. */
function now({ name, aliases, kind: kindName, summary, raiseParameter, holds, complaint }: NowSpec): KubernetesActivity {
  const resource = kind(kindName);
  return kubernetesActivity({
    name,
    kind: 'probe',
    summary,
    aliases,
    parameters: z.object({ ...target, ...(raiseParameter === undefined ? {} : { [raiseParameter]: z.boolean().default(true) }) }),
    permissions: [`${resource.plural}: list`],
    run: async (args, { client, signal }) => {
      const { name: target, ns, label_selector: label } = args;
      const raises = raiseParameter !== undefined && raiseParameterOf(args, raiseParameter);
      const { items } = await client.list<Counted>(resource, { namespace: ns, ...selectors(label, `metadata.name=${target}`), signal });
      if (items.length === 0 && raises) throw failed(`${kindName} '${target}' was not found`);
      const good = items.length > 0 && items.every((item) => holds(countsOf(item)));
      if (!good && raises) throw failed(`${kindName} '${target}' ${complaint}`);
      return good;
    },
  });
}

interface WithinSpec {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly kind: string;
  readonly fully: boolean;
  readonly raiseParameter: string | undefined;
  /** What the workload is called in the failure's text. */
  readonly noun: string;
}

/** Watches until it holds or the time is over: all of it, not since the last event. */
function within({ name, aliases, kind: kindName, fully, raiseParameter, noun }: WithinSpec): KubernetesActivity {
  const resource = kind(kindName);
  return kubernetesActivity({
    name,
    kind: 'probe',
    summary: `Wait until a ${kindName} is ${fully ? 'fully available' : 'no longer fully available'}.`,
    aliases,
    parameters: z.object({
      ...target,
      timeout: z.number().positive().default(30).describe('seconds'),
      ...(raiseParameter === undefined ? {} : { [raiseParameter]: z.boolean().default(true) }),
    }),
    permissions: [`${resource.plural}: list, watch`],
    run: async (args, context) => {
      const { name: target, ns, label_selector: label, timeout } = args;
      const options = { namespace: ns, ...selectors(label, `metadata.name=${target}`) };
      const met = await waitFor(
        context,
        timeout * 1000,
        async function* (signal) {
          for await (const event of context.client.watch<Counted>(resource, { ...options, signal })) {
            if (event.type !== 'DELETED') yield* event.type === 'RESET' ? event.objects : [event.object];
          }
        },
        (object) => {
          const { desired, ready } = countsOf(object);
          return (ready === desired) === fully;
        },
      );
      if (!met && raiseParameter !== undefined && raiseParameterOf(args, raiseParameter)) {
        throw failed(`${noun} '${target}' failed to ${fully ? 'recover' : 'stop running'} within ${timeout}s`);
      }
      return met;
    },
  });
}

async function waitFor<T>(
  { clock, signal }: KubernetesContext,
  limitMs: number,
  objects: (signal: AbortSignal) => AsyncIterable<T>,
  holds: (object: T) => boolean,
): Promise<boolean> {
  const stop = new AbortController();
  const cancel = clock.after(limitMs, () => stop.abort());
  try {
    for await (const object of objects(AbortSignal.any([signal, stop.signal]))) if (holds(object)) return true;
    return false;
  } catch (thrown) {
    // The limit may strike in the middle of the first list.
    if (stop.signal.aborted && !signal.aborted) return false;
    throw thrown;
  } finally {
    cancel();
    stop.abort();
  }
}

function raiseParameterOf(args: object, name: string): boolean {
  return Object.entries(args).some(([key, value]) => key === name && value === true);
}

const deployment = { kind: 'Deployment' };
const daemonSet = { kind: 'DaemonSet', raiseParameter: undefined };
/** None of none is healthy: a workload that was scaled to zero is as it was meant to be. */
const healthy = ({ desired, available }: Counts): boolean => available === desired;
const partly = ({ desired, ready, available }: Counts): boolean => desired === 0 || (ready > 0 && available > 0);

/** One line a probe. */
export const availabilityProbes: readonly KubernetesActivity[] = [
  now({
    ...deployment,
    name: 'kubernetes/deployment-available-and-healthy',
    aliases: ['chaosk8s.deployment.probes.deployment_available_and_healthy', 'chaosk8s.probes.microservice_available_and_healthy'],
    summary: 'Whether as many replicas of a deployment are available as are wanted.',
    raiseParameter: 'raise_on_unavailable',
    holds: healthy,
    complaint: 'is not healthy',
  }),
  now({
    ...deployment,
    name: 'kubernetes/deployment-partially-available',
    aliases: ['chaosk8s.deployment.probes.deployment_partially_available'],
    summary: 'Whether at least one replica of a deployment is available.',
    raiseParameter: 'raise_on_not_partially_available',
    holds: partly,
    complaint: 'is not healthy',
  }),
  within({
    ...deployment,
    name: 'kubernetes/deployment-fully-available',
    aliases: ['chaosk8s.deployment.probes.deployment_fully_available', 'chaosk8s.probes.deployment_is_fully_available'],
    fully: true,
    raiseParameter: 'raise_on_not_fully_available',
    noun: 'deployment',
  }),
  within({
    ...deployment,
    name: 'kubernetes/deployment-not-fully-available',
    aliases: ['chaosk8s.deployment.probes.deployment_not_fully_available', 'chaosk8s.probes.deployment_is_not_fully_available'],
    fully: false,
    raiseParameter: 'raise_on_fully_available',
    noun: 'deployment',
  }),
  within({
    kind: 'StatefulSet',
    name: 'kubernetes/statefulset-fully-available',
    aliases: ['chaosk8s.statefulset.probes.statefulset_fully_available'],
    fully: true,
    raiseParameter: 'raise_on_not_fully_available',
    noun: 'microservice',
  }),
  within({
    kind: 'StatefulSet',
    name: 'kubernetes/statefulset-not-fully-available',
    aliases: ['chaosk8s.statefulset.probes.statefulset_not_fully_available'],
    fully: false,
    raiseParameter: 'raise_on_fully_available',
    noun: 'microservice',
  }),
  now({
    ...daemonSet,
    name: 'kubernetes/daemon-set-available-and-healthy',
    aliases: ['chaosk8s.daemonset.probes.daemon_set_available_and_healthy'],
    summary: 'Whether a daemon set is available on every node that it wants.',
    holds: healthy,
    complaint: 'is not healthy',
  }),
  now({
    ...daemonSet,
    name: 'kubernetes/daemon-set-partially-available',
    aliases: ['chaosk8s.daemonset.probes.daemon_set_partially_available'],
    summary: 'Whether a daemon set is available on at least one node.',
    holds: partly,
    complaint: 'is not healthy',
  }),
  within({
    ...daemonSet,
    name: 'kubernetes/daemon-set-fully-available',
    aliases: ['chaosk8s.daemonset.probes.daemon_set_fully_available'],
    fully: true,
    noun: 'daemon set',
  }),
  within({
    ...daemonSet,
    name: 'kubernetes/daemon-set-not-fully-available',
    aliases: ['chaosk8s.daemonset.probes.daemon_set_not_fully_available'],
    fully: false,
    noun: 'daemon set',
  }),
];
