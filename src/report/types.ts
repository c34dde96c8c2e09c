/** The data behind a report; what the HTML, Markdown and JUnit writers draw. */
import type { Journal, UndoRecord } from '../experiment/index.ts';
import type { HardeningPlan } from '../hardening/index.ts';
import type { JourneyRecord } from '../journeys/index.ts';
import type { Prediction, Verdict } from '../whatif/index.ts';

export type Tone = 'good' | 'bad' | 'warn' | 'neutral';

/** One thing that happened, on the aligned axis. Epoch milliseconds of the run's clock. */
export interface TimelineEvent {
  readonly atMs: number;
  readonly lane: 'run' | 'power' | 'node' | 'endpoints' | 'pod' | 'journey' | 'undo';
  /** What it is about: an instance, a node, a service. */
  readonly subject: string;
  readonly what: string;
  readonly tone: 'good' | 'bad' | 'neutral';
}

/** Where the pods sat, small enough to keep in a journal. */
export interface SpreadSection {
  readonly namespace: string | undefined;
  readonly nodes: readonly { readonly name: string; readonly zone: string | undefined; readonly ready: boolean }[];
  readonly workloads: readonly {
    readonly id: string;
    readonly kind: string;
    readonly name: string;
    readonly namespace: string;
    readonly replicas: number;
    readonly ready: number;
    /** Pods per node, in the order of `nodes`; what is not bound is not counted. */
    readonly perNode: readonly number[];
    readonly pending: number;
    /** `namespace/name` of the Services in front of it, where known. */
    readonly services?: readonly string[];
  }[];
  readonly findings: readonly Finding[];
}

/** Something about the placement that ought to be known. */
export interface Finding {
  readonly rule: string;
  readonly severity: 'high' | 'medium' | 'low';
  readonly subject: string;
  readonly message: string;
}

/** A node that a fault took. */
export interface FaultSpan {
  readonly node: string;
  readonly atMs: number;
  readonly undoneAtMs: number | undefined;
}

/** What `evenkeel run` stores under `journal.evenkeel.sections`. */
export interface JournalSections {
  readonly spread?: SpreadSection;
  readonly prediction?: readonly Prediction[];
  readonly journeys?: readonly JourneyRecord[];
  readonly timeline?: readonly TimelineEvent[];
  /** Names of the nodes that the faults took, and when. */
  readonly faults?: readonly FaultSpan[];
}

export type PlanInput = Pick<HardeningPlan, 'changes' | 'leftAlone' | 'proof' | 'proven' | 'remaining'>;

export interface ReportInput {
  readonly title: string;
  readonly runs: readonly { readonly label: string; readonly journal: Journal }[];
  /** The plan between two runs, if there was one. */
  readonly plan?: PlanInput;
  /** What was done besides, in order, for the story. */
  readonly notes?: readonly string[];
  /** Of the wall's clock, also where the runs were in a lab's time. */
  readonly generatedAt: string;
}

/** What all writers draw. Everything derived is derived here, so that no two of them disagree. Published as JSON under `schema`. */
export interface ReportDocument {
  readonly schema: 'evenkeel.dev/report/1';
  readonly title: string;
  readonly generatedAt: string;
  readonly tone: Tone;
  /** The answer in one to three sentences. */
  readonly headline: readonly string[];
  readonly runs: readonly RunReport[];
  /** The first run beside the last, when there are two or more. */
  readonly comparison: readonly ComparisonRow[];
  readonly plan: PlanReport | undefined;
  /** What is left to do or to know, in words. */
  readonly remaining: readonly string[];
  readonly notes: readonly string[];
}

/** All times are epoch milliseconds of the run's clock; draw them relative to `zeroMs`. */
export interface RunReport {
  readonly label: string;
  readonly title: string;
  readonly description: string;
  readonly outcome: { readonly word: string; readonly tone: Tone; readonly detail: string };
  /** One sentence: what the failure did. */
  readonly summary: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** The first fault, else the start of the method: the 0 of the axis. */
  readonly zeroMs: number;
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  readonly faults: readonly FaultSpan[];
  readonly figures: RunFigures;
  readonly spread: SpreadSection | undefined;
  readonly whatIf: readonly WhatIfRow[];
  /** Services that were down before any failure; no verdict counts them. */
  readonly downAlready: readonly string[];
  readonly lanes: readonly TimelineLane[];
  readonly journeys: readonly JourneyRecord[];
  readonly blame: readonly BlameRow[];
  readonly measured: readonly MeasuredRow[];
  readonly activities: readonly ActivityRow[];
  readonly undo: readonly UndoRecord[];
}

/** What a headline is made of. Undefined = not measured. */
export interface RunFigures {
  /** The worst of the journeys' outages. */
  readonly outageMs: number | undefined;
  /** Share of the affected services' steps that failed in that outage, 0 to 1. */
  readonly failingShare: number | undefined;
  /** While the fault lasted, over all journeys, 0 to 1. */
  readonly availability: number | undefined;
  readonly p95Ms: number | undefined;
  readonly unknownMs: number | undefined;
  readonly servicesHit: readonly string[];
  readonly deviated: boolean;
}

export interface ComparisonRow {
  readonly what: string;
  readonly before: string;
  readonly after: string;
  readonly tone: Tone;
}

export interface PlanReport {
  readonly proven: boolean;
  readonly changes: readonly { readonly target: string; readonly fix: string; readonly summary: string; readonly why: string }[];
  readonly leftAlone: readonly { readonly workload: string; readonly reason: string; readonly suggestion: string }[];
  readonly proof: readonly { readonly claim: string; readonly holds: boolean; readonly detail: string }[];
  readonly remaining: readonly { readonly service: string; readonly workload: string; readonly why: string }[];
}

/** One failure of the sweep. */
export interface WhatIfRow {
  readonly failure: string;
  readonly nodes: readonly string[];
  /** It is the failure that the run then made. */
  readonly happened: boolean;
  readonly verdict: Verdict;
  readonly down: readonly { readonly service: string; readonly forMs: number | undefined }[];
  /** `failingShare` undefined: it loses no endpoint itself, but those of its requests fail that need a service which is down. */
  readonly partial: readonly { readonly service: string; readonly forMs: number | undefined; readonly failingShare: number | undefined }[];
  readonly journeys: readonly {
    readonly journey: string;
    readonly verdict: Verdict;
    readonly because: readonly string[];
    /** Broken before any failure, by a service that was down already. */
    readonly already: boolean;
  }[];
  /** Pods that find no place, or wait for the node's return: with the reason. */
  readonly stranded: readonly { readonly pod: string; readonly why: string }[];
}

/** A row group of the aligned timeline. */
export interface TimelineLane {
  readonly id: 'run' | 'power' | 'node' | 'endpoints' | 'pod' | 'journey' | 'steady-state' | 'undo';
  readonly label: string;
  readonly rows: readonly TimelineRow[];
}

export interface TimelineRow {
  readonly label: string;
  readonly spans: readonly TimelineSpan[];
  readonly marks: readonly { readonly atMs: number; readonly tone: Tone; readonly text: string; readonly predicted: boolean }[];
}

export interface TimelineSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly tone: Tone;
  readonly text: string;
  readonly predicted: boolean;
}

/** A service at which users met failures, the worst first. */
export interface BlameRow {
  readonly service: string;
  readonly journey: string;
  readonly attempts: number;
  readonly failed: number;
  readonly outageMs: number;
  /** The most frequent failure in words. */
  readonly failure: string;
  /** Workloads without a pod elsewhere, services predicted to break it. */
  readonly why: string;
}

/** A prediction beside its measurement. */
export interface MeasuredRow {
  readonly subject: string;
  readonly what: string;
  /** For as long as the node was gone: what would have lasted longer is cut at its return. */
  readonly predictedMs: number | undefined;
  /** What it would have been, had the node not returned; absent when nothing was cut. `Infinity` has no JSON: null = until its return. */
  readonly uncutMs?: number | null;
  readonly measuredMs: number | undefined;
  /** `close`: within 15 % or 15 s; `unknown`: not measured. */
  readonly agreement: 'close' | 'off' | 'unknown';
}

export interface ActivityRow {
  readonly section: 'steady state before' | 'method' | 'steady state after' | 'rollbacks';
  readonly name: string;
  readonly kind: 'probe' | 'action' | 'unknown';
  readonly status: 'succeeded' | 'failed' | 'not met' | 'left out' | 'unknown';
  readonly startMs: number | undefined;
  readonly durationMs: number | undefined;
  readonly detail: string;
}
