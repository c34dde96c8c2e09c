/** What the API server does about definitions by itself: names are accepted, the API is established, objects go before their definition. Source: apiextensions-apiserver pkg/controller (status, establish, finalizer), 1.36. */
import type { Cancel } from '../../../base/index.ts';
import { copyJson, sameJson } from '../json.ts';
import { ApiError, type LabApi } from '../types.ts';
import { acceptNames } from './accept-names.ts';
import { isTrue, withCondition } from './conditions.ts';
import { DEFINITION } from './custom-versions.ts';
import { CLEANUP } from './definition-rules.ts';
import type { Definition, DefinitionCondition } from './types.ts';

/** How long until objects that still stand are looked for again. */
const LOOK_AGAIN_MS = 5000;

export function keepDefinitions(api: LabApi): Cancel {
  return api.watch<Definition>(DEFINITION, ({ type, object }) => {
    if (type === 'DELETED') {
      // Its names are free for others of the group.
      for (const { metadata, spec } of api.list<Definition>(DEFINITION)) if (spec?.group === object.spec?.group) settle(api, metadata.name);
    } else settle(api, object.metadata.name);
  });
}

function settle(api: LabApi, name: string): void {
  const definition = api.get<Definition>(DEFINITION, undefined, name);
  if (definition === undefined) return;
  if (definition.metadata.deletionTimestamp !== undefined) return finish(api, definition);
  const acceptance = acceptNames(definition, api.list<Definition>(DEFINITION));
  if (acceptance !== undefined) {
    write(api, name, (draft) => {
      for (const condition of acceptance.conditions) setCondition(api, draft, condition);
      draft.status = { ...draft.status, acceptedNames: acceptance.names };
    });
    return;
  }
  if (isTrue(definition, 'NamesAccepted') && !isTrue(definition, 'Established')) {
    const condition: DefinitionCondition = {
      type: 'Established',
      status: 'True',
      reason: 'InitialNamesAccepted',
      message: 'the initial names have been accepted',
    };
    write(api, name, (draft) => setCondition(api, draft, condition));
  }
}

function finish(api: LabApi, definition: Definition): void {
  const { name, finalizers = [] } = definition.metadata;
  if (!finalizers.includes(CLEANUP)) return;
  const type = 'Terminating';
  const tell = (status: 'True' | 'False', reason: string, message: string): void =>
    write(api, name, (draft) => setCondition(api, draft, { type, status, reason, message }));
  if (!isTrue(definition, 'Established')) tell('False', 'NeverEstablished', 'resource was never established');
  else {
    tell('True', 'InstanceDeletionInProgress', 'CustomResource deletion is in progress');
    const left = deleteObjects(api, name);
    if (left > 0) {
      api.clock.after(LOOK_AGAIN_MS, () => settle(api, name));
      return;
    }
    tell('False', 'InstanceDeletionCompleted', 'removed all instances');
  }
  write(api, name, (draft) => {
    draft.metadata.finalizers = (draft.metadata.finalizers ?? []).filter((item) => item !== CLEANUP);
  });
}

/** Result: how many still stand, held by finalizers of their own. */
function deleteObjects(api: LabApi, key: string): number {
  for (const { metadata } of api.list(key)) {
    if (metadata.deletionTimestamp === undefined) remove(api, key, metadata.namespace, metadata.name);
  }
  return api.list(key).length;
}

function remove(api: LabApi, key: string, namespace: string | undefined, name: string): void {
  try {
    api.delete(key, namespace, name);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 404) throw error;
  }
}

function setCondition(api: LabApi, draft: Definition, condition: DefinitionCondition): void {
  draft.status = { ...draft.status, conditions: withCondition(draft, condition, api.clock.now()) };
}

/** A status write that may take finalizers away too. */
function write(api: LabApi, name: string, change: (draft: Definition) => void): void {
  const found = api.get<Definition>(DEFINITION, undefined, name);
  if (found === undefined) return;
  const draft = copyJson(found);
  change(draft);
  if (!sameJson(draft, found)) api.update(DEFINITION, draft, { subresource: 'status' });
}
