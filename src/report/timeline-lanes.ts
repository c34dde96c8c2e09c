import type { ActivityRun, Journal } from '../experiment/index.ts';
import type { JourneyRecord } from '../journeys/index.ts';
import type { Prediction, Span } from '../whatif/index.ts';
import type {
  ActivityRow,
  FaultSpan,
  JournalSections,
  SpreadSection,
  TimelineEvent,
  TimelineLane,
  TimelineRow,
  TimelineSpan,
  Tone,
} from './types.ts';
import { predictionOf } from './what-if-rows.ts';
import { shortNames, shortNodeName, timeOf } from './words.ts';

interface LaneInput {
  readonly journal: Journal;
  readonly sections: JournalSections;
  readonly activities: readonly ActivityRow[];
  readonly fromMs: number;
  readonly toMs: number;
}

const LABELS: Readonly<Record<TimelineLane['id'], string>> = {
  run: 'Experiment',
  power: 'Power (Azure)',
  node: 'Nodes',
  endpoints: 'Services',
  pod: 'Pods',
  journey: 'Journeys',
  'steady-state': 'Steady state',
  undo: 'Undo',
};

/** All that happened on one axis, in the order from cause to effect; predicted spans beside measured ones. Lanes with nothing in them are left out. */
export function timelineLanes(input: LaneInput): TimelineLane[] {
  const { sections, toMs } = input;
  const events = (sections.timeline ?? []).toSorted((a, b) => a.atMs - b.atMs);
  const nodes = (sections.spread?.nodes ?? []).map(({ name }) => name);
  const shorten = (subject: string): string => shortNodeName(subject, nodes);
  const fromEvents = (lane: TimelineEvent['lane']): TimelineRow[] =>
    eventRows(
      events.filter((event) => event.lane === lane),
      toMs,
      shorten,
    );
  const [first] = sections.faults ?? [];
  const prediction = predictionOf(sections.prediction ?? [], sections.faults ?? []);
  const rows: Readonly<Record<TimelineLane['id'], readonly TimelineRow[]>> = {
    run: [...activityRow(input), ...runRows(input, fromEvents('run'))],
    power: fromEvents('power'),
    node: withPredicted(
      fromEvents('node'),
      prediction === undefined || first === undefined ? [] : nodePredictions(prediction, first, toMs, shorten),
    ),
    endpoints: withPredicted(
      fromEvents('endpoints'),
      prediction === undefined || first === undefined ? [] : servicePredictions(prediction, first, toMs),
    ),
    pod: podRows(events, sections.spread, toMs),
    journey: [...(sections.journeys ?? []).map(journeyRow), ...fromEvents('journey')],
    'steady-state': steadyStateRows(input.journal),
    undo: undoRows(input.journal, fromEvents('undo')),
  };
  // Object literals keep their order; the cast names the keys that the type above just demanded.
  return (Object.keys(rows) as TimelineLane['id'][])
    .map((id) => ({ id, label: LABELS[id], rows: rows[id] }))
    .filter(({ rows: own }) => own.length > 0);
}

/** One row a workload: a pod's name says little, and its replacement has another. */
function podRows(events: readonly TimelineEvent[], spread: SpreadSection | undefined, endMs: number): TimelineRow[] {
  const workloads = (spread?.workloads ?? []).map(({ name }) => name).toSorted((a, b) => b.length - a.length);
  const ofWorkloads = events
    .filter(({ lane }) => lane === 'pod')
    .map((event) => {
      const pod = shortNames([event.subject])[0] ?? event.subject;
      const workload = workloads.find((name) => pod === name || pod.startsWith(`${name}-`));
      return workload === undefined || workload === pod
        ? event
        : { ...event, subject: workload, what: `${event.what} (${pod.slice(workload.length + 1)})` };
    });
  return eventRows(ofWorkloads, endMs, (label) => label);
}

/** A bad event opens a span that the next good one of the same subject closes. */
function eventRows(events: readonly TimelineEvent[], endMs: number, shorten: (subject: string) => string): TimelineRow[] {
  const subjects = [...new Set(events.map(({ subject }) => subject))];
  return subjects.map((subject) => {
    const own = events.filter((event) => event.subject === subject);
    const spans = badSpans(own, endMs);
    const label = shorten(shortNames([subject])[0] ?? subject);
    return { label, spans, marks: own.map(({ atMs, tone, what }) => ({ atMs, tone, text: what, predicted: false })) };
  });
}

/** From the first bad event to the next good one; what else goes wrong meanwhile is told by its mark. */
function badSpans(events: readonly TimelineEvent[], endMs: number): TimelineSpan[] {
  const spans: TimelineSpan[] = [];
  let begun: TimelineEvent | undefined;
  const close = (toMs: number): void => {
    if (begun === undefined) return;
    // A service with some endpoints left is impaired, not gone.
    const tone = begun.lane === 'endpoints' && /^[1-9]/.test(begun.what) ? 'warn' : 'bad';
    spans.push({ fromMs: begun.atMs, toMs, tone, text: begun.what, predicted: false });
    begun = undefined;
  };
  for (const event of events) {
    if (event.tone === 'bad') begun ??= event;
    else if (event.tone === 'good') close(event.atMs);
  }
  close(endMs);
  return spans;
}

function activityRow({ activities }: LaneInput): TimelineRow[] {
  const timed = activities.filter(({ section, startMs }) => startMs !== undefined && (section === 'method' || section === 'rollbacks'));
  if (timed.length === 0) return [];
  const spans = timed.map(({ name, startMs = 0, durationMs = 0, status, section }) => ({
    fromMs: startMs,
    toMs: startMs + durationMs,
    tone: status === 'failed' || status === 'not met' ? ('bad' as const) : ('neutral' as const),
    text: section === 'rollbacks' ? `rollback: ${name}` : name,
    predicted: false,
  }));
  return [{ label: 'activities', spans, marks: [] }];
}

/** What the run told besides its activities, which have spans of their own; a word about a moment opens no span. */
function runRows({ activities }: LaneInput, rows: readonly TimelineRow[]): TimelineRow[] {
  const played = new Set(activities.map(({ name }) => name));
  return rows.filter(({ label }) => !played.has(label)).map(({ label, marks }) => ({ label, marks, spans: [] }));
}

/** Measured rows with the predicted spans of the same label beneath; what was only predicted gets a row of its own. */
function withPredicted(rows: readonly TimelineRow[], predicted: readonly TimelineRow[]): TimelineRow[] {
  const labels = [...new Set([...rows, ...predicted].map(({ label }) => label))];
  return labels.map((label) => {
    const own = [...rows, ...predicted].filter((row) => row.label === label);
    return { label, spans: own.flatMap(({ spans }) => spans), marks: own.flatMap(({ marks }) => marks) };
  });
}

function servicePredictions(prediction: Prediction, fault: FaultSpan, toMs: number): TimelineRow[] {
  return prediction.services.flatMap(({ service, down, partial }) => {
    const spans = [
      ...(down === undefined ? [] : [spanAt(down, fault, toMs, 'bad', 'predicted: no endpoint answers')]),
      ...(partial === undefined ? [] : [spanAt(partial, fault, toMs, 'warn', 'predicted: some endpoints do not answer')]),
    ];
    return spans.length === 0 ? [] : [{ label: shortNames([service])[0] ?? service, spans, marks: [] }];
  });
}

function spanAt(span: Span, fault: FaultSpan, endMs: number, tone: Tone, text: string): TimelineSpan {
  const until = Math.min(endMs, fault.undoneAtMs ?? endMs);
  const toMs = span.toMs === undefined ? until : Math.min(until, fault.atMs + span.toMs);
  return { fromMs: fault.atMs + span.fromMs, toMs: Math.max(fault.atMs + span.fromMs, toMs), tone, text, predicted: true };
}

/** What the cluster is predicted to do, up to the node's return: as marks, because most of it is a moment. */
function nodePredictions(prediction: Prediction, fault: FaultSpan, toMs: number, shorten: (name: string) => string): TimelineRow[] {
  const until = Math.min(toMs, fault.undoneAtMs ?? toMs);
  const marks = prediction.timeline
    .filter(({ atMs }) => fault.atMs + atMs <= until)
    .map(({ atMs, what }) => ({ atMs: fault.atMs + atMs, tone: 'neutral' as const, text: `predicted: ${what}`, predicted: true }));
  return marks.length === 0 ? [] : [{ label: shorten(fault.node), spans: [], marks }];
}

/** Buckets with failures, joined to spans; the share of failures decides the tone. */
function journeyRow({ journey, buckets, bucketMs }: JourneyRecord): TimelineRow {
  const spans: TimelineSpan[] = [];
  for (const { atMs, ok, failed } of buckets) {
    const tone: Tone = ok + failed === 0 ? 'neutral' : failed === 0 ? 'good' : ok === 0 ? 'bad' : 'warn';
    const text = { good: 'all steps went well', warn: 'some steps failed', bad: 'all steps failed', neutral: 'not measured' }[tone];
    const last = spans.at(-1);
    if (last?.tone === tone) spans[spans.length - 1] = { ...last, toMs: atMs + bucketMs };
    else spans.push({ fromMs: atMs, toMs: atMs + bucketMs, tone, text, predicted: false });
  }
  return { label: journey, spans, marks: [] };
}

function steadyStateRows(journal: Journal): TimelineRow[] {
  const { before, during, after } = journal.steady_states;
  const runs = [before, ...during, after].flatMap((state) => state?.probes ?? []);
  const names = [...new Set(runs.map(nameOf))];
  return names.map((name) => ({
    label: name,
    spans: [],
    marks: runs
      .filter((run) => nameOf(run) === name)
      .flatMap((run) => {
        const atMs = timeOf(run.start);
        const met = run.tolerance_met !== false && run.status !== 'failed';
        return atMs === undefined
          ? []
          : [
              {
                atMs,
                tone: met ? ('good' as const) : ('bad' as const),
                text: met ? 'as it should be' : 'not as it should be',
                predicted: false,
              },
            ];
      }),
  }));
}

const nameOf = ({ activity }: ActivityRun): string => activity.name ?? activity.ref ?? 'probe';

/** Each undo with what the run saw of it; events of an undo carry its summary or the beginning of it. */
function undoRows(journal: Journal, events: readonly TimelineRow[]): TimelineRow[] {
  const records = journal.evenkeel?.undo ?? [];
  const rows = records.map(({ summary, status, plannedAt, finishedAt }) => {
    const from = timeOf(plannedAt);
    const to = timeOf(finishedAt);
    const mended = status === 'mended' || status === 'already-mended';
    const marks = [
      ...(from === undefined ? [] : [{ atMs: from, tone: 'neutral' as const, text: 'undo written down', predicted: false }]),
      ...(to === undefined ? [] : [{ atMs: to, tone: mended ? ('good' as const) : ('bad' as const), text: status, predicted: false }]),
      ...events.filter(({ label }) => summary.startsWith(label)).flatMap((row) => row.marks),
    ];
    return { label: summary, spans: [], marks };
  });
  return [...rows, ...events.filter(({ label }) => !records.some(({ summary }) => summary.startsWith(label)))];
}
