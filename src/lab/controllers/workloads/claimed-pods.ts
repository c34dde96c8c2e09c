/** The pods of a controller: those it owns and still selects; orphans that fit are adopted, strays let go. */
import type { KubeObject, LabelSelector, Pod } from '../../../kubernetes/index.ts';
import { matchesSelector } from '../../../kubernetes/index.ts';
import type { LabApi } from '../../kube-api/index.ts';
import { controllerOf, controllerReference, isFinished, isTerminating } from '../runtime/pods.ts';

/** Source: pkg/controller/controller_ref_manager.go. */
export function claimPods(api: LabApi, owner: KubeObject, selector: LabelSelector | undefined, orphans: Iterable<string>): readonly Pod[] {
  const uid = owner.metadata.uid ?? '';
  const namespace = owner.metadata.namespace;
  const owned = api.list<Pod>('Pod', { namespace, index: { by: 'owner', value: uid } });
  const kept = owned.filter((pod) => {
    if (matchesSelector(selector, pod.metadata.labels)) return true;
    if (!isTerminating(owner)) release(api, pod, uid);
    return false;
  });
  if (isTerminating(owner)) return kept;
  const adopted: Pod[] = [];
  for (const name of orphans) {
    const pod = api.get<Pod>('Pod', namespace, name);
    if (!pod || controllerOf(pod) || isTerminating(pod) || isFinished(pod)) continue;
    if (!matchesSelector(selector, pod.metadata.labels)) continue;
    const taken = api.modify<Pod>('Pod', namespace, name, (draft) => {
      (draft.metadata.ownerReferences ??= []).push(controllerReference(owner));
    });
    if (taken) adopted.push(taken);
  }
  return [...kept, ...adopted];
}

function release(api: LabApi, pod: Pod, uid: string): void {
  api.modify<Pod>('Pod', pod.metadata.namespace, pod.metadata.name, (draft) => {
    const rest = (draft.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== uid);
    if (rest.length > 0) draft.metadata.ownerReferences = rest;
    else delete draft.metadata.ownerReferences;
  });
}
