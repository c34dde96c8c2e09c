import { VERDICT_WORDS } from './outcome-words.ts';
import type { Finding, ReportDocument } from './types.ts';

/** What is wrong as of the last run: the placement, journeys outside their limits (or not known to be inside), what is still broken. */
export function findingsOf({ runs }: ReportDocument): Finding[] {
  const last = runs.at(-1);
  if (last === undefined) return [];
  const journeys = last.journeys.flatMap(({ journey, verdict }): Finding[] =>
    verdict === undefined || verdict.status === 'held'
      ? []
      : [
          {
            rule: verdict.status === 'broken' ? 'journey-outside-limits' : 'journey-not-known',
            severity: verdict.status === 'broken' ? 'high' : 'medium',
            subject: `journey ${journey}`,
            message: `${VERDICT_WORDS[verdict.status].word}: ${verdict.reasons.join('; ')}`,
          },
        ],
  );
  const broken = last.undo
    .filter(({ status }) => status === 'still-broken' || status === 'not-tried')
    .map(({ summary, status }): Finding => ({
      rule: 'undo-incomplete',
      severity: 'high',
      subject: summary,
      message: `${status}: ${summary}`,
    }));
  return [...(last.spread?.findings ?? []), ...journeys, ...broken];
}
