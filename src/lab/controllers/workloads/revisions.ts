/** ControllerRevisions: the numbered templates of StatefulSets and DaemonSets. Source: pkg/controller/history, daemon/update.go (Kubernetes 1.36). */
import type { DaemonSet, KubeObject, PodTemplateSpec, StatefulSet } from '../../../kubernetes/index.ts';
import type { LabApi } from '../../kube-api/index.ts';
import { controllerReference } from '../runtime/pods.ts';
import { canonicalJson, shortHash } from '../runtime/template-hash.ts';

/** The label of pods, and of a DaemonSet's revisions. */
export const REVISION_HASH = 'controller-revision-hash';
/** The label of a StatefulSet's revisions. */
export const STATEFUL_HASH = 'controller.kubernetes.io/hash';
const KIND = 'ControllerRevision';

interface ControllerRevision extends KubeObject {
  revision: number;
  data: { readonly spec?: { readonly template?: PodTemplateSpec } };
}

/** The template that a revision holds; undefined when it is forgotten. */
export const templateOf = (api: LabApi, namespace: string | undefined, name: string): PodTemplateSpec | undefined =>
  api.get<ControllerRevision>(KIND, namespace, name)?.data.spec?.template;

const ownRevisions = (api: LabApi, { metadata }: StatefulSet | DaemonSet): readonly ControllerRevision[] =>
  api.list<ControllerRevision>(KIND, { namespace: metadata.namespace, index: { by: 'owner', value: metadata.uid ?? '' } });

export interface Revision {
  readonly name: string;
  readonly hash: string;
  readonly revision: number;
}

/** The revision of today's template, made when it is new. */
export function currentRevision(api: LabApi, owner: StatefulSet | DaemonSet, hashLabel: string): Revision {
  const data = { spec: { template: { ...owner.spec?.template, $patch: 'replace' } } };
  const hash = shortHash(canonicalJson(data));
  const name = `${owner.metadata.name}-${hash}`;
  const { namespace, annotations } = owner.metadata;
  const own = ownRevisions(api, owner);
  const newest = Math.max(0, ...own.map(({ revision }) => revision));
  const existing = own.find(({ metadata }) => metadata.name === name);
  if (existing === undefined) {
    api.create<ControllerRevision>(KIND, {
      metadata: {
        name,
        namespace: namespace ?? 'default',
        labels: { ...owner.spec?.template.metadata?.labels, [hashLabel]: hash },
        ...(annotations ? { annotations: { ...annotations } } : {}),
        ownerReferences: [controllerReference(owner)],
      },
      data,
      revision: newest + 1,
    });
  } else if (existing.revision < newest) {
    // An old template is today's again: a rollback is a new revision of the same content.
    api.modify<ControllerRevision>(KIND, namespace, name, (draft) => {
      draft.revision = newest + 1;
    });
  }
  const isToday = existing !== undefined && existing.revision === newest;
  return { name, hash, revision: isToday ? newest : newest + 1 };
}

/** Forgets the oldest revisions that no pod is of, beyond the set's limit. */
export function truncateRevisions(api: LabApi, owner: StatefulSet | DaemonSet, live: ReadonlySet<string>): void {
  const limit = owner.spec?.revisionHistoryLimit ?? 10;
  const past = ownRevisions(api, owner).filter(({ metadata }) => !live.has(metadata.name));
  const oldest = past.toSorted((a, b) => a.revision - b.revision).slice(0, Math.max(0, past.length - limit));
  for (const { metadata } of oldest) api.delete(KIND, metadata.namespace, metadata.name);
}
