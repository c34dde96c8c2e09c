import { buildModel, isSnapshotKind, SNAPSHOT_KINDS, type ClusterModel, type ClusterSnapshot } from '../cluster/index.ts';
import type { KubeObject } from '../kubernetes/index.ts';
import { mergeFields } from './merge-fields.ts';
import type { Change } from './types.ts';

/**
 * The model with the changes written into its objects. Pods stay where and as they are: nothing is rolled out yet.
 */
export function applyChanges(model: ClusterModel, changes: readonly Change[]): ClusterModel {
  if (changes.length === 0) return model;
  const lists = new Map<keyof ClusterSnapshot, KubeObject[]>();
  for (const { target, apply } of changes) {
    if (!isSnapshotKind(target.kind)) continue;
    const name = SNAPSHOT_KINDS[target.kind];
    const list = lists.get(name) ?? [...(model.snapshot[name] as readonly KubeObject[])]; // every list of a kind holds objects
    lists.set(name, list);
    const at = list.findIndex(({ metadata }) => metadata.name === target.name && (metadata.namespace ?? 'default') === target.namespace);
    if (at === -1) list.push(apply);
    else list[at] = mergeFields(list[at], apply) as KubeObject; // an object laid over an object of the same kind
  }
  return rebuilt(model, Object.fromEntries(lists));
}

/** The model of a changed snapshot. What journeys told of calls is kept, for a snapshot does not hold it. */
export function rebuilt(model: ClusterModel, changed: Partial<ClusterSnapshot>): ClusterModel {
  const fresh = buildModel({ ...model.snapshot, ...changed });
  const journeyCalls = model.calls.filter(({ evidence }) => evidence === 'journey');
  return journeyCalls.length === 0 ? fresh : { ...fresh, calls: [...fresh.calls, ...journeyCalls] };
}
