import type { Random } from '../base/index.ts';
import { EvenkeelError, nearest } from '../base/index.ts';
import type { ClusterModel, JourneyPath } from '../cluster/index.ts';
import { createSchedulingState } from '../scheduling/index.ts';
import type { SchedulingState } from '../scheduling/index.ts';
import { clockSettingsFor } from './clock-settings.ts';
import { downAlready } from './down-already.ts';
import { journeyImpacts } from './journey-impacts.ts';
import { indexOf } from './model-index.ts';
import { noticeTimes } from './notice-times.ts';
import { podFates } from './pod-fates.ts';
import { serviceImpacts } from './service-impacts.ts';
import { timelineOf } from './timeline.ts';
import type { ClockSettings, Failure, PodFate, Prediction, Verdict } from './types.ts';

export interface PredictionOptions {
  readonly random: Random;
  /** Default: those of the server's version. */
  readonly settings?: ClockSettings;
  readonly journeys?: readonly JourneyPath[];
  /** Tells of this namespace alone; all pods are played nevertheless, for they take room. */
  readonly namespace?: string | undefined;
  /** The cluster as the scheduler sees it, if it is at hand already. It is forked, not changed. */
  readonly scheduling?: SchedulingState;
}

/**
 * Predicts what happens when nodes stop without a word (power off, kernel panic, network cut) and do not come back.
 *
 * The verdict is the worst of the services and journeys; a workload without a service that loses all its pods counts as degraded.
 * The same seed gives the same prediction. Errors: `NOT_FOUND` for an unknown node.
 */
export function predictFailure(model: ClusterModel, failure: Failure, options: PredictionOptions): Prediction {
  const { namespace, journeys = [], settings = clockSettingsFor(model.snapshot.serverVersion) } = options;
  for (const node of failure.nodes) assertNode(model, node);
  const scheduling = options.scheduling?.fork() ?? createSchedulingState(model.snapshot);
  const notices = noticeTimes(model, failure.nodes, settings);
  const random = options.random.fork(failure.nodes.join());
  const everywhere = podFates({ model, notices, settings, scheduling, random });
  const pods = everywhere.filter((fate) => namespace === undefined || fate.namespace === namespace);
  const services = serviceImpacts(model, everywhere, notices).filter(
    ({ service }) => namespace === undefined || service.startsWith(`${namespace}/`),
  );
  const already = downAlready(model, namespace);
  const impacts = journeyImpacts(model, journeys, { impacts: services, already });
  const verdict = worst([...services, ...impacts].map((impact) => impact.verdict).concat(idleWorkloads(model, pods)));
  return {
    failure,
    verdict,
    pods,
    services,
    journeys: impacts,
    timeline: timelineOf(model, notices, pods),
    settings,
    ...(already.length > 0 && { downAlready: already }),
  };
}

const ORDER: readonly Verdict[] = ['survives', 'degraded', 'down'];

/** The worst of some verdicts; `survives` of none. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  return ORDER[Math.max(0, ...verdicts.map((verdict) => ORDER.indexOf(verdict)))] ?? 'survives';
}

function idleWorkloads(model: ClusterModel, fates: readonly PodFate[]): Verdict[] {
  const lost = new Map<string, number>();
  for (const { workload, fate } of fates) if (fate !== 'stays') lost.set(workload, (lost.get(workload) ?? 0) + 1);
  return [...lost]
    .flatMap(([id, count]) => {
      const workload = model.workload(id);
      const matters = workload !== undefined && workload.kind !== 'DaemonSet' && workload.kind !== 'Job' && workload.services.length === 0;
      return matters && count >= workload.pods.length ? [workload] : [];
    })
    .map(() => 'degraded');
}

/** Errors: `NOT_FOUND` unless the cluster has such a node. */
export function assertNode(model: ClusterModel, name: string): void {
  if (indexOf(model).node.has(name)) return;
  const names = model.nodes.map((node) => node.name);
  const near = nearest(name, names) ?? names.find((candidate) => candidate.endsWith(name));
  throw new EvenkeelError('NOT_FOUND', `there is no node '${name}'`, {
    blame: 'input',
    hint: near === undefined ? `The nodes are ${names.slice(0, 10).join(', ')}.` : `Did you mean '${near}'?`,
  });
}
