import type { PlanReport } from '../../src/report/index.ts';
import { Badge } from './badge.tsx';
import { Section } from './section.tsx';
import { Scroll } from './scroll.tsx';

interface Group {
  readonly summary: string;
  readonly why: string;
  readonly targets: string[];
}

/** What was changed between the runs, with the proof. The same change to many objects is told once. */
export function Plan({ plan, notes }: { readonly plan: PlanReport; readonly notes: readonly string[] }) {
  return (
    <Section id="changed" title="What was changed">
      <Scroll label="Changes">
        <table class="texts">
          <caption>Changes</caption>
          <thead>
            <tr>
              <th scope="col">Change</th>
              <th scope="col">To</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {groupsOf(plan).map(({ summary, why, targets }) => (
              <tr key={summary + why}>
                <th scope="row">{summary}</th>
                <td data-of="to">{targets.join(', ')}</td>
                <td data-of="because">{why}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <Scroll label="Proof">
        <table class="proof texts">
          <caption>
            Proof, worked out before anything was changed{' '}
            <Badge tone={plan.proven ? 'good' : 'warn'}>{plan.proven ? 'proven' : 'not wholly proven'}</Badge>
          </caption>
          <thead>
            <tr>
              <th scope="col">Claim</th>
              <th scope="col">Holds</th>
              <th scope="col">Evidence or counter-example</th>
            </tr>
          </thead>
          <tbody>
            {plan.proof.map(({ claim, holds, detail }) => (
              <tr key={claim}>
                <th scope="row">{claim}</th>
                <td>
                  <Badge tone={holds ? 'good' : 'warn'}>{holds ? 'yes' : 'no'}</Badge>
                </td>
                <td>{detail}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {plan.leftAlone.map(({ workload, reason, suggestion }) => (
        <p class="aside" key={workload}>
          <strong>{workload.slice(workload.lastIndexOf('/') + 1)}</strong> was left alone: {reason}. {sentence(suggestion)}
        </p>
      ))}
      {notes.length > 0 && (
        <ul class="notes">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </Section>
  );
}

/** With a capital letter and a full stop. */
function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

function groupsOf({ changes }: PlanReport): Group[] {
  const groups = new Map<string, Group>();
  for (const { summary, why, target } of changes) {
    const key = `${summary}\n${why}`;
    const group = groups.get(key) ?? { summary, why, targets: [] };
    group.targets.push(target.slice(target.indexOf(' ') + 1));
    groups.set(key, group);
  }
  return [...groups.values()];
}
