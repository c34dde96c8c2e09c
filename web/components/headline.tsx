import type { ReportDocument } from '../../src/report/index.ts';
import { Badge } from './badge.tsx';
import { Scroll } from './scroll.tsx';

/** The answer, before any evidence: sentences, then the figures side by side. */
export function Headline({ report }: { readonly report: ReportDocument }) {
  const { runs, comparison } = report;
  return (
    <div class="hero">
      <h1>{report.title}</h1>
      <div class={runs.length > 1 ? 'answers columns' : 'answers'}>
        {runs.map((run) => (
          <div class={`answer ${run.outcome.tone}`} key={run.label}>
            <p class="answer-label">
              {run.label} <Badge tone={run.outcome.tone}>{run.outcome.word}</Badge>
            </p>
            <p class="answer-text">{unbroken(run.summary.slice(0, 1).toUpperCase() + run.summary.slice(1))}</p>
            <p class="answer-detail">{unbroken(run.outcome.detail)}</p>
          </div>
        ))}
      </div>
      {comparison.length > 0 && (
        <Scroll label="Side by side">
          <table class="comparison">
            <caption>Side by side</caption>
            <thead>
              <tr>
                <th scope="col">
                  <span class="hidden">Figure</span>
                </th>
                <th scope="col">{runs[0]?.label}</th>
                <th scope="col">{runs.at(-1)?.label}</th>
              </tr>
            </thead>
            <tbody>
              {comparison.map(({ what, before, after, tone }) => (
                <tr key={what}>
                  <th scope="row">{what}</th>
                  <td>{before}</td>
                  <td class={`after ${tone}`}>
                    {after}
                    {tone === 'good' && <span class="change"> better</span>}
                    {tone === 'bad' && <span class="change"> worse</span>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </div>
  );
}

/** Keeps numbers and their units on one line. */
function unbroken(text: string): string {
  return text.replace(/(\d) (s|ms|min|h|%)(?=\W|$)/g, '$1\u00A0$2');
}
