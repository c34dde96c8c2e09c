import type { MeasuredRow, RunReport, Tone } from '../../src/report/index.ts';
import { duration, shortName } from '../format.ts';
import { Badge } from './badge.tsx';
import { Scroll } from './scroll.tsx';

/** The services at which users met failures. */
export function BlameTable({ run }: { readonly run: RunReport }) {
  if (run.blame.length === 0) return <p class="quiet">No step of any journey failed.</p>;
  return (
    <Scroll label={`Where users met failures, ${run.label}`}>
      <table class="texts">
        <caption>Where users met failures</caption>
        <thead>
          <tr>
            <th scope="col">Service</th>
            <th scope="col" class="number">
              Steps failed
            </th>
            <th scope="col" class="number">
              Out of order
            </th>
            <th scope="col">Mostly</th>
            <th scope="col">Because</th>
          </tr>
        </thead>
        <tbody>
          {run.blame.map(({ service, journey, attempts, failed, outageMs, failure, why }) => (
            <tr key={service + journey}>
              <th scope="row">{shortName(service)}</th>
              <td class="number" data-of="steps failed:">
                {failed} of {attempts}
              </td>
              <td class="number" data-of="out of order for">
                {duration(outageMs)}
              </td>
              <td data-of="mostly:">{failure}</td>
              <td data-of="because">{why}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

const AGREEMENT: Readonly<Record<MeasuredRow['agreement'], readonly [Tone, string]>> = {
  close: ['good', 'as predicted'],
  off: ['warn', 'not as predicted'],
  unknown: ['neutral', 'not measured'],
};

/** Prediction beside measurement. */
export function MeasuredTable({ run }: { readonly run: RunReport }) {
  if (run.measured.length === 0) return null;
  return (
    <Scroll label={`Predicted beside measured, ${run.label}`}>
      <table class="texts">
        <caption>Predicted beside measured</caption>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col" class="number">
              Predicted
            </th>
            <th scope="col" class="number">
              Measured
            </th>
            <th scope="col">Agreement</th>
          </tr>
        </thead>
        <tbody>
          {run.measured.map(({ subject, what, predictedMs, uncutMs, measuredMs, agreement }) => {
            const [tone, word] = AGREEMENT[agreement];
            return (
              <tr key={subject + what}>
                <th scope="row">
                  {shortName(subject)} <span class="quiet">{what}</span>
                </th>
                <td class="number" data-of="predicted:">
                  {inWords(predictedMs)}
                  {uncutMs !== undefined && <span class="quiet cut">{cutInWords(uncutMs)}</span>}
                </td>
                <td class="number" data-of="measured:">
                  {inWords(measuredMs)}
                </td>
                <td>
                  <Badge tone={tone}>{word}</Badge>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scroll>
  );
}

/** Why this says less than the prediction above did. */
function cutInWords(uncutMs: number | null): string {
  return uncutMs === null ? 'when the node returned' : `when the node returned; else ${duration(uncutMs)}`;
}

function inWords(ms: number | undefined): string {
  if (ms === undefined) return '–';
  return ms === 0 ? 'not felt' : duration(ms);
}
