/** Clears away pods that nobody else can: of deleted nodes, stuck on out-of-service ones, too many finished. Source: pkg/controller/podgc (1.36). */
import { every, type Cancel } from '../../../base/index.ts';
import type { Node, Pod } from '../../../kubernetes/index.ts';
import type { Controller, ControllerContext } from '../runtime/controller.ts';
import { guarded } from '../runtime/guarded.ts';
import { isFinished, isTerminating } from '../runtime/pods.ts';
import { deleteDisruptedPod, type Disruption } from './delete-disrupted-pod.ts';
import { readyOf } from './node-health.ts';
import { OUT_OF_SERVICE } from './taints.ts';

export const podGarbageCollector: Controller = {
  name: 'pod-garbage-collector-controller',
  summary:
    'Every 20 s deletes pods of nodes that are gone (after 40 s), terminating pods of out-of-service nodes, and finished pods beyond a limit.',
  start(context) {
    const { clock, timing } = context;
    const missingSince = new Map<string, number>();
    let cancelPeriod: Cancel = () => {};
    const cancelFirst = clock.after(timing.podGcPhaseMs ?? timing.podGcPeriodMs, () => {
      const pass = guarded(context.log, podGarbageCollector.name, () => collect(context, missingSince));
      cancelPeriod = every(clock, timing.podGcPeriodMs, pass);
      pass();
    });
    return () => {
      cancelFirst();
      cancelPeriod();
    };
  },
};

/** Pods are marked Failed before they are deleted since this minor version. */
const MARKED_SINCE = 26;
const OUT_OF_SERVICE_SINCE = 26;
const FORCE = { gracePeriodSeconds: 0 };

function collect(context: ControllerContext, missingSince: Map<string, number>): void {
  const { api, clock, timing } = context;
  const pods = api.list<Pod>('Pod');
  const nodes = new Map(api.list<Node>('Node').map((node) => [node.metadata.name, node]));
  const quarantined = new Set<string>();
  for (const pod of pods) {
    const name = pod.spec?.nodeName;
    if (name !== undefined && name !== '' && !nodes.has(name)) quarantined.add(name);
  }
  for (const name of missingSince.keys()) if (!quarantined.has(name)) missingSince.delete(name);
  for (const name of quarantined) if (!missingSince.has(name)) missingSince.set(name, clock.now());
  const isLost = (name: string): boolean => clock.now() - (missingSince.get(name) ?? Infinity) >= timing.podGcQuarantineMs;

  const finished = pods.filter(isFinished).sort(byEvictionAndAge);
  for (const pod of finished.slice(0, Math.max(0, finished.length - timing.terminatedPodThreshold))) remove(context, pod);
  for (const pod of pods) {
    const name = pod.spec?.nodeName ?? '';
    const node = nodes.get(name);
    if (name === '') {
      if (isTerminating(pod)) remove(context, pod);
    } else if (node === undefined) {
      if (isLost(name)) remove(context, pod, { reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists' });
    } else if (context.minor >= OUT_OF_SERVICE_SINCE && isTerminating(pod) && readyOf(node) !== 'True' && isOutOfService(node)) {
      remove(context, pod);
    }
  }
}

/** Pods that were evicted by their nodes first. */
function byEvictionAndAge(a: Pod, b: Pod): number {
  const isEvicted = ({ status }: Pod): boolean => status?.phase === 'Failed' && status.reason === 'Evicted';
  return (
    Number(isEvicted(b)) - Number(isEvicted(a)) ||
    (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? '') ||
    a.metadata.name.localeCompare(b.metadata.name)
  );
}

/** Nobody else would end the pod's phase. A pod that has ended is told nothing any more. What is refused stops none of the others. */
function remove(context: ControllerContext, pod: Pod, why: Pick<Disruption, 'reason' | 'message'> = { reason: '', message: '' }): void {
  const isEnding = !isFinished(pod) && context.minor >= MARKED_SINCE;
  const end = (): void => deleteDisruptedPod(context, pod, isEnding ? { ...why, failed: true } : undefined, FORCE);
  guarded(context.log, podGarbageCollector.name, end)();
}

const isOutOfService = (node: Node): boolean => (node.spec?.taints ?? []).some(({ key }) => key === OUT_OF_SERVICE);
