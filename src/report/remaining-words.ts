import { formatDuration, formatPercent, plural } from '../base/index.ts';
import type { PlanReport, RunReport } from './types.ts';
import { shortNames, someOf } from './words.ts';

/** What is left to know or to do once the last run is over: never hidden, in words. */
export function remainingWords(runs: readonly RunReport[], plan: PlanReport | undefined): string[] {
  const last = runs.at(-1);
  if (last === undefined) return [];
  return [
    ...stillBroken(last),
    ...downBefore(last),
    ...stillFelt(last),
    ...stillFatal(last),
    ...pending(last),
    ...plannedRest(plan, last),
    ...unknown(last),
  ];
}

function stillBroken({ undo }: RunReport): string[] {
  return undo
    .filter(({ status }) => status === 'still-broken' || status === 'not-tried')
    .map(({ summary }) => `Not mended: ${summary}. Run \`evenkeel recover\`.`);
}

function downBefore({ downAlready }: RunReport): string[] {
  if (downAlready.length === 0) return [];
  const verb = downAlready.length === 1 ? 'was' : 'were';
  return [
    `${someOf(shortNames(downAlready))} ${verb} down before any failure, so no verdict says anything of ${verb === 'was' ? 'it' : 'them'}.`,
  ];
}

function stillFelt({ figures, label }: RunReport): string[] {
  if (figures.outageMs === undefined || figures.outageMs === 0) return [];
  const share =
    figures.failingShare === undefined ? '' : ` (${formatPercent(figures.failingShare)} of the requests to the services hit fail)`;
  return [
    `A node failure is still felt for ${formatDuration(figures.outageMs)}${share} in the run '${label}': until the cluster notices that the node is gone, its endpoints stay in the services.`,
  ];
}

function stillFatal({ whatIf }: RunReport): string[] {
  return whatIf
    .filter(({ verdict }) => verdict === 'down')
    .map(({ failure, down }) => `The loss of ${failure} still takes down ${someOf(shortNames(down.map(({ service }) => service)))}.`);
}

function pending({ whatIf }: RunReport): string[] {
  const rows = whatIf.filter(({ stranded }) => stranded.length > 0);
  if (rows.length === 0) return [];
  const most = Math.max(...rows.map(({ stranded }) => stranded.length));
  return [`After the loss of a node up to ${plural(most, 'pod')} will find no place until it returns (or another node is added).`];
}

/** What the plan left open, unless the workload has gone since (the database that was moved out of the cluster). */
function plannedRest(plan: PlanReport | undefined, last: RunReport): string[] {
  if (plan === undefined) return [];
  const isThere = ({ workload }: { readonly workload: string }): boolean =>
    last.spread === undefined || last.spread.workloads.some(({ id, replicas }) => id === workload && replicas > 0);
  return [
    ...plan.remaining.filter(isThere).map(({ service, why }) => `${shortNames([service])[0] ?? service}: ${why}.`.replace(/\.\.$/, '.')),
    ...plan.leftAlone
      .filter(isThere)
      .map(({ workload, reason, suggestion }) =>
        `${shortNames([workload])[0] ?? workload} was left alone: ${reason}. Advice: ${suggestion}.`.replace(/\.\.$/, '.'),
      ),
  ];
}

function unknown({ figures, journeys }: RunReport): string[] {
  if (journeys.length === 0) return ['No journey was measured, so nothing is known of what users saw.'];
  return figures.unknownMs !== undefined && figures.unknownMs > 0
    ? [`${formatDuration(figures.unknownMs)} of the failure were not measured: unknown, not up.`]
    : [];
}
