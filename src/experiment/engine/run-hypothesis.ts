/** The steady-state hypothesis: probes in order until one is missed. Source: chaostoolkit-compat.md a.6, b.3. */
import { isObject, pythonText } from '../format/python-values.ts';
import type { Activity } from '../spec.ts';
import { callControls } from './call-controls.ts';
import { executeAndJudge } from './judge-entry.ts';
import type { RunPhase } from './run-event.ts';
import type { RunWorld, SteadyStateEntry } from './run-world.ts';

/** Checks the hypothesis once; undefined when the experiment has none. Errors: `Interruption`. */
export async function runHypothesis(world: RunWorld, phase: RunPhase, signal: AbortSignal): Promise<SteadyStateEntry | undefined> {
  const hypothesis: unknown = world.experiment['steady-state-hypothesis'];
  if (!isObject(hypothesis) || !Array.isArray(hypothesis['probes']) || hypothesis['probes'].length === 0) {
    world.emit({ type: 'hypothesis-started', phase, title: null, skipped: false });
    return undefined;
  }
  world.emit({ type: 'hypothesis-started', phase, title: pythonText(hypothesis['title'] ?? ''), skipped: false });
  await callControls(world, 'before', 'hypothesis', hypothesis, undefined, hypothesis['controls']);
  const state: SteadyStateEntry = { steady_state_met: null, probes: [] };
  let known = true;
  // Entries of the list are checked where their fields are read.
  for (const probe of hypothesis['probes'] as Activity[]) {
    const place = { phase, signal, abortIsFailure: phase !== 'during', judged: true };
    const { entry, result } = await executeAndJudge(world, probe, place);
    state.probes.push(entry);
    if (result === undefined) {
      known = false;
      continue;
    }
    const name = entry.activity.name ?? '';
    world.emit({ type: 'probe-judged', phase, name, met: result.met, failed: entry.status === 'failed', why: result.why ?? null });
    if (!result.met) {
      state.steady_state_met = false;
      break;
    }
  }
  if (known) state.steady_state_met ??= true;
  const missed = state.steady_state_met !== false ? null : (state.probes.at(-1)?.activity.name ?? '');
  world.emit({ type: 'hypothesis-ended', phase, met: state.steady_state_met, missedProbe: missed });
  await callControls(world, 'after', 'hypothesis', hypothesis, state, hypothesis['controls']);
  return state;
}
