import type { RunReport } from '../../src/report/index.ts';
import { plural } from '../format.ts';

/** What held at a moment, row by row, in words. */
export function readout(run: RunReport, relativeMs: number): { readonly label: string; readonly text: string }[] {
  const at = run.zeroMs + relativeMs;
  const reach = Math.max(2000, (run.toMs - run.fromMs) / 100);
  const rows = run.lanes
    .filter(({ id }) => id !== 'journey')
    .flatMap(({ rows }) =>
      rows.flatMap(({ label, spans, marks }) => {
        const near = marks.filter(({ atMs, predicted }) => !predicted && Math.abs(atMs - at) <= reach / 2).map(({ text }) => text);
        const held = spans.filter(({ fromMs, toMs }) => fromMs <= at && at < toMs).map(({ text }) => text);
        const texts = [...new Set([...near, ...held])];
        return texts.length === 0 ? [] : [{ label, text: texts.join(', ') }];
      }),
    );
  return [...rows, ...run.journeys.map((journey) => ({ label: `journey ${journey.journey}`, text: journeyAt(journey, at) }))];
}

function journeyAt({ buckets, bucketMs }: RunReport['journeys'][number], at: number): string {
  const bucket = buckets.find(({ atMs }) => atMs <= at && at < atMs + bucketMs);
  if (bucket === undefined || bucket.ok + bucket.failed === 0) return 'not measured';
  if (bucket.failed === 0) return `all ${plural(bucket.ok, 'step')} went well`;
  return `${bucket.failed} of ${plural(bucket.ok + bucket.failed, 'step')} failed`;
}
