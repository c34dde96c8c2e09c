/** Manifests with custom resources: their definitions come first, and are established before an object of theirs is made. */
import { EvenkeelError, groupBy, plural } from '../base/index.ts';
import type { KubeObject } from '../kubernetes/index.ts';
import { applyManifests, makeNamespaces } from './apply-manifests.ts';
import { ApiError, loadValidationRules } from './kube-api/index.ts';
import type { LabApi } from './kube-api/index.ts';

const DEFINITION = 'CustomResourceDefinition';
/** Nothing but turns of the event loop lies between a definition and its acceptance. */
const MOST_TURNS = 50;

interface DefinitionObject extends KubeObject {
  readonly spec?: { readonly group?: string; readonly names?: { readonly kind?: string } };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[] };
}

const isDefinition = (object: KubeObject): object is DefinitionObject =>
  object.kind === DEFINITION && object.apiVersion?.startsWith('apiextensions.k8s.io/v1') === true;

interface Parts {
  readonly definitions: readonly DefinitionObject[];
  readonly custom: readonly KubeObject[];
  readonly others: readonly KubeObject[];
}

/** Objects of kinds that nobody among them defines count as others: they are left out and told. */
function partsOf(objects: readonly KubeObject[]): Parts {
  const definitions = objects.filter(isDefinition);
  const defined = new Set(definitions.map(({ spec }) => `${spec?.group ?? ''} ${spec?.names?.kind ?? ''}`));
  const isOfTheirs = ({ apiVersion = '', kind = '' }: KubeObject): boolean => defined.has(`${apiVersion.split('/')[0] ?? ''} ${kind}`);
  const custom = objects.filter((object) => isOfTheirs(object) && !isHook(object));
  return { definitions, custom, others: objects.filter((object) => !isDefinition(object) && !custom.includes(object)) };
}

/** What no installation runs is for `applyManifests` to tell. */
const isHook = ({ metadata }: KubeObject): boolean => {
  const hook = metadata.annotations?.['helm.sh/hook'];
  return hook !== undefined && !/(?:^|,)\s*(?:(?:pre|post)-install|crd-install)\s*(?:,|$)/.test(hook);
};

/**
 * Applies manifests: definitions, then everything else, then objects of the definitions. Result: notes for people.
 *
 * Errors: `INVALID_INPUT` with all refusals of the API server, in its words.
 */
export async function installManifests(api: LabApi, manifests: readonly KubeObject[]): Promise<string[]> {
  const { definitions, custom, others } = partsOf(manifests);
  if (definitions.length === 0) return applyManifests(api, manifests);
  const notes = await installDefinitions(api, definitions);
  notes.push(...applyManifests(api, others));
  const installed = custom.filter(({ apiVersion = '', kind = '' }) => isInstalled(api, apiVersion, kind));
  makeNamespaces(api, installed);
  const refusals: string[] = [];
  for (const object of installed) notes.push(...create(api, object, refusals));
  refuse(refusals);
  return [...notes, ...operatorNotes(installed)];
}

/** Puts definitions and objects of a cluster that runs elsewhere into the lab, as they are there. Result: what is left, and notes. */
export async function seedCustomResources(
  api: LabApi,
  objects: readonly KubeObject[],
): Promise<{ readonly others: readonly KubeObject[]; readonly notes: readonly string[] }> {
  const { definitions, custom, others } = partsOf(objects);
  if (definitions.length === 0) return { others: objects, notes: [] };
  const notes = await installDefinitions(api, definitions);
  const installed = custom.filter(({ apiVersion = '', kind = '' }) => isInstalled(api, apiVersion, kind));
  for (const object of installed) {
    const { resourceVersion: _version, managedFields: _fields, ...metadata } = object.metadata;
    api.seed(api.kindFor(object.apiVersion ?? '', object.kind ?? '') ?? '', { ...object, metadata });
  }
  return { others, notes: [...notes, ...operatorNotes(installed)] };
}

/** A kind of Kubernetes may have the same name; its group tells. */
const isInstalled = (api: LabApi, apiVersion: string, kind: string): boolean =>
  api.customKinds().some((known) => known.objectKind === kind && known.group === apiVersion.split('/')[0]);

/** Resolves when all are established. Errors: `INVALID_INPUT`. Result: those that need what the lab does not have. */
async function installDefinitions(api: LabApi, definitions: readonly DefinitionObject[]): Promise<string[]> {
  await loadValidationRules();
  const notes: string[] = [];
  const refusals: string[] = [];
  const made: string[] = [];
  for (const definition of definitions) {
    const { name, labels, annotations } = definition.metadata;
    try {
      api.create<DefinitionObject>(DEFINITION, {
        ...definition,
        metadata: { name, ...(labels && { labels }), ...(annotations && { annotations }) },
      });
      made.push(name);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.code === 501) notes.push(`left out ${DEFINITION} ${name} and its objects: ${error.message}`);
      else if (error.code !== 409) refusals.push(error.message);
    }
  }
  refuse(refusals);
  for (let turn = 0; turn < MOST_TURNS && made.some((name) => !isSettled(api, name)); turn++) await new Promise(setImmediate);
  refuse(made.flatMap((name) => conflictOf(api, name)));
  return notes;
}

const conditionOf = (api: LabApi, name: string, type: string): { readonly status: string; readonly message?: string } | undefined =>
  api.get<DefinitionObject>(DEFINITION, undefined, name)?.status?.conditions?.find((condition) => condition.type === type);

const isSettled = (api: LabApi, name: string): boolean =>
  conditionOf(api, name, 'Established')?.status === 'True' || conditionOf(api, name, 'NamesAccepted')?.status === 'False';

function conflictOf(api: LabApi, name: string): string[] {
  const condition = conditionOf(api, name, 'NamesAccepted');
  return condition?.status === 'False' ? [`${DEFINITION} ${name}: its names are not accepted: ${condition.message ?? ''}`] : [];
}

/** Result: notes; what the API server says against it goes to `refusals`. */
function create(api: LabApi, object: KubeObject, refusals: string[]): string[] {
  const { kind, metadata } = object;
  try {
    return api.createCustom(object).map((text) => `${kind} ${metadata.name}: ${text}`);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    refusals.push(`${kind} ${metadata.name}: ${error.message}`);
    return [];
  }
}

function refuse(refusals: readonly string[]): void {
  if (refusals.length === 0) return;
  throw new EvenkeelError(
    'INVALID_INPUT',
    `the lab's API server refuses ${plural(refusals.length, 'object')}:\n  ${refusals.join('\n  ')}`,
    {
      blame: 'input',
      hint: 'Mend the manifests; a real cluster would refuse them too.',
    },
  );
}

function operatorNotes(custom: readonly KubeObject[]): string[] {
  if (custom.length === 0) return [];
  const counts = [...groupBy(custom, ({ apiVersion = '', kind = '' }) => `${kind}.${apiVersion.split('/')[0] ?? ''}`)];
  const told = counts.map(([kind, list]) => `${list.length} ${kind}`).join(', ');
  return [`no operator runs in the lab: custom resources are kept and served, and nothing acts upon them (${told})`];
}
