import type { RunReport } from '../../src/report/index.ts';
import { latency } from '../format.ts';
import { type Axis, place } from './axis.ts';
import { Background } from './timeline-row.tsx';

type Journey = RunReport['journeys'][number];

interface ChartProps {
  readonly journey: Journey;
  readonly run: RunReport;
  readonly axis: Axis;
}

/** What users saw, under the same axis: the share of steps that went well, and how long the slower answers took. */
export function JourneyChart({ journey, run, axis }: ChartProps) {
  return (
    <>
      <div class="row first chart">
        <span class="lane">Journeys</span>
        <span class="subject">
          {journey.journey}
          <br />
          <span class="quiet">steps that went well</span>
        </span>
        <svg height="64" aria-hidden="true">
          <Background run={run} axis={axis} />
          <Availability journey={journey} run={run} axis={axis} />
        </svg>
      </div>
      <Latency journey={journey} run={run} axis={axis} />
    </>
  );
}

const TOP = 6;
const HEIGHT = 52;

function Availability({ journey, run, axis }: ChartProps) {
  const { buckets, bucketMs } = journey;
  return (
    <>
      {buckets.map(({ atMs, ok, failed }) => {
        const from = place(axis, atMs - run.zeroMs);
        const width = `${Math.max(0.05, place(axis, Math.min(atMs + bucketMs, journey.toMs) - run.zeroMs) - from)}%`;
        const x = `${from}%`;
        if (ok + failed === 0) return <rect key={atMs} class="unknown" x={x} width={width} y={TOP} height={HEIGHT} />;
        const good = (ok / (ok + failed)) * HEIGHT;
        return (
          <g key={atMs}>
            <rect class="bar good" x={x} width={width} y={TOP + HEIGHT - good} height={good} />
            {failed > 0 && <rect class="bar bad" x={x} width={width} y={TOP} height={HEIGHT - good} />}
          </g>
        );
      })}
      <text class="scale" x="4" y={TOP + 9}>
        100 %
      </text>
    </>
  );
}

function Latency({ journey, run, axis }: ChartProps) {
  const points = journey.buckets.filter(({ p95Ms }) => p95Ms !== undefined);
  if (points.length === 0) return null;
  const most = roundUp(Math.max(...points.map(({ p95Ms = 0 }) => p95Ms)));
  const middle = (atMs: number): number => place(axis, atMs + journey.bucketMs / 2 - run.zeroMs);
  const path = points.map(({ atMs, p95Ms = 0 }, index) => {
    const previous = points[index - 1];
    const begins = previous === undefined || atMs - previous.atMs > journey.bucketMs * 1.5;
    return `${begins ? 'M' : 'L'}${middle(atMs)} ${(100 - (p95Ms / most) * 100).toFixed(2)}`;
  });
  return (
    <div class="row chart">
      <span class="lane" />
      <span class="subject">
        <span class="quiet">95 % answered within</span>
      </span>
      <svg height="44" aria-hidden="true">
        <Background run={run} axis={axis} />
        <text class="scale" x="4" y="12">
          {latency(most)}
        </text>
        <svg y="6" height="34" width="100%" viewBox="0 0 100 100" preserveAspectRatio="none">
          <path class="latency" d={path.join('')} />
        </svg>
      </svg>
    </div>
  );
}

/** The next 1, 2 or 5 times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= value) ?? value;
}
