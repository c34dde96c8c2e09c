import { EvenkeelError, nearest } from '../base/index.ts';
import type { ClusterModel } from '../cluster/index.ts';
import { createSchedulingState } from '../scheduling/index.ts';
import { predictFailure } from './predict-failure.ts';
import type { PredictionOptions } from './predict-failure.ts';
import type { Failure, Prediction } from './types.ts';

export interface SweepChoice {
  /** Each node, or those named. */
  readonly nodes?: boolean | readonly string[];
  /** Each zone, or those named. */
  readonly zones?: boolean | readonly string[];
  /** Each pair of nodes. */
  readonly pairs?: boolean;
}

/**
 * Predicts every failure of a kind, one by one, each from the cluster as it is now. Nothing chosen means each node.
 *
 * Errors: `NOT_FOUND` for an unknown node or zone, `INVALID_INPUT` when zones are asked for and the nodes carry no zone label.
 */
export function sweep(model: ClusterModel, options: PredictionOptions & SweepChoice): Prediction[] {
  return [...sweepEach(model, options)];
}

/** As `sweep`, one failure at a time: between two, whoever asks may tell how far it is, or stop. Errors: as `sweep`, at the first. */
export function* sweepEach(model: ClusterModel, options: PredictionOptions & SweepChoice): Generator<Prediction, void> {
  const failures = failuresOf(model, options);
  const scheduling = options.scheduling ?? createSchedulingState(model.snapshot);
  for (const failure of failures) yield predictFailure(model, failure, { ...options, scheduling });
}

/** The failures that a choice means, nodes first, then zones, then pairs. Errors: as `sweep`. */
export function failuresOf(model: ClusterModel, { nodes, zones, pairs }: SweepChoice): Failure[] {
  const names = model.nodes.map(({ name }) => name);
  const nothing = !nodes && !zones && !pairs;
  const chosenNodes = Array.isArray(nodes) ? nodes : nodes || nothing ? names : [];
  const failures: Failure[] = chosenNodes.map((node: string) => ({ kind: 'node', nodes: [node] }));
  for (const zone of chosenZones(model, zones)) {
    failures.push({ kind: 'zone', zone, nodes: model.nodes.filter((node) => node.zone === zone).map(({ name }) => name) });
  }
  if (pairs) names.forEach((a, place) => names.slice(place + 1).forEach((b) => failures.push({ kind: 'pair', nodes: [a, b] })));
  return failures;
}

function chosenZones(model: ClusterModel, zones: SweepChoice['zones']): readonly string[] {
  if (!zones) return [];
  if (model.zones.length === 0) {
    throw new EvenkeelError('INVALID_INPUT', 'the nodes carry no zone label', {
      blame: 'input',
      hint: 'Zones come from the node label topology.kubernetes.io/zone; this cluster stands in none.',
    });
  }
  if (zones === true) return model.zones;
  for (const zone of zones) {
    if (model.zones.includes(zone)) continue;
    const near = nearest(zone, model.zones);
    const hint = near === undefined ? `The zones are ${model.zones.join(', ')}.` : `Did you mean '${near}'?`;
    throw new EvenkeelError('NOT_FOUND', `there is no zone '${zone}'`, { blame: 'input', hint });
  }
  return zones;
}
