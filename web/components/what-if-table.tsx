import type { RunReport, Tone, WhatIfRow } from '../../src/report/index.ts';
import { duration, percent, plural, shortName } from '../format.ts';
import { Badge } from './badge.tsx';
import { Scroll } from './scroll.tsx';

const TONES: Readonly<Record<WhatIfRow['verdict'], Tone>> = { survives: 'good', degraded: 'warn', down: 'bad' };

/** The sweep: every failure with its verdict, the worst first. */
export function WhatIfTable({ run }: { readonly run: RunReport }) {
  return (
    <Scroll label={`Predicted failures, ${run.label}`}>
      <table class="what-if">
        <thead>
          <tr>
            <th scope="col">Loss of</th>
            <th scope="col">Verdict</th>
            <th scope="col">Down, for how long</th>
            <th scope="col">Some requests fail</th>
            <th scope="col">Journeys</th>
          </tr>
        </thead>
        <tbody>
          {run.whatIf.map((row) => (
            <Row key={row.failure} row={row} />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Row({ row }: { readonly row: WhatIfRow }) {
  return (
    <tr>
      <th scope="row">
        {row.failure}
        {row.happened && <span class="tag">this one happened</span>}
      </th>
      <td>
        <Badge tone={TONES[row.verdict]}>{row.verdict}</Badge>
      </td>
      <td>
        <Impacts items={row.down.map(({ service, forMs }) => [shortName(service), lasting(forMs)])} />
        <Stranded row={row} />
      </td>
      <td>
        <Impacts
          items={row.partial.map(({ service, forMs, failingShare }) => [
            shortName(service),
            `${failingShare === undefined ? 'some' : percent(failingShare)}, ${lasting(forMs)}`,
          ])}
        />
      </td>
      <td>
        <Impacts items={row.journeys.map(({ journey, verdict, already }) => [journey, already ? 'broken already' : verdict])} />
      </td>
    </tr>
  );
}

const lasting = (ms: number | undefined): string => (ms === undefined ? 'until it returns' : duration(ms));

function Impacts({ items }: { readonly items: readonly (readonly [string, string])[] }) {
  if (items.length === 0) return <span class="quiet">none</span>;
  return (
    <ul class="plain">
      {items.map(([name, detail]) => (
        <li key={name}>
          {name} <span class="quiet">{detail}</span>
        </li>
      ))}
    </ul>
  );
}

function Stranded({ row }: { readonly row: WhatIfRow }) {
  if (row.stranded.length === 0) return null;
  const reasons = [...new Set(row.stranded.map(({ why }) => why))];
  return (
    <details>
      <summary>{plural(row.stranded.length, 'pod')} without a new place</summary>
      {reasons.map((why) => (
        <p class="quiet" key={why}>
          {row.stranded
            .filter((item) => item.why === why)
            .map(({ pod }) => pod)
            .join(', ')}
          : {why}
        </p>
      ))}
    </details>
  );
}
