/** How a run ended, in the words that the command line and all reports share. */
import { listInWords, plural } from '../base/index.ts';
import type { ActivityRun, Journal, RunOutcome } from '../experiment/index.ts';
import type { JourneyRecord, JourneyVerdict } from '../journeys/index.ts';
import { sectionsOf } from './sections-of.ts';
import { someOf } from './words.ts';
import type { RunReport, Tone } from './types.ts';

type Words = RunReport['outcome'];

const PLAIN: Readonly<Record<Extract<RunOutcome, 'gate-not-met' | 'refused' | 'undo-incomplete'>, Words>> = {
  'gate-not-met': { word: 'not begun', tone: 'warn', detail: 'The steady state was not met before the method, so nothing was broken.' },
  refused: { word: 'refused by the guard', tone: 'warn', detail: 'The guard refused the run before its first act.' },
  'undo-incomplete': {
    word: 'still broken',
    tone: 'bad',
    detail: 'Something that was broken could not be mended. Run `evenkeel recover`.',
  },
};
/** The first fault passed, a later one did not. */
const REFUSED_LATER: Words = {
  ...PLAIN.refused,
  detail: 'The guard refused a further act. What had been broken until then has been mended.',
};
const FAILED: Words = {
  word: 'failed',
  tone: 'bad',
  detail: 'An activity of the experiment failed, so its result says little about the application.',
};

/** A verdict as it is shown beside a journey. */
export const VERDICT_WORDS: Readonly<Record<JourneyVerdict['status'], { readonly word: string; readonly tone: Tone }>> = {
  held: { word: 'within its limits', tone: 'good' },
  broken: { word: 'outside its limits', tone: 'bad' },
  unknown: { word: 'not known', tone: 'warn' },
};

/** The outcome in words: ours where the journal is ours, else read from the original tool's status. */
export function outcomeOf(journal: Journal): Words {
  const own = journal.evenkeel?.outcome;
  const journeys = sectionsOf(journal).journeys ?? [];
  switch (own) {
    case 'as-hoped':
      return asHoped(journal, journeys);
    case 'deviated':
      return deviated(journal, journeys);
    case 'failed':
      return failed(journal, journeys);
    case 'refused':
      return journal.evenkeel?.undo.length === 0 ? PLAIN.refused : REFUSED_LATER;
    case 'incomplete':
      return incomplete(journal);
    case 'interrupted':
      return interrupted(journal);
    case 'gate-not-met':
    case 'undo-incomplete':
      return PLAIN[own];
    default:
      return ofTheOriginal(journal);
  }
}

/** What the run's dry mode left out was left out on purpose: no miss, but no answer either. */
function rehearsed({ experiment: { dry } }: Journal): Words | undefined {
  if (typeof dry !== 'string') return undefined;
  const what = dry === 'pause' ? 'pauses' : dry;
  return {
    word: `rehearsed, ${what} left out`,
    tone: 'neutral',
    detail: `What was played went well; with its ${what} left out it proves nothing.`,
  };
}

function incomplete(journal: Journal): Words {
  const names = [
    ...new Set(playedOf(journal).flatMap(({ status, activity }) => (status === 'left-out' ? [`'${activity.name ?? ''}'`] : []))),
  ];
  return {
    word: 'not fully played',
    tone: 'warn',
    detail: `Left out: ${someOf(names)} (\`dry: true\`), so what it would have shown is not known.`,
  };
}

function playedOf({ run, rollbacks, steady_states: { before, after, during } }: Journal): ActivityRun[] {
  return [...[before, after, ...during].flatMap((state) => state?.probes ?? []), ...run, ...rollbacks];
}

function interrupted({ deviated, steady_states, evenkeel }: Journal): Words {
  const undo = evenkeel?.undo ?? [];
  const undone = undo.length === 0 ? 'nothing was broken' : `its undo was done: ${plural(undo.length, 'act')} mended and verified`;
  const until = deviated
    ? ' The steady state had deviated by then.'
    : steady_states.before?.steady_state_met === false
      ? ' Its steady state was not met before the method.'
      : '';
  return { word: 'interrupted', tone: 'warn', detail: `The run was interrupted; ${undone}.${until}` };
}

function asHoped(journal: Journal, journeys: readonly JourneyRecord[]): Words {
  const { steady_states, evenkeel } = journal;
  const dry = evenkeel === undefined ? undefined : rehearsed(journal);
  if (dry !== undefined) return dry;
  const checked = [steady_states.before, steady_states.after, ...steady_states.during].some(
    (state) => state !== null && state !== undefined,
  );
  const mended = (evenkeel?.undo ?? []).length === 0 ? '' : ' Everything that was broken has been mended.';
  return {
    word: checked ? 'steady state held' : 'completed, no steady state was checked',
    tone: 'good',
    detail: `${usersInWords(journeys)}${mended}`,
  };
}

/** Never more than was measured: without a journey nobody knows what users saw. */
function usersInWords(journeys: readonly JourneyRecord[]): string {
  if (journeys.length === 0) return 'No journey was measured, so what users saw is not known.';
  if (journeys.every(({ outages }) => outages.length === 0)) return 'No step of a journey failed: the application survived.';
  return `The application survived within the limits of its journeys: ${reasonsOf(journeys, 'held')}.`;
}

function deviated(journal: Journal, journeys: readonly JourneyRecord[]): Words {
  const outside = reasonsOf(journeys, 'broken');
  const byProbe = missedAfterwards(journal);
  if (outside === '') return { word: 'steady state deviated', tone: 'bad', detail: missInWords(journal) };
  const detail = `Outside its limits: ${outside}.`;
  return byProbe
    ? { word: 'steady state deviated', tone: 'bad', detail: `${missInWords(journal)} ${detail}` }
    : { word: 'journey outside its limits', tone: 'bad', detail: `No probe of the steady state noticed, users did. ${detail}` };
}

/** Where the steady state was missed: after the method, or only while it was played. */
function missInWords({ steady_states: { after, during } }: Journal): string {
  const onlyMeanwhile = after?.steady_state_met !== false && during.some((state) => state.steady_state_met === false);
  return `A probe of the steady state did not find what it should ${onlyMeanwhile ? 'while the method was played' : 'after the method'}.`;
}

function failed(journal: Journal, journeys: readonly JourneyRecord[]): Words {
  const unknown = reasonsOf(journeys, 'unknown');
  const activityFailed = [...journal.run, ...journal.rollbacks].some(
    ({ status, tolerance_met }) => (status !== 'succeeded' && status !== 'left-out') || tolerance_met === false,
  );
  if (unknown === '' || activityFailed || journal.status !== 'completed') return FAILED;
  return { word: 'not known', tone: 'warn', detail: `Too little was measured to tell: ${unknown}.` };
}

function missedAfterwards({ steady_states }: Journal): boolean {
  return [steady_states.after, ...steady_states.during].some((state) => state?.steady_state_met === false);
}

/** `contacts: an outage of …; search: …` for the journeys with that verdict. */
function reasonsOf(journeys: readonly JourneyRecord[], status: JourneyVerdict['status']): string {
  return journeys
    .filter(({ verdict }) => verdict?.status === status)
    .map(({ journey, verdict }) => `${journey}, ${listInWords(verdict?.reasons ?? [])}`)
    .join('. ');
}

function ofTheOriginal(journal: Journal): Words {
  if (journal.deviated) return { word: 'steady state deviated', tone: 'bad', detail: missInWords(journal) };
  switch (journal.status) {
    case 'completed':
      return completedOf(journal);
    case 'failed':
      return journal.run.length === 0 ? PLAIN['gate-not-met'] : FAILED;
    case 'aborted':
      return { word: 'aborted', tone: 'warn', detail: 'The run was aborted.' };
    case 'interrupted':
      return { word: 'interrupted', tone: 'warn', detail: 'The run was interrupted.' };
    default:
      return { word: 'unknown', tone: 'warn', detail: 'The journal does not tell how the run ended.' };
  }
}

/** The original tool calls a run completed although its activities failed: a green that we do not repeat. */
function completedOf(journal: Journal): Words {
  const failures = [...journal.run, ...journal.rollbacks].filter(({ status }) => status === 'failed').length;
  if (failures === 0) return asHoped(journal, []);
  return {
    word: 'completed with failures',
    tone: 'warn',
    detail: `${plural(failures, 'activity', 'activities')} failed although the run was completed.`,
  };
}
