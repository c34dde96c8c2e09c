import type { RunReport } from '../../src/report/index.ts';
import { duration, latency, percent, plural } from '../format.ts';
import { Badge } from './badge.tsx';
import { Scroll } from './scroll.tsx';

/** Availability and latency per phase. */
export function JourneyTable({ run }: { readonly run: RunReport }) {
  return (
    <>
      {run.journeys.map((journey) => (
        <Scroll key={journey.journey} label={`Journey ${journey.journey}, ${run.label}`}>
          <table>
            <caption>
              Journey {journey.journey}, {rate(journey.ratePerSecond)}
            </caption>
            <thead>
              <tr>
                <th scope="col">Phase</th>
                <th scope="col" class="number">
                  Steps
                </th>
                <th scope="col" class="number">
                  Failed
                </th>
                <th scope="col" class="number">
                  Availability
                </th>
                <th scope="col" class="number">
                  Half within
                </th>
                <th scope="col" class="number">
                  95 % within
                </th>
                <th scope="col" class="number">
                  99 % within
                </th>
                <th scope="col" class="number">
                  Unknown
                </th>
              </tr>
            </thead>
            <tbody>
              {journey.phases
                .filter(({ fromMs, toMs }) => toMs > fromMs)
                .map(({ phase, attempts, failed, availability, latencyMs, unknownMs }) => (
                  <tr key={phase}>
                    <th scope="row">{PHASES[phase]}</th>
                    <td class="number">{attempts}</td>
                    <td class="number">{failed}</td>
                    <td class="number">{availability === undefined ? 'unknown' : percent(availability)}</td>
                    <td class="number">{latencyMs === undefined ? '–' : latency(latencyMs.p50)}</td>
                    <td class="number">{latencyMs === undefined ? '–' : latency(latencyMs.p95)}</td>
                    <td class="number">{latencyMs === undefined ? '–' : latency(latencyMs.p99)}</td>
                    <td class="number">{unknownMs === 0 ? '–' : duration(unknownMs)}</td>
                  </tr>
                ))}
            </tbody>
          </table>
        </Scroll>
      ))}
      <Verdicts run={run} />
      <Skipped run={run} />
    </>
  );
}

const VERDICTS = {
  held: ['good', 'within its limits'],
  broken: ['bad', 'outside its limits'],
  unknown: ['warn', 'not known'],
} as const;

/** Whether each kept within its limits, and why not. */
function Verdicts({ run }: { readonly run: RunReport }) {
  return (
    <>
      {run.journeys.map(({ journey, verdict }) => {
        if (verdict === undefined) return null;
        const [tone, word] = VERDICTS[verdict.status];
        return (
          <p key={journey}>
            Journey {journey}: <Badge tone={tone}>{word}</Badge> {verdict.reasons.join('; ')}.
          </p>
        );
      })}
    </>
  );
}

/** As people say it: `2 a second`, `20 a minute`. */
function rate(perSecond: number): string {
  const round = (value: number): string => String(Math.round(value * 10) / 10);
  return perSecond >= 1 ? `${round(perSecond)} a second` : `${round(perSecond * 60)} a minute`;
}

const PHASES = { before: 'before the failure', during: 'while it lasted', after: 'after it was mended', whole: 'all the time' } as const;

function Skipped({ run }: { readonly run: RunReport }) {
  const skipped = run.journeys.flatMap((journey) => journey.skipped ?? []);
  if (skipped.length === 0) return null;
  const words = skipped.map(({ reason, count }) => `${plural(count, 'journey')}: ${reason}`).join('; ');
  return <p class="quiet">Not measured, and so neither up nor down: {words}.</p>;
}
