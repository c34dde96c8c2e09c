/** What becomes of the pods of dead nodes: who is evicted when, and where replacements land. */
import type { Random } from '../base/index.ts';
import { idOf, isPodTerminating } from '../cluster/index.ts';
import type { ClusterModel, WorkloadModel } from '../cluster/index.ts';
import { smallestTolerationSeconds } from '../kubernetes/index.ts';
import type { Node, Pod, Taint } from '../kubernetes/index.ts';
import type { SchedulingState } from '../scheduling/index.ts';
import { indexOf, podKey } from './model-index.ts';
import type { NodeNotice } from './notice-times.ts';
import { startUpTime } from './start-up-time.ts';
import type { ClockSettings, PodFate } from './types.ts';

export interface FateInput {
  readonly model: ClusterModel;
  readonly notices: readonly NodeNotice[];
  readonly settings: ClockSettings;
  /** A fork of its own: it is changed. */
  readonly scheduling: SchedulingState;
  readonly random: Pick<Random, 'integer'>;
}

/** From deletion to a bound replacement. Source: measured, up to 0.09 s. */
const REPLACE_MS = 50;
/** A Job waits before it tries again. Source: Kubernetes documentation, "Jobs", pod backoff failure policy. */
const JOB_BACKOFF_MS = 10_000;
const GRACE_SECONDS = 30;

const UNREACHABLE = 'node.kubernetes.io/unreachable';
const NO_SCHEDULE: Taint = { key: UNREACHABLE, effect: 'NoSchedule' };
const NO_EXECUTE: Taint = { key: UNREACHABLE, effect: 'NoExecute' };

interface Eviction {
  readonly pod: Pod;
  readonly node: string;
  readonly workload: WorkloadModel | undefined;
  readonly atMs: number | undefined;
}

/**
 * Plays the evictions in order of time; each replacement is placed in the cluster as it then is. Pods that are preempted to make room are
 * fates too, with the node that they had to leave.
 *
 * Source: Kubernetes documentation, "Taint based evictions"; measured behaviour of the workload controllers: a Deployment replaces at
 * the deletion, a StatefulSet only once the old pod is gone, which on a dead node it is not.
 */
export function podFates(input: FateInput): PodFate[] {
  const { model, notices, scheduling } = input;
  const index = indexOf(model);
  const workloadOf = (pod: Pod): WorkloadModel | undefined => index.workloadOf(pod);
  for (const { node, noExecute } of notices) {
    const object = index.node.get(node)?.object;
    if (object !== undefined) scheduling.upsert('Node', withTaints(object, noExecute !== undefined));
  }
  const queue = notices
    .flatMap((notice) =>
      model
        .podsOn(notice.node)
        .filter((pod) => !isPodTerminating(pod))
        .map((pod): Eviction => {
          const workload = workloadOf(pod);
          return { pod, node: notice.node, workload, atMs: evictionTime(pod, workload, notice, input.settings) };
        }),
    )
    .sort((a, b) => (a.atMs ?? Infinity) - (b.atMs ?? Infinity) || (podKey(a.pod) < podKey(b.pod) ? -1 : 1));
  const fates: PodFate[] = [];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) fates.push(playEviction(next, input, queue, workloadOf));
  return fates;
}

function playEviction(
  { pod, node, workload, atMs }: Eviction,
  { settings, scheduling, random, notices }: FateInput,
  queue: Eviction[],
  workloadOf: (pod: Pod) => WorkloadModel | undefined,
): PodFate {
  const fate = {
    namespace: pod.metadata.namespace ?? 'default',
    name: pod.metadata.name,
    node,
    workload: workload?.id ?? idOf('Pod', pod.metadata),
    evictedAtMs: atMs,
  };
  if (workload?.kind === 'DaemonSet') return { ...fate, fate: 'stays', replacement: undefined };
  if (atMs === undefined) return { ...fate, fate: 'stuck', replacement: undefined };
  scheduling.upsert('Pod', {
    ...pod,
    metadata: { ...pod.metadata, deletionTimestamp: '1970-01-01T00:00:00Z', deletionGracePeriodSeconds: GRACE_SECONDS },
  });
  if (workload === undefined || workload.kind === 'StatefulSet' || workload.kind === 'Pod')
    return { ...fate, fate: 'stuck', replacement: undefined };

  const newcomer = replacementOf(pod);
  const placement = scheduling.schedule(newcomer, random);
  const boundAtMs = atMs + REPLACE_MS + (workload.kind === 'Job' ? JOB_BACKOFF_MS : 0);
  if (placement.kind === 'placed' && notices.some((notice) => notice.node === placement.node)) {
    // A pod that tolerates the taints of a dead node is placed there again and again, and never starts.
    const message = `placed on ${placement.node} again, which is down: the pod tolerates its taints`;
    return { ...fate, fate: 'pending', replacement: { node: undefined, message } };
  }
  if (placement.kind === 'placed') {
    scheduling.upsert('Pod', {
      ...newcomer,
      spec: { ...newcomer.spec, containers: newcomer.spec?.containers ?? [], nodeName: placement.node },
    });
    return { ...fate, fate: 'replaced', replacement: { node: placement.node, readyAtMs: boundAtMs + startUpTime(workload, settings) } };
  }
  const { preemption } = placement;
  if (preemption === undefined) return { ...fate, fate: 'pending', replacement: { node: undefined, message: placement.message } };
  // Victims end within their grace period, then the newcomer takes their place; they themselves look for another.
  const room = preemption.victims.map((victim) => (victim.spec?.terminationGracePeriodSeconds ?? GRACE_SECONDS) * 1000);
  for (const victim of preemption.victims) {
    scheduling.remove('Pod', victim.metadata.namespace, victim.metadata.name);
    queue.push({ pod: victim, node: preemption.node, workload: workloadOf(victim), atMs: boundAtMs });
  }
  scheduling.upsert('Pod', {
    ...newcomer,
    spec: { ...newcomer.spec, containers: newcomer.spec?.containers ?? [], nodeName: preemption.node },
  });
  const readyAtMs = boundAtMs + Math.max(0, ...room) + startUpTime(workload, settings);
  return { ...fate, fate: 'replaced', replacement: { node: preemption.node, readyAtMs } };
}

/** When the taint evicts the pod; undefined = never. A pod without a toleration of its own has the one that admission gives to all. */
function evictionTime(
  pod: Pod,
  workload: WorkloadModel | undefined,
  { noExecute }: NodeNotice,
  settings: ClockSettings,
): number | undefined {
  const isStatic = pod.metadata.ownerReferences?.some(({ kind }) => kind === 'Node') ?? false;
  if (noExecute === undefined || isStatic || workload?.kind === 'DaemonSet') return undefined;
  const tolerations = pod.spec?.tolerations ?? [];
  const own = tolerations.some(({ key, effect }) => (key === UNREACHABLE || !key) && (effect === 'NoExecute' || !effect));
  const staysMs = own ? smallestTolerationSeconds([NO_EXECUTE], tolerations) * 1000 : settings.defaultTolerationMs;
  return Number.isFinite(staysMs) ? noExecute.atMs + staysMs : undefined;
}

function withTaints(node: Node, evicts: boolean): Node {
  const taints = [...(node.spec?.taints ?? []), NO_SCHEDULE, ...(evicts ? [NO_EXECUTE] : [])];
  return { ...node, spec: { ...node.spec, taints } };
}

/** The pod that a controller creates in place of another: its spec without a node, its labels without those that binding adds. */
function replacementOf({ metadata, spec }: Pod): Pod {
  const { nodeName: _, ...unbound } = spec ?? { containers: [] };
  const { 'topology.kubernetes.io/zone': _zone, 'topology.kubernetes.io/region': _region, ...labels } = metadata.labels ?? {};
  const { namespace = 'default', annotations, ownerReferences } = metadata;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${metadata.name}-replacement`,
      namespace,
      labels,
      ...(annotations === undefined ? {} : { annotations }),
      ...(ownerReferences === undefined ? {} : { ownerReferences }),
    },
    spec: unbound,
  };
}
