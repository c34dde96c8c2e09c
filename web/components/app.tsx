import type { ComponentChildren } from 'preact';
import type { ReportDocument, RunReport } from '../../src/report/index.ts';
import { toggleTheme } from '../state.ts';
import { ActivityTable } from './activity-table.tsx';
import { axisOf } from './axis.ts';
import { BlameTable, MeasuredTable } from './evidence-tables.tsx';
import { Headline } from './headline.tsx';
import { JourneyTable } from './journey-table.tsx';
import { Patterns } from './patterns.tsx';
import { Plan } from './plan.tsx';
import { Section } from './section.tsx';
import { SpreadGrid } from './spread-grid.tsx';
import { Timeline } from './timeline.tsx';
import { UndoTable } from './undo-table.tsx';
import { WhatIfTable } from './what-if-table.tsx';

/** The whole report: the answer first, then the evidence in the order of the story. */
export function App({ report }: { readonly report: ReportDocument }) {
  const { runs, plan } = report;
  const axis = axisOf(runs);
  const parts = PARTS.filter(({ shown }) => shown(report));
  return (
    <>
      <Patterns />
      <a class="skip" href="#happened">
        Skip to what happened
      </a>
      <header class="top">
        <span class="brand">evenkeel</span>
        <nav aria-label="Parts of the report">
          {parts.map(({ id, short }) => (
            <a key={id} href={`#${id}`}>
              {short}
            </a>
          ))}
        </nav>
        <button type="button" class="theme" onClick={toggleTheme} aria-label="Switch between light and dark">
          <span aria-hidden="true">◐</span>
        </button>
      </header>
      <main>
        <Headline report={report} />
        {runs.some(({ spread }) => spread !== undefined) && (
          <Section id="spread" title="Where the pods sat" lead="One column a node, one row a workload, one dot a pod.">
            <PerRun runs={runs.filter(({ spread }) => spread !== undefined)} columns>
              {(run) => <SpreadGrid run={run} />}
            </PerRun>
          </Section>
        )}
        {runs.some(({ whatIf }) => whatIf.length > 0) && (
          <Section id="predicted" title="What was predicted" lead="Every failure was worked out before anything was broken.">
            <PerRun runs={runs.filter(({ whatIf }) => whatIf.length > 0)}>{(run) => <WhatIfTable run={run} />}</PerRun>
          </Section>
        )}
        <Section
          id="happened"
          title="What happened"
          lead="All on one axis; 0:00 is the moment of the failure. Point at it, or move along it with the arrow keys, to read any moment."
        >
          <PerRun runs={runs}>{(run) => <Timeline run={run} axis={axis} />}</PerRun>
        </Section>
        {runs.some(({ journeys }) => journeys.length > 0) && (
          <Section id="users" title="What users saw" lead="Journeys are started at a constant rate, whatever happens to the earlier ones.">
            <PerRun runs={runs.filter(({ journeys }) => journeys.length > 0)}>
              {(run) => (
                <>
                  <JourneyTable run={run} />
                  <BlameTable run={run} />
                  <MeasuredTable run={run} />
                </>
              )}
            </PerRun>
          </Section>
        )}
        {plan !== undefined && <Plan plan={plan} notes={report.notes} />}
        {report.remaining.length > 0 && (
          <Section id="remains" title="What remains">
            <ul class="remaining">
              {report.remaining.map((item) => (
                <li key={item}>{item}</li>
              ))}
            </ul>
          </Section>
        )}
        <Section id="done" title="What was done, and undone">
          <PerRun runs={runs}>
            {(run) => (
              <>
                <UndoTable run={run} />
                <ActivityTable run={run} />
                <dl class="facts">
                  {run.facts.map(({ name, value }) => (
                    <div key={name}>
                      <dt>{name}</dt>
                      <dd>{value}</dd>
                    </div>
                  ))}
                </dl>
              </>
            )}
          </PerRun>
          {plan === undefined && report.notes.length > 0 && (
            <ul class="notes">
              {report.notes.map((note) => (
                <li key={note}>{note}</li>
              ))}
            </ul>
          )}
        </Section>
      </main>
      <footer>
        Made by evenkeel, {new Date(report.generatedAt).toUTCString().replace('GMT', 'UTC')}. This file needs no network and sends nothing.
      </footer>
    </>
  );
}

const PARTS: readonly { readonly id: string; readonly short: string; readonly shown: (report: ReportDocument) => boolean }[] = [
  { id: 'spread', short: 'Pods', shown: ({ runs }) => runs.some(({ spread }) => spread !== undefined) },
  { id: 'predicted', short: 'Predicted', shown: ({ runs }) => runs.some(({ whatIf }) => whatIf.length > 0) },
  { id: 'happened', short: 'Happened', shown: () => true },
  { id: 'users', short: 'Users', shown: ({ runs }) => runs.some(({ journeys }) => journeys.length > 0) },
  { id: 'changed', short: 'Changed', shown: ({ plan }) => plan !== undefined },
  { id: 'remains', short: 'Remains', shown: ({ remaining }) => remaining.length > 0 },
  { id: 'done', short: 'Done', shown: () => true },
];

interface PerRunProps {
  readonly runs: readonly RunReport[];
  /** Side by side where there is room. */
  readonly columns?: boolean;
  readonly children: (run: RunReport) => ComponentChildren;
}

function PerRun({ runs, columns = false, children }: PerRunProps) {
  return (
    <div class={columns ? 'runs columns' : 'runs'}>
      {runs.map((run) => (
        <div class="run" key={run.label}>
          <h3 class="run-label">{run.label}</h3>
          {children(run)}
        </div>
      ))}
    </div>
  );
}
