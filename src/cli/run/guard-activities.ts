/** Actions that plan no undo are never shown to the guard; what can be said of them beforehand is checked here, before they act. */
import type { ActivityDescriptor, GuardRefusal } from '../../experiment/index.ts';
import type { RunGuardLimits } from './guard-limits.ts';
import { refusalsOfNamespaces, refused } from './run-guard.ts';

/** Take machines or nodes without a way back, or without telling how many before. */
const UNCOUNTED: readonly string[] = [
  'azure/delete-vmss-instances',
  'azure/delete-machines',
  'azure/restart-machines',
  'azure/delete-cluster-nodes',
  'azure/restart-cluster-nodes',
  'azure/delete-managed-clusters',
  'kubernetes/delete-nodes',
];

/** The same actions, each refusing by itself what the limits forbid. Errors of theirs: `REFUSED`. */
export function guardActivities(activities: readonly ActivityDescriptor[], limits: RunGuardLimits): ActivityDescriptor[] {
  return activities.map((activity) => {
    if (activity.kind !== 'action') return activity;
    return {
      ...activity,
      run: async (args, context) => {
        const refusals = refusalsOfAction(activity, args, limits);
        if (refusals.length > 0) throw refused(refusals);
        return activity.run(args, context);
      },
    };
  });
}

/** What the limits say of an action, as far as its arguments tell. */
export function refusalsOfAction(
  { name }: Pick<ActivityDescriptor, 'name'>,
  args: Readonly<Record<string, unknown>>,
  limits: RunGuardLimits,
): GuardRefusal[] {
  const refusals = name.startsWith('kubernetes/') ? refusalsOfNamespaces(namespacesOf(name, args), limits) : [];
  if (!UNCOUNTED.includes(name) || limits.uncounted) return refusals;
  const reason = `${name}: how many nodes it takes is not known before, and what it takes is not brought back`;
  return [...refusals, { rule: 'uncounted', reason, needs: [] }];
}

/** Namespaces that an action names; those that it leaves to its default are looked for nowhere else than there. */
function namespacesOf(name: string, { ns, name: object }: Readonly<Record<string, unknown>>): string[] {
  if (name === 'kubernetes/delete-namespace') return typeof object === 'string' ? [object] : [];
  return [typeof ns === 'string' ? ns : 'default'];
}
