/** The extra `if`: whether an activity is to be run at all. */
import { isObject, pythonRepr, pythonTruth } from '../format/python-values.ts';
import type { Activity } from '../spec.ts';
import { substitute } from '../substitution.ts';
import { withinTolerance } from '../tolerance/within-tolerance.ts';
import { extrasOf } from './extras.ts';
import { findActivity } from './find-activity.ts';
import type { RunWorld } from './run-world.ts';

/** Judges the condition, and tells of an activity that is left out. A name that is not known is not true. */
export async function isWanted(world: RunWorld, declared: Activity): Promise<boolean> {
  const activity = declared.ref === undefined ? declared : (findActivity(world.experiment, declared.ref) ?? declared);
  const condition = extrasOf(activity).if;
  if (condition === undefined) return true;
  const value = substitute(condition.value, world.names);
  const unknown = typeof value === 'string' && value === condition.value && value.startsWith('${');
  const met = !unknown && (condition.tolerance === undefined ? pythonTruth(value) : await judged(world, condition.tolerance, value));
  if (!met) {
    const why = unknown ? `${value} is not known` : `${pythonRepr(value)} is not what its \`if\` asks for`;
    world.emit({ type: 'notice', level: 'info', message: `Left out: ${activity.name ?? ''}: ${why}` });
  }
  return met;
}

async function judged(world: RunWorld, tolerance: unknown, value: unknown): Promise<boolean> {
  if (isObject(tolerance) && tolerance['type'] === 'probe') return false;
  const wanted = typeof tolerance === 'string' ? substitute(tolerance, world.names) : tolerance;
  const result = await withinTolerance({
    tolerance: wanted,
    note: undefined,
    value,
    names: world.names,
    runProbe: () => Promise.resolve({ met: false }),
  });
  return result.met;
}
