import type { RunReport, TimelineRow, TimelineSpan, Tone } from '../../src/report/index.ts';
import { type Axis, place } from './axis.ts';

interface RowProps {
  /** Shown on the first row of a lane. */
  readonly lane: string | undefined;
  readonly row: TimelineRow;
  readonly run: RunReport;
  readonly axis: Axis;
}

/** Measured spans above, predicted ones hatched beneath; marks for moments, their shape tells good from bad. */
export function Row({ lane, row, run, axis }: RowProps) {
  const hasPredicted = row.spans.some(({ predicted }) => predicted);
  const height = hasPredicted ? 27 : 20;
  return (
    <div class={lane === undefined ? 'row' : 'row first'}>
      <span class="lane">{lane}</span>
      <span class="subject" title={row.label}>
        {row.label}
      </span>
      <svg height={height} aria-hidden="true">
        <Background run={run} axis={axis} />
        {row.spans.map((span, index) => (
          <Span key={index} span={span} run={run} axis={axis} />
        ))}
        {row.marks.map(({ atMs, tone, predicted, text }, index) => (
          <Mark key={index} x={place(axis, atMs - run.zeroMs)} tone={tone} predicted={predicted} text={text} />
        ))}
      </svg>
    </div>
  );
}

/** The time in which the node was down, and the grid. */
export function Background({ run, axis }: { readonly run: RunReport; readonly axis: Axis }) {
  return (
    <>
      {run.faults.map(({ node, atMs, undoneAtMs }) => {
        const from = place(axis, atMs - run.zeroMs);
        const to = place(axis, (undoneAtMs ?? run.toMs) - run.zeroMs);
        return <rect key={node} class="fault" x={`${from}%`} width={`${to - from}%`} height="100%" />;
      })}
      {axis.ticks.map((tick) => (
        <line
          key={tick}
          class={tick === 0 ? 'grid zero' : 'grid'}
          x1={`${place(axis, tick)}%`}
          x2={`${place(axis, tick)}%`}
          y1="0"
          y2="100%"
        />
      ))}
    </>
  );
}

/** Room for a label, in characters per percent of the axis; narrow screens cut it off by the clip of the svg. */
const CHARACTERS_PER_PERCENT = 1.15;

function Span({ span, run, axis }: { readonly span: TimelineSpan; readonly run: RunReport; readonly axis: Axis }) {
  const from = place(axis, span.fromMs - run.zeroMs);
  const width = Math.max(0.25, place(axis, span.toMs - run.zeroMs) - from);
  const labelled = !span.predicted && span.text.length + 2 < width * CHARACTERS_PER_PERCENT;
  return (
    <>
      <rect
        class={`span ${span.tone}${span.predicted ? ' predicted' : ''}`}
        x={`${from}%`}
        width={`${width}%`}
        y={span.predicted ? 18 : 3}
        height={span.predicted ? 6 : 14}
        rx="2"
      >
        <title>{span.text}</title>
      </rect>
      {labelled && (
        <svg x={`${from}%`} overflow="visible">
          <text class={`span-text ${span.tone}`} x="12" y="14">
            {span.text}
          </text>
        </svg>
      )}
    </>
  );
}

interface MarkProps {
  readonly x: number;
  readonly tone: Tone;
  readonly predicted: boolean;
  readonly text: string;
}

function Mark({ x, tone, predicted, text }: MarkProps) {
  const shape = { good: 'circle', bad: 'cross', warn: 'cross', neutral: 'tick' }[tone];
  return (
    <svg x={`${x}%`} overflow="visible" class={predicted ? 'predicted-mark' : ''}>
      <title>{text}</title>
      {shape === 'circle' && <circle class={`mark ${tone}`} cx="0" cy="10" r="3.5" />}
      {shape === 'cross' && (
        <>
          <circle class="mark-halo" cx="0" cy="10" r="5.5" />
          <path class={`mark ${tone}`} d="M-3.2 6.8l6.4 6.4m0-6.4l-6.4 6.4" />
        </>
      )}
      {shape === 'tick' && <path class="mark neutral" d={predicted ? 'M0 12l4 5h-8z' : 'M0 4v12'} />}
    </svg>
  );
}
