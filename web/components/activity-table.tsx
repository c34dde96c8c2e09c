import type { ActivityRow, RunReport, Tone } from '../../src/report/index.ts';
import { duration, offset, plural } from '../format.ts';
import { Badge } from './badge.tsx';
import { Scroll } from './scroll.tsx';

const TONES: Readonly<Record<ActivityRow['status'], Tone>> = {
  succeeded: 'good',
  failed: 'bad',
  'not met': 'bad',
  'left out': 'warn',
  unknown: 'warn',
};

/** Every activity of the experiment; folded, because few need it. */
export function ActivityTable({ run }: { readonly run: RunReport }) {
  if (run.activities.length === 0) return null;
  return (
    <details>
      <summary>{plural(run.activities.length, 'activity', 'activities')} of the experiment</summary>
      <Scroll label={`Activities, ${run.label}`}>
        <table class="texts">
          <caption class="hidden">Activities of {run.label}</caption>
          <thead>
            <tr>
              <th scope="col">Part</th>
              <th scope="col">Activity</th>
              <th scope="col" class="number">
                At
              </th>
              <th scope="col" class="number">
                Took
              </th>
              <th scope="col">Status</th>
              <th scope="col">Detail</th>
            </tr>
          </thead>
          <tbody>
            {run.activities.map(({ section, name, startMs, durationMs, status, detail }, index) => (
              <tr key={index}>
                <td>{section}</td>
                <th scope="row">{name}</th>
                <td class="number" data-of="at">
                  {startMs === undefined ? '–' : offset(startMs - run.zeroMs)}
                </td>
                <td class="number" data-of="took">
                  {durationMs === undefined ? '–' : duration(durationMs)}
                </td>
                <td>
                  <Badge tone={TONES[status]}>{status}</Badge>
                </td>
                <td>{detail}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </details>
  );
}
