/** A pod that is not yet let into the queue may still narrow where it can run. Source: ValidatePodUpdate and what it calls, 1.36. */
import { sameJson } from '../json.ts';
import type { Problems } from '../problems.ts';
import { goValue } from './_go-value.ts';
import type { AffinityFields, PodSpecFields } from './_pod-fields.ts';

type Writable = { -readonly [Key in keyof PodSpecFields]: PodSpecFields[Key] };
type NodeAffinity = AffinityFields['nodeAffinity'];

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
type Term = NonNullable<NonNullable<NonNullable<NodeAffinity>[typeof REQUIRED]>['nodeSelectorTerms']>[number];

/** Tells what is refused, and puts the old members back into `rest`, so that they do not count as a change. */
export function validateGatedPod(rest: Writable, old: PodSpecFields, problems: Problems): void {
  if (!sameJson(rest.nodeSelector ?? {}, old.nodeSelector ?? {})) {
    const added = Object.entries(old.nodeSelector ?? {}).every(([key, value]) => rest.nodeSelector?.[key] === value);
    if (!added) {
      const why = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)';
      problems.invalid('spec.nodeSelector', rest.nodeSelector, why);
    }
    put(rest, 'nodeSelector', old.nodeSelector);
  }
  const [now, before] = [rest.affinity?.nodeAffinity, old.affinity?.nodeAffinity];
  if (sameJson(now, before)) return;
  validateNodeAffinityChange(now, before, problems);
  const { nodeAffinity: _, ...others } = rest.affinity ?? {};
  const merged = { ...others, ...(before ? { nodeAffinity: before } : {}) };
  put(rest, 'affinity', old.affinity === undefined && Object.keys(others).length === 0 ? undefined : merged);
}

function put<K extends keyof Writable>(spec: Writable, key: K, value: Writable[K]): void {
  if (value === undefined) delete spec[key];
  else spec[key] = value;
}

function validateNodeAffinityChange(now: NodeAffinity, before: NodeAffinity, problems: Problems): void {
  const old = before?.[REQUIRED]?.nodeSelectorTerms;
  if (old === undefined || old.length === 0) return;
  const terms = now?.[REQUIRED]?.nodeSelectorTerms ?? [];
  const path = `spec.affinity.nodeAffinity.${REQUIRED}.nodeSelectorTerms`;
  if (old.length !== terms.length) {
    const told = now?.[REQUIRED] ? terms.map((term) => goValue('NodeSelectorTerm', term)) : undefined;
    problems.invalid(path, told, 'no additions/deletions to non-empty NodeSelectorTerms list are allowed');
    return;
  }
  for (const [index, term] of terms.entries()) {
    const kept = old[index];
    if (kept && hasOnlyAdditions(term, kept)) continue;
    const why = 'only additions are allowed (no mutations or deletions)';
    problems.invalid(`${path}[${index}]`, goValue('NodeSelectorTerm', term), why);
  }
}

/** An empty term matches nothing, so nothing can be added to it. */
function hasOnlyAdditions(term: Term, old: Term): boolean {
  const lists = ['matchExpressions', 'matchFields'] as const;
  if (lists.every((key) => (old[key] ?? []).length === 0)) return lists.every((key) => (term[key] ?? []).length === 0);
  return lists.every((key) => sameJson((term[key] ?? []).slice(0, (old[key] ?? []).length), old[key] ?? []));
}
