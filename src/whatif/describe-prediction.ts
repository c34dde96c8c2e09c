import { formatDuration, formatPercent, listInWords } from '../base/index.ts';
import type { Prediction, ServiceImpact, Span } from './types.ts';

/** A prediction in plain words, ready to stand in a table's cells. */
export interface PredictionInWords {
  /** `node aks-…000009`, `zone westeurope-1`, `nodes a and b`. */
  readonly failure: string;
  readonly verdict: Prediction['verdict'];
  /** One line per service that is hurt, the worst first. */
  readonly services: readonly string[];
  readonly journeys: readonly string[];
  /** What comes back where, what stays Pending and why, what is stuck. */
  readonly pods: readonly string[];
}

/** Says a prediction in words. `nodeName` may shorten names. */
export function describePrediction(prediction: Prediction, nodeName: (name: string) => string = (name) => name): PredictionInWords {
  const { failure, verdict, services, journeys, pods } = prediction;
  const nodes = listInWords(failure.nodes.map(nodeName));
  const hurt = [...services].sort((a, b) => rank(a) - rank(b));
  return {
    failure: failure.kind === 'zone' ? `zone ${failure.zone} (${nodes})` : failure.kind === 'pair' ? `nodes ${nodes}` : `node ${nodes}`,
    verdict,
    services: hurt.map(describeService),
    journeys: journeys
      .filter((journey) => journey.verdict !== 'survives')
      .map(
        ({ journey, verdict, because, down }) =>
          `${journey}: ${verdict}${down === undefined ? '' : ` ${forHow(down)}`} (${listInWords(because.map(localName))})`,
      ),
    pods: pods.flatMap(({ name, fate, replacement }) => {
      if (fate === 'stays') return [];
      if (fate === 'stuck') return [`${name}: not replaced until the node returns`];
      if (replacement?.node === undefined) return [`${name}: its replacement stays Pending: ${replacement?.message ?? 'no node takes it'}`];
      return [`${name}: replaced on ${nodeName(replacement.node)} after ${formatDuration(replacement.readyAtMs)}`];
    }),
  };
}

/** `search: down for 5 min 58 s, both endpoints lost`. */
export function describeService({ service, verdict, lost, readyBefore, down, partial, failingShare, brokenBy }: ServiceImpact): string {
  const name = localName(service);
  // What a service calls is no news while none of its own endpoints answers.
  const itself = lost > 0 && lost === readyBefore;
  const callees = brokenBy === undefined ? [] : brokenBy.services.map(localName);
  const through = callees.length === 0 || itself ? '' : `, because ${listInWords(callees)} ${callees.length === 1 ? 'is' : 'are'} down`;
  if (verdict === 'down' && down !== undefined) {
    const own = itself ? `, ${lost === 1 ? 'its only endpoint' : lost === 2 ? 'both endpoints' : `all ${lost} endpoints`} lost` : '';
    return `${name}: down ${forHow(down)}${own}${through}`;
  }
  if (partial !== undefined)
    return `${name}: ${formatPercent(failingShare)} of requests fail ${forHow(partial)}, ${lost} of ${readyBefore} endpoints lost${through}`;
  return brokenBy === undefined ? `${name}: ${verdict}` : `${name}: some requests fail ${forHow(brokenBy.span)}${through}`;
}

function forHow({ fromMs, toMs }: Span): string {
  return toMs === undefined ? 'until the node returns' : `for ${formatDuration(toMs - fromMs)}`;
}

function rank({ verdict, down }: ServiceImpact): number {
  const order = { down: 0, degraded: 1, survives: 2 };
  return order[verdict] * 2 + (down !== undefined && down.toMs === undefined ? 0 : 1);
}

function localName(service: string): string {
  return service.split('/').at(-1) ?? service;
}
