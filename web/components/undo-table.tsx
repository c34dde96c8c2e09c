import type { RunReport, Tone } from '../../src/report/index.ts';
import { Badge } from './badge.tsx';
import { Scroll } from './scroll.tsx';

const WORDS: Readonly<Record<RunReport['undo'][number]['status'], readonly [Tone, string]>> = {
  mended: ['good', 'mended and verified'],
  'already-mended': ['good', 'was mended already'],
  'still-broken': ['bad', 'still broken'],
  'not-tried': ['bad', 'not tried'],
};

/** What was broken and how it was brought back. */
export function UndoTable({ run }: { readonly run: RunReport }) {
  if (run.undo.length === 0) return null;
  return (
    <Scroll label={`Undo, ${run.label}`}>
      <table class="texts">
        <caption>Undo</caption>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">State</th>
            <th scope="col">Seen</th>
          </tr>
        </thead>
        <tbody>
          {run.undo.map(({ summary, status, detail }) => {
            const [tone, word] = WORDS[status];
            return (
              <tr key={summary}>
                <th scope="row">{summary}</th>
                <td>
                  <Badge tone={tone}>{word}</Badge>
                </td>
                <td data-of="seen:">{detail.join('; ')}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scroll>
  );
}
