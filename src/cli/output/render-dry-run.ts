import { groupBy, listInWords } from '../../base/index.ts';
import type { DryRun, RehearsedFault } from '../run/dry-run.ts';
import type { Style } from './style.ts';

/** A rehearsal in words: the gate, what each fault would take, what this account may do. */
export function renderDryRun({ title, seed, gate, faults, permissions }: DryRun, style: Style): string {
  const gates = {
    met: style.good('the steady state holds'),
    'not-met': style.bad('the steady state does not hold: nothing would be done'),
    unknown: style.warn('whether the steady state holds is not known, for a probe is left out'),
  };
  const missing = permissions.filter(({ granted }) => granted !== 'yes');
  return [
    style.bold(`Dry run of '${title}' (seed ${seed}); nothing was changed.`),
    `Gate: ${gate === null ? 'the experiment has no steady-state hypothesis' : gates[gate]}.`,
    ...faults.flatMap((fault) => faultLines(fault, style)),
    permissions.length === 0
      ? 'Permissions: none are needed.'
      : missing.length === 0
        ? style.good(`Permissions: all ${permissions.length} are granted.`)
        : `Permissions: ${permissions.length - missing.length} of ${permissions.length} are granted, these are not or could not be checked:`,
    ...[
      ...groupBy(
        missing,
        ({ granted, why }) => `${granted === 'no' ? 'not granted' : 'not checked'}${why === undefined ? '' : `: ${why}`}`,
      ),
    ].flatMap(([head, answers]) => [`  ${head}`, ...answers.map(({ permission }) => `    ${permission}`)]),
  ].join('\n');
}

function faultLines({ activity, candidates, chosen, nodes, prediction, status, why }: RehearsedFault, style: Style): string[] {
  const short = (target: string): string => target.replace(/^.*\/resourcegroups\/[^/]+\/providers\/[^/]+\//i, '').replace(/^[a-z]+:/, '');
  const heads = {
    'would-act': `would take ${listInWords(chosen.map(short))}${nodes.length === 0 ? '' : ` (node ${listInWords(nodes)})`}`,
    refused: style.bad(chosen.length === 0 ? 'the guard says no' : `the guard says no to ${listInWords(chosen.map(short))}`),
    failed: style.bad('finds no target'),
    'not-tried': style.warn('not tried'),
  };
  return [
    `${activity}: ${heads[status]}`,
    ...(candidates.length === 0 ? [] : [`  candidates: ${candidates.join(', ')}`]),
    ...prediction.map((line) => `  ${line}`),
    ...(why === null ? [] : [`  ${why}`]),
  ];
}
