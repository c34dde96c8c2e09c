import { groupBy, listInWords, plural } from '../../base/index.ts';
import type { HardeningPlan } from '../../hardening/index.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';

/** Of hundreds of workloads the first tell enough. */
const MOST_ROWS = 40;
const MOST_LINES = 20;
const MOST_NAMES = 6;

/** The line that says how much is left out and where it is; none when nothing is. */
function more(all: readonly unknown[], most = MOST_ROWS): string[] {
  const left = all.length - most;
  return left > 0 ? [`  … and ${left} more of ${all.length}: -n NAMESPACE for fewer; all as data: -o json.`] : [];
}

const capped = (names: readonly string[]): readonly string[] =>
  names.length > MOST_NAMES ? [...names.slice(0, MOST_NAMES - 1), `${names.length - MOST_NAMES + 1} more`] : names;

const plainName = (id: string): string => id.slice(id.lastIndexOf('/') + 1);

/** What would be changed and why, what is left alone, the proof, and what a failure still takes down. */
export function renderPlan(plan: HardeningPlan, style: Style): string {
  const byWorkload = [...groupBy(plan.changes, (change) => change.workload)];
  const rows = byWorkload
    .slice(0, MOST_ROWS)
    .map(([workload, changes]) => [plainName(workload), changes.map((change) => change.summary).join('; ')]);
  const parts: string[] = [];
  if (rows.length === 0) parts.push(style.good('Nothing to change.'));
  else parts.push(renderTable(['WORKLOAD', 'CHANGES'], rows), ...more(byWorkload));
  const reasons = new Map(plan.changes.map((change) => [change.fix, change.why]));
  if (reasons.size > 0) parts.push('', 'Why:', ...[...reasons].map(([fix, why]) => `  ${style.bold(fix)}: ${why}`));
  if (plan.leftAlone.length > 0) {
    parts.push(
      '',
      'Left alone:',
      ...plan.leftAlone
        .slice(0, MOST_LINES)
        .map((left) => `  ${style.warn('!')} ${plainName(left.workload)}: ${left.reason}. ${left.suggestion}`),
      ...more(plan.leftAlone, MOST_LINES),
    );
  }
  parts.push('', `Proof${plan.proven ? '' : style.bad(' (does not hold)')}:`);
  parts.push(
    ...plan.proof.map(
      (step) =>
        `  ${step.holds ? style.good('✓') : style.bad('✗')} ${step.claim}${step.detail === '' ? '' : style.dim(`  ${step.detail}`)}`,
    ),
  );
  parts.push('', remainingText(plan, style));
  return parts.join('\n');
}

function remainingText(plan: HardeningPlan, style: Style): string {
  if (plan.remaining.length === 0) return style.good('After this, no single node failure takes a service down.');
  const byWorkload = [...groupBy(plan.remaining, (entry) => entry.workload)];
  const lines = byWorkload.slice(0, MOST_LINES).map(([workload, entries]) => {
    const services = [...new Set(entries.map((entry) => plainName(entry.service)))];
    return `  ${style.bad('✗')} ${plainName(workload)}: when its node is down, ${listInWords(capped(services))} ${services.length === 1 ? 'goes' : 'go'} down (${entries[0]?.why ?? ''})`;
  });
  return [
    `What a single failure still takes down, after this (${plural(byWorkload.length, 'single point of failure', 'single points of failure')}):`,
    ...lines,
    ...more(byWorkload, MOST_LINES),
  ].join('\n');
}
