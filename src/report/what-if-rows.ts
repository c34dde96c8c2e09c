import type { Prediction, Span } from '../whatif/index.ts';
import type { FaultSpan, WhatIfRow } from './types.ts';
import { shortNodeName } from './words.ts';

const SEVERITY = { down: 0, degraded: 1, survives: 2 } as const;

/** The sweep as a table, the worst first; what then happened is marked. */
export function whatIfRows(predictions: readonly Prediction[], faults: readonly FaultSpan[]): WhatIfRow[] {
  const names = [...new Set(predictions.flatMap(({ failure }) => failure.nodes))];
  const taken = new Set(faults.map(({ node }) => node));
  return predictions
    .map((prediction) => rowOf(prediction, names, taken))
    .toSorted((a, b) => SEVERITY[a.verdict] - SEVERITY[b.verdict] || a.failure.localeCompare(b.failure));
}

/** The prediction for exactly the nodes that a run took. */
export function predictionOf(predictions: readonly Prediction[], faults: readonly FaultSpan[]): Prediction | undefined {
  const taken = new Set(faults.map(({ node }) => node));
  return taken.size === 0 ? undefined : predictions.find(({ failure }) => sameNodes(failure.nodes, taken));
}

function sameNodes(nodes: readonly string[], taken: ReadonlySet<string>): boolean {
  return nodes.length === taken.size && nodes.every((node) => taken.has(node));
}

function rowOf(prediction: Prediction, names: readonly string[], taken: ReadonlySet<string>): WhatIfRow {
  const { failure } = prediction;
  const short = failure.nodes.map((node) => shortNodeName(node, names));
  return {
    failure: failure.kind === 'zone' ? `zone ${failure.zone}` : `${failure.kind === 'pair' ? 'nodes' : 'node'} ${short.join(' and ')}`,
    nodes: failure.nodes,
    happened: sameNodes(failure.nodes, taken),
    verdict: prediction.verdict,
    down: prediction.services.flatMap(({ service, down }) => (down === undefined ? [] : [{ service, forMs: lengthOf(down) }])),
    partial: prediction.services.flatMap(({ service, down, partial, failingShare, brokenBy }) => {
      const span = partial ?? brokenBy?.span;
      if (down !== undefined || span === undefined) return [];
      return [{ service, forMs: lengthOf(span), failingShare: partial === undefined ? undefined : failingShare }];
    }),
    journeys: prediction.journeys.map(({ journey, verdict, because, brokenAlready }) => ({
      journey,
      verdict,
      because,
      already: brokenAlready !== undefined,
    })),
    stranded: prediction.pods.flatMap((pod) => {
      if (pod.fate === 'stuck') return [{ pod: pod.name, why: 'waits for its node to return' }];
      if (pod.fate !== 'pending') return [];
      return [
        { pod: pod.name, why: pod.replacement?.node === undefined ? (pod.replacement?.message ?? 'finds no node') : 'finds no node' },
      ];
    }),
  };
}

function lengthOf(span: Span): number | undefined {
  return span.toMs === undefined ? undefined : span.toMs - span.fromMs;
}
