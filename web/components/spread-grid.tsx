import type { RunReport } from '../../src/report/index.ts';
import { plural, shortNodes } from '../format.ts';
import { Badge } from './badge.tsx';
import { Scroll } from './scroll.tsx';

/** Pods over nodes: text in every cell, dots for the eye. */
export function SpreadGrid({ run }: { readonly run: RunReport }) {
  const { spread } = run;
  if (spread === undefined) return null;
  const taken = new Set(run.faults.map(({ node }) => node));
  const names = shortNodes(spread.nodes.map(({ name }) => name));
  const gone = spread.nodes.map(({ name }) => taken.has(name));
  return (
    <>
      <Scroll label={`Pods over nodes, ${run.label}`}>
        <table class="spread">
          <thead>
            <tr>
              <th scope="col">Workload</th>
              {spread.nodes.map((node, index) => (
                <th scope="col" key={node.name} class={gone[index] === true ? 'node gone' : 'node'} title={node.name}>
                  {names[index]}
                  {node.zone !== undefined && <span class="zone"> {node.zone}</span>}
                  {gone[index] === true && <span class="tag">taken down</span>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {spread.workloads.filter(isInUse).map((workload) => {
              const lost = isLost(workload.perNode, gone);
              return (
                <tr key={workload.id} class={lost ? 'lost' : ''}>
                  <th scope="row">
                    {workload.name}
                    {lost && <span class="tag">lost wholly</span>}
                    {workload.pending > 0 && <span class="tag">{workload.pending} pending</span>}
                  </th>
                  {workload.perNode.map((count, index) => (
                    <td key={spread.nodes[index]?.name} class={gone[index] === true ? 'gone' : ''}>
                      <Dots count={count} />
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </Scroll>
      {spread.findings.length > 0 && (
        <ul class="findings">
          {spread.findings.map(({ rule, subject, severity, message }) => (
            <li key={rule + subject}>
              <Badge tone={severity === 'high' ? 'bad' : severity === 'medium' ? 'warn' : 'neutral'}>{severity}</Badge> {message}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

const MOST_DOTS = 6;

function Dots({ count }: { readonly count: number }) {
  if (count === 0) return <span class="hidden">none</span>;
  return (
    <>
      <span class="dots" aria-hidden="true">
        {Array.from({ length: Math.min(count, MOST_DOTS) }, (_, index) => (
          <span class="dot" key={index} />
        ))}
      </span>
      <span class={count > 1 ? 'count' : 'hidden'}>{count > 1 ? String(count) : '1'}</span>
      <span class="hidden"> {plural(count, 'pod').replace(/^\d+ /, '')}</span>
    </>
  );
}

/** A workload scaled to nothing has no place to show. */
function isInUse({ replicas, perNode, pending }: NonNullable<RunReport['spread']>['workloads'][number]): boolean {
  return replicas + pending > 0 || perNode.some((count) => count > 0);
}

function isLost(perNode: readonly number[], gone: readonly boolean[]): boolean {
  return perNode.some((count) => count > 0) && perNode.every((count, index) => count === 0 || gone[index] === true);
}
