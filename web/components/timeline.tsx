import type { RunReport, TimelineRow } from '../../src/report/index.ts';
import { offset } from '../format.ts';
import { cursorMs } from '../state.ts';
import { type Axis, place } from './axis.ts';
import { JourneyChart } from './journey-chart.tsx';
import { readout } from './readout.ts';
import { Row } from './timeline-row.tsx';

/** One run on the shared axis: a slider that reads out what held at the moment it points to. */
export function Timeline({ run, axis }: { readonly run: RunReport; readonly axis: Axis }) {
  const at = cursorMs.value;
  const said = at === undefined ? undefined : readout(run, at);
  const stepMs = Math.max(1000, Math.round((axis.toMs - axis.fromMs) / 200 / 1000) * 1000);
  const onKeyDown = (event: KeyboardEvent): void => {
    const moves: Readonly<Record<string, number>> = { ArrowLeft: -stepMs, ArrowRight: stepMs, PageDown: -10 * stepMs, PageUp: 10 * stepMs };
    const move = moves[event.key];
    if (event.key === 'Escape') cursorMs.value = undefined;
    else if (event.key === 'Home') cursorMs.value = axis.fromMs;
    else if (event.key === 'End') cursorMs.value = axis.toMs;
    else if (move === undefined) return;
    else cursorMs.value = Math.min(axis.toMs, Math.max(axis.fromMs, (cursorMs.value ?? 0) + move));
    event.preventDefault();
  };
  const onPointer = (event: PointerEvent & { readonly currentTarget: HTMLElement }): void => {
    const plot = event.currentTarget.querySelector('.cursor-plane')?.getBoundingClientRect();
    if (plot === undefined || event.clientX < plot.left || plot.width === 0) return;
    cursorMs.value = axis.fromMs + ((event.clientX - plot.left) / plot.width) * (axis.toMs - axis.fromMs);
  };
  return (
    <figure class="timeline">
      <div
        class="lanes"
        role="slider"
        tabIndex={0}
        aria-label={`Timeline of the run ${run.label}`}
        aria-valuemin={Math.round(axis.fromMs / 1000)}
        aria-valuemax={Math.round(axis.toMs / 1000)}
        aria-valuenow={Math.round((at ?? 0) / 1000)}
        aria-valuetext={
          said === undefined ? 'at the failure' : `${offset(at ?? 0)}: ${said.map(({ label, text }) => `${label}: ${text}`).join('; ')}`
        }
        onKeyDown={onKeyDown}
        onPointerMove={onPointer}
        onPointerLeave={() => (cursorMs.value = undefined)}
      >
        <AxisTop run={run} axis={axis} />
        {run.lanes
          .filter(({ id }) => id !== 'journey')
          .map(({ id, label, rows }) => (
            <Lane key={id} label={label} rows={rows} run={run} axis={axis} />
          ))}
        {run.journeys.map((journey) => (
          <JourneyChart key={journey.journey} journey={journey} run={run} axis={axis} />
        ))}
        <div class="cursor-plane" aria-hidden="true">
          <svg>{at !== undefined && <line class="cursor" x1={`${place(axis, at)}%`} x2={`${place(axis, at)}%`} y1="0" y2="100%" />}</svg>
        </div>
      </div>
      <figcaption>
        <Legend />
        <div class="readout">
          {said === undefined ? (
            <span class="quiet">Point at the timeline to read a moment.</span>
          ) : (
            <>
              <strong>{offset(at ?? 0)}</strong>
              {said.map(({ label, text }) => (
                <span key={label + text}>
                  <span class="quiet">{label}</span> {text}
                </span>
              ))}
            </>
          )}
        </div>
      </figcaption>
    </figure>
  );
}

interface LaneProps {
  readonly label: string;
  readonly rows: readonly TimelineRow[];
  readonly run: RunReport;
  readonly axis: Axis;
}

function Lane({ label, rows, run, axis }: LaneProps) {
  return (
    <>
      {rows.map((row, index) => (
        <Row key={row.label} lane={index === 0 ? label : undefined} row={row} run={run} axis={axis} />
      ))}
    </>
  );
}

function AxisTop({ run, axis }: { readonly run: RunReport; readonly axis: Axis }) {
  const back = run.faults.flatMap(({ undoneAtMs }) => (undoneAtMs === undefined ? [] : [undoneAtMs - run.zeroMs]));
  return (
    <div class="row axis-top" aria-hidden="true">
      <span class="lane" />
      <span class="subject" />
      <svg height="34">
        {axis.ticks.map((tick) => (
          <text key={tick} x={`${place(axis, tick)}%`} y="30" text-anchor={anchor(place(axis, tick))} class={tick === 0 ? 'zero' : ''}>
            {offset(tick)}
          </text>
        ))}
        {run.faults.length > 0 && (
          <text x={`${place(axis, 0)}%`} y="12" class="moment" text-anchor={place(axis, 0) < 70 ? 'start' : 'end'}>
            node down
          </text>
        )}
        {back.map((at) => (
          <text key={at} x={`${place(axis, at)}%`} y="12" class="moment" text-anchor={place(axis, at) < 30 ? 'start' : 'end'}>
            node back
          </text>
        ))}
      </svg>
    </div>
  );
}

function anchor(percent: number): 'start' | 'middle' | 'end' {
  if (percent < 4) return 'start';
  return percent > 92 ? 'end' : 'middle';
}

function Legend() {
  return (
    <ul class="legend" aria-label="Legend">
      <li>
        <svg width="26" height="12" aria-hidden="true">
          <rect class="span bad" width="26" height="10" y="1" rx="2" />
        </svg>
        measured
      </li>
      <li>
        <svg width="26" height="12" aria-hidden="true">
          <rect class="span bad predicted" width="25" height="7" x="0.5" y="2.5" rx="2" />
        </svg>
        predicted
      </li>
      <li>
        <svg width="26" height="12" aria-hidden="true">
          <rect class="fault" width="26" height="12" />
        </svg>
        node down
      </li>
      <li>
        <svg width="12" height="12" aria-hidden="true">
          <circle class="mark good" cx="6" cy="6" r="3.5" />
        </svg>
        good
      </li>
      <li>
        <svg width="12" height="12" aria-hidden="true">
          <path class="mark bad" d="M2.5 2.5l7 7m0-7l-7 7" />
        </svg>
        bad
      </li>
      <li>
        <svg width="12" height="12" aria-hidden="true" class="predicted-mark">
          <path class="mark neutral" d="M6 3l4 6h-8z" />
        </svg>
        predicted moment
      </li>
      <li>
        <svg width="26" height="12" aria-hidden="true">
          <rect class="unknown" width="26" height="12" />
        </svg>
        not measured
      </li>
    </ul>
  );
}
