import { groupBy, listInWords, plural } from '../../base/index.ts';
import type { HardeningPlan } from '../../hardening/index.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';

const plainName = (id: string): string => id.slice(id.lastIndexOf('/') + 1);

/** What would be changed and why, what is left alone, the proof, and what a failure still takes down. */
export function renderPlan(plan: HardeningPlan, style: Style): string {
  const rows = [...groupBy(plan.changes, (change) => change.workload)].map(([workload, changes]) => [
    plainName(workload),
    changes.map((change) => change.summary).join('; '),
  ]);
  const parts: string[] = [];
  if (rows.length === 0) parts.push(style.good('Nothing to change.'));
  else parts.push(renderTable(['WORKLOAD', 'CHANGES'], rows));
  const reasons = new Map(plan.changes.map((change) => [change.fix, change.why]));
  if (reasons.size > 0) parts.push('', 'Why:', ...[...reasons].map(([fix, why]) => `  ${style.bold(fix)}: ${why}`));
  if (plan.leftAlone.length > 0) {
    parts.push(
      '',
      'Left alone:',
      ...plan.leftAlone.map((left) => `  ${style.warn('!')} ${plainName(left.workload)}: ${left.reason}. ${left.suggestion}`),
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
  const byWorkload = groupBy(plan.remaining, (entry) => entry.workload);
  const lines = [...byWorkload].map(([workload, entries]) => {
    const services = [...new Set(entries.map((entry) => plainName(entry.service)))];
    return `  ${style.bad('✗')} ${plainName(workload)}: when its node is down, ${listInWords(services)} ${services.length === 1 ? 'goes' : 'go'} down (${entries[0]?.why ?? ''})`;
  });
  return [
    `What a single failure still takes down, after this (${plural(byWorkload.size, 'single point of failure', 'single points of failure')}):`,
    ...lines,
  ].join('\n');
}
