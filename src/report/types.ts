/** The data behind a report; what the HTML, Markdown and JUnit writers draw. */
import type { Journal } from '../experiment/index.ts';
import type { HardeningPlan } from '../hardening/index.ts';
import type { JourneyRecord } from '../journeys/index.ts';
import type { Prediction } from '../whatif/index.ts';

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
  }[];
  readonly findings: readonly {
    readonly rule: string;
    readonly severity: 'high' | 'medium' | 'low';
    readonly subject: string;
    readonly message: string;
  }[];
}

/** What `evenkeel run` stores under `journal.evenkeel.sections`. */
export interface JournalSections {
  readonly spread?: SpreadSection;
  readonly prediction?: readonly Prediction[];
  readonly journeys?: readonly JourneyRecord[];
  readonly timeline?: readonly TimelineEvent[];
  /** Names of the nodes that the faults took, and when. */
  readonly faults?: readonly { readonly node: string; readonly atMs: number; readonly undoneAtMs: number | undefined }[];
}

export interface ReportInput {
  readonly title: string;
  readonly runs: readonly { readonly label: string; readonly journal: Journal }[];
  /** The plan between two runs, if there was one. */
  readonly plan?: Pick<HardeningPlan, 'changes' | 'leftAlone' | 'proof' | 'proven' | 'remaining'>;
  /** What was done besides, in order, for the story. */
  readonly notes?: readonly string[];
  readonly generatedAt: string;
}
