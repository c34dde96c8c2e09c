import { describe, expect, it } from 'vitest';
import type { Experiment, RunEvent } from '../../experiment/index.ts';
import { createStyle } from '../output/style.ts';
import { createLiveState } from './live-state.ts';

type Told = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, 'atMs'> : never) : never;

const provider = { type: 'process', path: 'true' };
const experiment: Experiment = {
  title: 't',
  description: 'd',
  'steady-state-hypothesis': { title: 'well', probes: [{ type: 'probe', name: 'it answers', tolerance: 0, provider }] },
  method: [{ type: 'action', name: 'break it', provider }],
  rollbacks: [],
};

/** What is shown at second 100, after these events. */
function shown(events: readonly Told[], journeys: Parameters<ReturnType<typeof createLiveState>['lines']>[0]['journeys'] = []): string {
  const state = createLiveState(experiment);
  events.forEach((event, index) => state.onEvent({ ...event, atMs: index * 1000 }));
  return state.lines({ nowMs: 100_000, columns: 80, rows: 30, journeys, style: createStyle(false) }).join('\n');
}
const judged = (met: boolean): Told => ({
  type: 'probe-judged',
  phase: 'before',
  name: 'it answers',
  met,
  failed: false,
  why: null,
});
const hypothesis = (phase: 'before' | 'after'): Told => ({ type: 'hypothesis-started', phase, title: 'well', skipped: false });

describe('the live part of a run', () => {
  it('shows what a probe answers now, not what it answered before', () => {
    expect(shown([hypothesis('before'), judged(true)])).toMatch(/✓ it answers/);
    expect(shown([hypothesis('before'), judged(true), hypothesis('after')])).not.toMatch(/it answers/);
    expect(shown([hypothesis('before'), judged(true), hypothesis('after'), judged(false)])).toMatch(/✗ it answers/);
  });

  it('counts a pause down, and follows the undo from its note to its end', () => {
    const pause: Told = {
      type: 'pause-started',
      phase: 'method',
      name: 'break it',
      when: 'after',
      seconds: 140,
      text: '140',
      untilMs: 140_000,
    };
    expect(shown([pause])).toMatch(/pause at break it: 40 s left/);
    const planned: Told = { type: 'undo-planned', id: '1', undo: 'u', summary: 'start it', targets: [] };
    const begun: Told = { type: 'undo-started', id: '1', summary: 'start it', left: 0 };
    expect(shown([pause, planned])).toMatch(/noted: start it/);
    expect(shown([planned, begun])).toMatch(/mending: start it/);
  });

  it('shows the last seconds of each journey', () => {
    const text = shown([], [{ name: 'buy', marks: ['ok', 'failed', 'none'] }]);
    expect(text).toMatch(/♥ buy ▪✗· 1 s ok, 1 s failed$/m);
    expect(shown([], [{ name: 'buy', marks: ['failed'], outageMs: 72_000 }])).toMatch(/1 s failed, outage for 1 min 12 s$/m);
  });
});
