/** The binding subresource: a pod gets its node. Source: pkg/registry/core/pod/storage and the PodTopologyLabels admission, 1.36. */
import { assert } from '../../base/index.ts';
import { resourceOf, type Pod } from '../../kubernetes/index.ts';
import { copyJson } from './json.ts';
import type { RuleContext } from './kind-rules.ts';
import { timestamp } from './names.ts';
import { conflict, notFound } from './statuses.ts';
import type { Stored } from './store.ts';
import type { Draft } from './types.ts';

const TOPOLOGY_LABELS = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];

export interface Binding {
  readonly namespace: string;
  readonly pod: string;
  readonly node: string;
}

/** Sets the node, the PodScheduled condition and the node's topology labels. Errors: `ApiError` 404, 409. */
export function bindPod({ store, clock }: RuleContext, { namespace, pod: name, node }: Binding, dryRun = false): void {
  const resource = resourceOf('Pod');
  assert(resource, 'pods are known');
  const found = store.get('Pod', namespace, name);
  if (found === undefined) throw notFound(resource, name);
  const pod = copyJson(found) as Stored & Draft<Pod>; // the kind says so
  const spec = pod.spec ?? { containers: [] };
  const refuse = (why: string): Error => conflict({ ...resource, plural: 'pods/binding' }, name, `pod ${name} ${why}`);
  if (pod.metadata.deletionTimestamp !== undefined) throw refuse('is being deleted, cannot be assigned to a host');
  if (spec.nodeName !== undefined && spec.nodeName !== '') throw refuse(`is already assigned to node "${spec.nodeName}"`);
  if ((spec.schedulingGates?.length ?? 0) > 0) throw refuse('has non-empty .spec.schedulingGates');
  spec.nodeName = node;
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'PodScheduled');
  const scheduled = { type: 'PodScheduled', status: 'True', lastTransitionTime: timestamp(clock.now()) };
  pod.status = { ...pod.status, conditions: [...others, scheduled] };
  const labels = store.get('Node', '', node)?.metadata.labels ?? {};
  for (const key of TOPOLOGY_LABELS) {
    const value = labels[key];
    if (value !== undefined) pod.metadata.labels = { ...pod.metadata.labels, [key]: value };
  }
  if (!dryRun) store.put('Pod', pod);
}
