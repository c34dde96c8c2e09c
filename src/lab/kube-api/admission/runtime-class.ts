/** The RuntimeClass admission plugin: what a class costs and where it runs. Source: plugin/pkg/admission/runtimeclass, 1.36. */
import { assert } from '../../../base/index.ts';
import { resourceOf, type Pod } from '../../../kubernetes/index.ts';
import { copyJson, sameJson } from '../json.ts';
import type { RuleContext } from '../kind-rules.ts';
import { forbidden } from '../statuses.ts';
import type { Draft } from '../types.ts';

type Tolerations = NonNullable<NonNullable<Draft<Pod>['spec']>['tolerations']>;

interface RuntimeClass {
  readonly overhead?: { readonly podFixed?: Readonly<Record<string, string>> };
  readonly scheduling?: { readonly nodeSelector?: Readonly<Record<string, string>>; readonly tolerations?: Tolerations };
}

/** Adds the class's overhead, node selector and tolerations. Errors: `ApiError` 403. */
export function admitRuntimeClass(pod: Draft<Pod>, { store }: RuleContext): void {
  const { spec } = pod;
  if (spec === undefined) return;
  const { runtimeClassName: name } = spec;
  if (name === undefined && spec.overhead === undefined) return;
  const resource = resourceOf('Pod');
  assert(resource, 'pods are known');
  const refuse = (why: string): Error => forbidden(resource, pod.metadata.name, why);
  const found = store.get('RuntimeClass', '', name ?? '') as (object & RuntimeClass) | undefined; // the kind says so
  if (name !== undefined && found === undefined) throw refuse(`pod rejected: RuntimeClass "${name}" not found`);
  const { podFixed } = found?.overhead ?? {};
  if (spec.overhead !== undefined) {
    if (podFixed === undefined) throw refuse('pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
    if (!sameJson(spec.overhead, podFixed)) throw refuse("pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
  } else if (podFixed) spec.overhead = { ...podFixed };
  const { nodeSelector = {}, tolerations = [] } = found?.scheduling ?? {};
  for (const [key, value] of Object.entries(nodeSelector)) {
    const own = spec.nodeSelector?.[key];
    if (own !== undefined && own !== value) {
      throw refuse(`conflict: runtimeClass.Scheduling.NodeSelector[${key}] = ${value}; pod.Spec.NodeSelector[${key}] = ${own}`);
    }
    spec.nodeSelector = { ...spec.nodeSelector, [key]: value };
  }
  const added = tolerations.filter((toleration) => !spec.tolerations?.some((own) => sameJson(own, toleration)));
  if (added.length > 0) spec.tolerations = [...(spec.tolerations ?? []), ...copyJson(added)];
}
