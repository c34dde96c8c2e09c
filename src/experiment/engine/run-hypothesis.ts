/** The steady-state hypothesis: probes in order until one is missed. Source: chaostoolkit-compat.md a.6, b.3. */
import { notedNumber } from '../format/numbers.ts';
import { isObject, pythonTruth, pythonText } from '../format/python-values.ts';
import type { Activity, Provider } from '../spec.ts';
import { substituteInto } from '../substitution.ts';
import { withinTolerance } from '../tolerance/within-tolerance.ts';
import type { ToleranceResult } from '../tolerance/within-tolerance.ts';
import { callControls } from './call-controls.ts';
import { executeActivity } from './execute-activity.ts';
import type { RunPhase } from './run-event.ts';
import type { RunEntry, RunWorld, SteadyStateEntry } from './run-world.ts';

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
  // Entries of the list are checked where their fields are read.
  for (const probe of hypothesis['probes'] as Activity[]) {
    const entry = await executeActivity(world, probe, { phase, signal, abortIsFailure: phase !== 'during' });
    state.probes.push(entry);
    const result = await judge(world, probe, entry, signal);
    entry.tolerance_met = result.met;
    const name = entry.activity.name ?? '';
    world.emit({ type: 'probe-judged', phase, name, met: result.met, failed: entry.status === 'failed', why: result.why ?? null });
    if (!result.met) {
      state.steady_state_met = false;
      break;
    }
  }
  state.steady_state_met ??= true;
  const missed = state.steady_state_met ? null : (state.probes.at(-1)?.activity.name ?? '');
  world.emit({ type: 'hypothesis-ended', phase, met: state.steady_state_met, missedProbe: missed });
  await callControls(world, 'after', 'hypothesis', hypothesis, state, hypothesis['controls']);
  return state;
}

async function judge(world: RunWorld, probe: Activity, entry: RunEntry, signal: AbortSignal): Promise<ToleranceResult> {
  if (entry.status === 'failed') return { met: false };
  if (world.dry === 'probes' || world.dry === 'activities') return { met: true };
  const holder: Record<string, unknown> = {};
  const declared = probe.tolerance;
  if (typeof declared === 'string') substituteInto(declared, world.names, holder, 'tolerance');
  const tolerance = typeof declared === 'string' ? holder['tolerance'] : declared;
  return withinTolerance({
    tolerance,
    note: typeof declared === 'string' ? notedNumber(holder, 'tolerance') : notedNumber(probe, 'tolerance'),
    value: entry.output,
    names: world.names,
    runProbe: (rule, value) => runToleranceProbe(world, rule, value, signal),
  });
}

/** A tolerance that is itself a probe, given the value as its argument `value`. */
async function runToleranceProbe(
  world: RunWorld,
  rule: Record<string, unknown>,
  value: unknown,
  signal: AbortSignal,
): Promise<ToleranceResult> {
  // The value stays in the experiment, as the original's journal shows it.
  const probe = rule;
  const provider = isObject(probe['provider']) ? probe['provider'] : {};
  if (isObject(provider['arguments'])) provider['arguments']['value'] = value;
  else if (provider['type'] === 'python') provider['arguments'] = { value };
  const activity: Activity = { type: 'probe', name: pythonText(probe['name'] ?? ''), ...probe, provider: provider as Provider };
  // It is part of the judging: nothing is told of it.
  const quiet: RunWorld = { ...world, emit: () => {} };
  const entry = await executeActivity(quiet, activity, { phase: 'during', signal, abortIsFailure: true });
  if (entry.status !== 'succeeded') return { met: false, why: 'the probe of the tolerance failed' };
  const status = isObject(entry.output) ? entry.output['status'] : undefined;
  if (provider['type'] === 'process') return { met: status === 0 };
  if (provider['type'] === 'http') return { met: typeof status === 'number' && status < 400 };
  return { met: pythonTruth(entry.output) };
}
