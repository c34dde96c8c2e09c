import { plural } from '../../base/index.ts';
import { shortNames } from '../../cluster/index.ts';
import type { SpreadSection } from '../../report/index.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';

const SEVERITY_SIGN = { high: '!!', medium: '! ', low: '· ' } as const;

/** More nodes than this have no columns of their own: nobody reads a hundred, and no terminal shows them. */
const MOST_COLUMNS = 24;
const MOST_ROWS = 60;
const MOST_FINDINGS = 40;

/** Pods per workload and node (of many nodes: on how many, and the most on one), then the findings in words. The whole is in `-o json`. */
export function renderSpread(spread: SpreadSection, style: Style): string {
  const pods = spread.workloads.reduce((sum, workload) => sum + workload.perNode.reduce((a, b) => a + b, 0), 0);
  const down = spread.nodes.filter((node) => !node.ready).map(({ name }) => name);
  const names = down.length > 8 ? `${down.slice(0, 8).join(', ')} and ${down.length - 8} more` : down.join(', ');
  return [
    spread.nodes.length > MOST_COLUMNS ? summaryTable(spread, style) : nodeTable(spread, style),
    '',
    `${plural(pods, 'pod')} of ${plural(spread.workloads.length, 'workload')} on ${plural(spread.nodes.length, 'node')}${down.length > 0 ? style.bad(` (not ready: ${names})`) : ''}.`,
    ...zones(spread),
    ...findings(spread, style),
  ].join('\n');
}

/** Those that something is wrong with come first. */
function summaryTable(spread: SpreadSection, style: Style): string {
  const zoneOf = spread.nodes.map(({ zone }) => zone);
  const told = new Set(spread.findings.map(({ subject }) => subject));
  const rank = (workload: SpreadSection['workloads'][number]): number =>
    workload.ready < workload.replicas ? 0 : told.has(workload.id) ? 1 : 2;
  const shown = spread.workloads.toSorted((a, b) => rank(a) - rank(b)).slice(0, MOST_ROWS);
  const rows = shown.map((workload) => {
    const { perNode, pending, replicas, ready } = workload;
    const used = perNode.flatMap((count, index) => (count > 0 ? [index] : []));
    const most = perNode.reduce((a, b) => Math.max(a, b), 0);
    const inZones = new Set(used.map((index) => zoneOf[index]).filter((zone) => zone !== undefined));
    const share = `${ready}/${replicas}`;
    return [
      spread.namespace === undefined ? `${workload.namespace}/${workload.name}` : workload.name,
      ready < replicas ? style.warn(share) : share,
      String(used.length),
      most > 1 && most === replicas ? style.bad(`${most} all`) : String(most),
      inZones.size === 0 ? '-' : String(inZones.size),
      pending > 0 ? style.bad(String(pending)) : style.dim('·'),
    ];
  });
  const left = spread.workloads.length - shown.length;
  const more = left > 0 ? [`… and ${plural(left, 'more workload')}: name a namespace (-n), or take them all as data (-o json).`] : [];
  return [renderTable(['WORKLOAD', 'READY', 'NODES', 'MOST ON ONE', 'ZONES', 'PENDING'], rows), ...more].join('\n');
}

function nodeTable(spread: SpreadSection, style: Style): string {
  const short = shortNames(spread.nodes.map((node) => node.name));
  const headings = [
    'WORKLOAD',
    'READY',
    ...spread.nodes.map((node) => short(node.name)),
    ...(spread.workloads.some((workload) => workload.pending > 0) ? ['PENDING'] : []),
  ];
  const rows = spread.workloads.map((workload) => {
    const ready = `${workload.ready}/${workload.replicas}`;
    return [
      spread.namespace === undefined ? `${workload.namespace}/${workload.name}` : workload.name,
      workload.ready < workload.replicas ? style.warn(ready) : ready,
      ...workload.perNode.map((count) =>
        count === 0
          ? style.dim('·')
          : count > 1 && count === workload.replicas
            ? style.bad(`${'●'.repeat(Math.min(count, 8))} all`)
            : dots(count),
      ),
      ...(headings.at(-1) === 'PENDING' ? [workload.pending > 0 ? style.bad(String(workload.pending)) : style.dim('·')] : []),
    ];
  });
  return renderTable(headings, rows);
}

const dots = (count: number): string => (count <= 8 ? '●'.repeat(count) : `●×${count}`);

function zones(spread: SpreadSection): string[] {
  const names = [...new Set(spread.nodes.map((node) => node.zone))].filter((zone) => zone !== undefined);
  return names.length === 0 ? [] : [`Zones: ${names.join(', ')}.`];
}

function findings(spread: SpreadSection, style: Style): string[] {
  // A namespace without workloads (mistyped, perhaps) must not read like a good result.
  if (spread.workloads.length === 0) {
    return [
      '',
      style.warn(
        `There is nothing to judge: no workload ${spread.namespace === undefined ? 'in the cluster' : `in the namespace ${spread.namespace}`}.`,
      ),
    ];
  }
  if (spread.findings.length === 0) return ['', style.good('No findings: every workload is spread.')];
  const paint = { high: style.bad, medium: style.warn, low: style.dim };
  const order = ['high', 'medium', 'low'];
  const sorted = spread.findings.toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
  return [
    '',
    'Findings:',
    ...sorted
      .slice(0, MOST_FINDINGS)
      .map(
        (finding) => `  ${paint[finding.severity](`${SEVERITY_SIGN[finding.severity]} ${finding.severity.padEnd(6)}`)}  ${finding.message}`,
      ),
    ...(sorted.length > MOST_FINDINGS ? [`  … and ${plural(sorted.length - MOST_FINDINGS, 'more finding')} (-o json has all)`] : []),
  ];
}
