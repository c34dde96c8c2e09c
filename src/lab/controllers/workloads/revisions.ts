/** ControllerRevisions: the numbered templates of StatefulSets and DaemonSets. Source: pkg/controller/history (Kubernetes 1.36). */
import type { DaemonSet, KubeObject, PodTemplateSpec, StatefulSet } from '../../../kubernetes/index.ts';
import type { LabApi } from '../../kube-api/index.ts';
import { controllerReference } from '../runtime/pods.ts';
import { canonicalJson, shortHash } from '../runtime/template-hash.ts';

export const REVISION_HASH = 'controller-revision-hash';

interface ControllerRevision extends KubeObject {
  revision: number;
  data: { readonly spec?: { readonly template?: PodTemplateSpec } };
}

/** The template that a revision holds; undefined when it is forgotten. */
export const templateOf = (api: LabApi, namespace: string | undefined, name: string): PodTemplateSpec | undefined =>
  api.get<ControllerRevision>('ControllerRevision', namespace, name)?.data.spec?.template;

/** The revision of today's template, made when it is new. Result: its name and its hash label. */
export function currentRevision(api: LabApi, owner: StatefulSet | DaemonSet): { readonly name: string; readonly hash: string } {
  const data = { spec: { template: { ...owner.spec?.template, $patch: 'replace' } } };
  const hash = shortHash(canonicalJson(data));
  const name = `${owner.metadata.name}-${hash}`;
  const { namespace } = owner.metadata;
  const own = api.list<ControllerRevision>('ControllerRevision', { namespace, index: { by: 'owner', value: owner.metadata.uid ?? '' } });
  const newest = Math.max(0, ...own.map(({ revision }) => revision));
  const existing = own.find(({ metadata }) => metadata.name === name);
  if (existing === undefined) {
    api.create<ControllerRevision>('ControllerRevision', {
      metadata: {
        name,
        namespace: namespace ?? 'default',
        labels: { ...owner.spec?.template.metadata?.labels, [REVISION_HASH]: hash },
        ownerReferences: [controllerReference(owner)],
      },
      data,
      revision: newest + 1,
    });
  } else if (existing.revision < newest) {
    // An old template is today's again: a rollback is a new revision of the same content.
    api.modify<ControllerRevision>('ControllerRevision', namespace, name, (draft) => {
      draft.revision = newest + 1;
    });
  }
  return { name, hash };
}
