/** Rules of CustomResourceDefinition. Source: apiextensions-apiserver pkg/registry/customresourcedefinition and apis/apiextensions/v1/defaults.go, 1.36. */
import { rulesFor } from '../kind-rules.ts';
import { timestamp } from '../names.ts';
import { notImplemented } from '../statuses.ts';
import { withCondition } from './conditions.ts';
import type { Definition, DefinitionSpec } from './types.ts';
import { validateDefinition } from './validate-definition.ts';

/** Holds a definition until its objects are gone. */
export const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';

export const definitionRules = rulesFor<Definition>({
  kind: 'CustomResourceDefinition',
  hasStatus: true,
  hasGeneration: true,
  defaults(definition) {
    const { spec } = definition;
    if (spec === undefined) return;
    definition.spec = withDefaults(spec);
  },
  onCreate(definition) {
    refuseWebhook(definition);
    const stored = definition.spec?.versions?.find(({ storage }) => storage === true)?.name;
    definition.status = { conditions: [], acceptedNames: { plural: '', kind: '' }, storedVersions: stored === undefined ? [] : [stored] };
  },
  onUpdate(definition) {
    refuseWebhook(definition);
    const stored = definition.spec?.versions?.find(({ storage }) => storage === true)?.name;
    const before = definition.status?.storedVersions ?? [];
    if (stored !== undefined && !before.includes(stored)) definition.status = { ...definition.status, storedVersions: [...before, stored] };
  },
  onDelete(definition, { clock }) {
    const { metadata } = definition;
    if ((metadata.finalizers ?? []).includes(CLEANUP) || metadata.deletionTimestamp !== undefined) return;
    metadata.finalizers = [...(metadata.finalizers ?? []), CLEANUP];
    const condition = {
      type: 'Terminating',
      status: 'True',
      reason: 'InstanceDeletionPending',
      message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
      lastTransitionTime: timestamp(clock.now()),
    } as const;
    definition.status = { ...definition.status, conditions: withCondition(definition, condition, clock.now()) };
  },
  validate: validateDefinition,
});

function withDefaults(spec: DefinitionSpec): DefinitionSpec {
  const { names = {} } = spec;
  const { kind = '' } = names;
  return {
    ...spec,
    conversion: { strategy: 'None', ...spec.conversion },
    names: {
      ...names,
      ...(kind === '' || names.singular !== undefined ? {} : { singular: kind.toLowerCase() }),
      ...(kind === '' || names.listKind !== undefined ? {} : { listKind: `${kind}List` }),
    },
  };
}

/** Nobody answers a webhook here: objects of other versions could not be read. */
function refuseWebhook({ spec }: Definition): void {
  if (spec?.conversion?.strategy === 'Webhook')
    throw notImplemented('conversion of custom resources by a webhook (spec.conversion.strategy: Webhook)');
}
