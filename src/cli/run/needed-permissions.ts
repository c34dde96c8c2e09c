import { type ActivityDescriptor, type Experiment, isObject } from '../../experiment/index.ts';

/** Permissions as the descriptors state them, split by who grants them. */
export interface NeededPermissions {
  /** `Microsoft.Compute/virtualMachineScaleSets/virtualMachines/powerOff/action`, sorted. */
  readonly azure: readonly string[];
  /** A verb on a resource, sorted: `{ resource: 'pods/eviction', verb: 'create' }`. */
  readonly kubernetes: readonly { readonly resource: string; readonly verb: string }[];
}

/** The faults and probes of an experiment that are ours: in the hypothesis, the method and the rollbacks. */
export function nativeActivitiesOf(experiment: Experiment, activities: readonly ActivityDescriptor[]): readonly ActivityDescriptor[] {
  const lists: readonly unknown[] = [experiment['steady-state-hypothesis']?.probes, experiment.method, experiment.rollbacks];
  const all = lists.flatMap((list): unknown[] => (Array.isArray(list) ? list : []));
  const found = all.flatMap((activity) => {
    const native = isObject(activity) ? nativeOf(activity, activities) : undefined;
    return native === undefined ? [] : [native];
  });
  return [...new Set(found)];
}

/** The descriptor that an activity of an experiment means. */
export function nativeOf(
  { provider }: Readonly<Record<string, unknown>>,
  activities: readonly ActivityDescriptor[],
): ActivityDescriptor | undefined {
  if (!isObject(provider)) return undefined;
  const python = `${String(provider['module'])}.${String(provider['func'])}`;
  const own = String(provider['action'] ?? provider['probe'] ?? provider['name']);
  return activities.find(({ aliases, name }) => (provider['type'] === 'python' ? aliases.includes(python) : name === own));
}

/** What those activities need, the undo of what they break included. */
export function neededPermissions(natives: readonly ActivityDescriptor[]): NeededPermissions {
  const all = natives.flatMap((activity) => [...activity.permissions, ...undoPermissions(activity)]);
  const azure = all.filter((permission) => permission.startsWith('Microsoft.'));
  const kubernetes = all
    .filter((permission) => !permission.startsWith('Microsoft.') && permission.includes(': '))
    .flatMap((permission) => {
      const [resource = '', verbs = ''] = permission.split(': ');
      return verbs.split(', ').map((verb) => `${resource} ${verb}`);
    });
  return {
    azure: [...new Set(azure)].toSorted(),
    kubernetes: [...new Set(kubernetes)].toSorted().map((text) => {
      const [resource = '', verb = ''] = text.split(' ');
      return { resource, verb };
    }),
  };
}

/** What is stopped is started again, what is created is deleted again. */
function undoPermissions({ undo, permissions }: ActivityDescriptor): string[] {
  if (undo === undefined) return [];
  if (undo === 'kubernetes/uncordon-nodes') return ['nodes: get, patch'];
  return permissions.flatMap((permission) => {
    if (/\/(powerOff|deallocate|restart|stop)\/action$/.test(permission)) return [permission.replace(/\/\w+\/action$/, '/start/action')];
    if (undo === 'kubernetes/delete-object' && /: .*create/.test(permission)) return [permission.replace(/: .*/, ': get, delete')];
    return [];
  });
}
