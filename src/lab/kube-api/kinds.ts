/** The kinds with rules of their own; a new kind adds its file and one line here. */
import { rulesFor, type KindRules } from './kind-rules.ts';
import type { Namespace } from '../../kubernetes/index.ts';

/** A namespace carries its own name as a label and is released by its controller (`spec.finalizers`). */
const namespace = rulesFor<Namespace>({
  kind: 'Namespace',
  hasStatus: true,
  defaults(object) {
    object.metadata.labels = { ...object.metadata.labels, 'kubernetes.io/metadata.name': object.metadata.name };
  },
  onCreate(object) {
    Object.assign(object, { spec: { ...object.spec, finalizers: ['kubernetes'] }, status: { phase: 'Active' } });
  },
});

export const KIND_RULES: readonly KindRules[] = [namespace];
