/** The resources that definitions make. They are read from the stored definitions whenever asked for, so there is nothing to keep in step. */
import type { Store, Stored } from '../store.ts';
import { customRules } from './custom-rules.ts';
import { isTrue } from './conditions.ts';
import { shapeOf } from './shape-of.ts';
import type { CustomResource, Definition, DefinitionNames, DefinitionVersion } from './types.ts';

export const DEFINITION = 'CustomResourceDefinition';

const made = new WeakMap<Stored, readonly CustomResource[]>();

/** Every version that is served now. */
export function customResourcesIn(store: Store): readonly CustomResource[] {
  return store.list(DEFINITION).flatMap(versionsOf);
}

/** The resource under a group version, or undefined. */
export function customResourceAt(store: Store, groupVersion: string, plural: string): CustomResource | undefined {
  const [group, version] = groupVersion.split('/');
  if (version === undefined) return undefined;
  const definition = store.get(DEFINITION, '', `${plural}.${group}`);
  return definition && versionsOf(definition).find((resource) => resource.version === version);
}

/** The stored version of the resource that a definition of this name makes; also while none is served. */
export function customResourceByKey(store: Store, key: string): CustomResource | undefined {
  const definition = key.includes('.') ? store.get(DEFINITION, '', key) : undefined;
  return definition && allVersionsOf(definition).find(({ version, custom }) => version === custom.storageVersion);
}

/** The resource of a kind, whatever the version; undefined where no established definition has it. */
export function customResourceOfKind(store: Store, apiVersion: string, kind: string): CustomResource | undefined {
  const group = apiVersion.split('/')[0] ?? '';
  return customResourcesIn(store).find((resource) => resource.group === group && resource.custom.kind === kind);
}

/** Served versions of an established definition, its newest first. */
function versionsOf(stored: Stored): readonly CustomResource[] {
  // Only definitions are stored under that kind.
  const definition = stored as Definition;
  if (!isTrue(definition, 'Established')) return [];
  const served = new Set((definition.spec?.versions ?? []).filter((version) => version.served === true).map(({ name }) => name));
  return allVersionsOf(definition).filter(({ version }) => served.has(version));
}

function allVersionsOf(stored: Stored): readonly CustomResource[] {
  const known = made.get(stored);
  if (known !== undefined) return known;
  const definition = stored as Definition; // as above
  const resources = (definition.spec?.versions ?? []).map((version) => resourceOf(definition, version)).sort(byVersion);
  made.set(stored, resources);
  return resources;
}

function resourceOf(definition: Definition, version: DefinitionVersion): CustomResource {
  const { spec, metadata, status } = definition;
  const names: DefinitionNames = status?.acceptedNames ?? spec?.names ?? {};
  const { plural = '', singular = '', kind = '', listKind = `${kind}List`, shortNames = [], categories } = { ...spec?.names, ...names };
  const given = version.schema?.openAPIV3Schema ?? {};
  const schema = spec?.preserveUnknownFields === true ? { ...given, 'x-kubernetes-preserve-unknown-fields': true } : given;
  const group = spec?.group ?? '';
  const name = version.name ?? '';
  const hasStatus = version.subresources?.status !== undefined;
  const scale = version.subresources?.scale;
  const told = version.deprecationWarning ?? `${group}/${name} ${kind} is deprecated`;
  return {
    kind: metadata.name,
    group,
    version: name,
    plural,
    singular,
    shortNames,
    namespaced: spec?.scope !== 'Cluster',
    ...(categories === undefined ? {} : { categories }),
    custom: {
      kind,
      storageVersion: spec?.versions?.find(({ storage }) => storage === true)?.name ?? name,
      listKind,
      schema,
      shape: shapeOf(schema),
      hasStatus,
      scale,
      columns: version.additionalPrinterColumns ?? [],
      selectable: (version.selectableFields ?? []).map(({ jsonPath = '' }) => jsonPath.replace(/^\./, '')),
      warning: version.deprecated === true ? told : undefined,
      isTerminating: metadata.deletionTimestamp !== undefined,
      rules: customRules({ schema, hasStatus, scale }),
    },
  };
}

const VERSION = /^v(\d+)(?:(alpha|beta)(\d+))?$/;
const STAGES = ['alpha', 'beta', undefined];

/** Newest first: v2, v1, v1beta2, v1beta1, v1alpha1, then other names. Source: apimachinery pkg/version/helpers.go. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [VERSION.exec(a), VERSION.exec(b)];
  if (left === null || right === null) return left === right ? (a < b ? -1 : a > b ? 1 : 0) : left === null ? 1 : -1;
  const stage = STAGES.indexOf(right[2]) - STAGES.indexOf(left[2]);
  return stage || Number(right[1]) - Number(left[1]) || Number(right[3] ?? 0) - Number(left[3] ?? 0);
}

const byVersion = (a: CustomResource, b: CustomResource): number => compareVersions(a.version, b.version);
