import { plural } from '../../base/index.ts';
import { shortNames } from '../../cluster/index.ts';
import type { SpreadSection } from '../../report/index.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';

const SEVERITY_SIGN = { high: '!!', medium: '! ', low: '· ' } as const;

/** Pods per workload and node, then the findings in words. */
export function renderSpread(spread: SpreadSection, style: Style): string {
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
  const pods = spread.workloads.reduce((sum, workload) => sum + workload.perNode.reduce((a, b) => a + b, 0), 0);
  const down = spread.nodes.filter((node) => !node.ready);
  return [
    renderTable(headings, rows),
    '',
    `${plural(pods, 'pod')} of ${plural(spread.workloads.length, 'workload')} on ${plural(spread.nodes.length, 'node')}${down.length > 0 ? style.bad(` (not ready: ${down.map((node) => node.name).join(', ')})`) : ''}.`,
    ...zones(spread),
    ...findings(spread, style),
  ].join('\n');
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
    ...sorted.map(
      (finding) => `  ${paint[finding.severity](`${SEVERITY_SIGN[finding.severity]} ${finding.severity.padEnd(6)}`)}  ${finding.message}`,
    ),
  ];
}
