/** Which names a definition gets. Source: apiextensions-apiserver pkg/controller/status/naming_controller.go, 1.36. */
import { sameJson } from '../json.ts';
import { conditionOf, isTrue } from './conditions.ts';
import type { Definition, DefinitionCondition, DefinitionNames } from './types.ts';

export interface Acceptance {
  readonly names: DefinitionNames;
  readonly conditions: readonly DefinitionCondition[];
}

interface Used {
  readonly resources: ReadonlySet<string>;
  readonly kinds: ReadonlySet<string>;
}

function usedIn(group: string, definitions: readonly Definition[]): Used {
  const accepted = definitions.filter(({ spec }) => spec?.group === group).map(({ status }) => status?.acceptedNames ?? {});
  const texts = (list: readonly (string | undefined)[]): string[] => list.filter((item) => item !== undefined);
  return {
    resources: new Set(accepted.flatMap(({ plural, singular, shortNames = [] }) => texts([plural, singular, ...shortNames]))),
    kinds: new Set(accepted.flatMap(({ kind, listKind }) => texts([kind, listKind]))),
  };
}

/** `definitions`: all of them. Undefined when nothing changes. */
export function acceptNames(definition: Definition, definitions: readonly Definition[]): Acceptance | undefined {
  const wanted = definition.spec?.names ?? {};
  const accepted = definition.status?.acceptedNames ?? {};
  if (sameJson(wanted, accepted)) return undefined;
  const { resources, kinds } = usedIn(definition.spec?.group ?? '', definitions);
  let conflict: readonly [reason: string, message: string] | undefined;
  const names: Record<string, unknown> = { ...accepted };
  const take = (key: 'plural' | 'singular' | 'kind' | 'listKind', used: ReadonlySet<string>, reason: string): void => {
    const name = wanted[key];
    if (name === undefined || name === accepted[key] || !used.has(name)) names[key] = name;
    else conflict = [reason, `"${name}" is already in use`];
  };
  take('plural', resources, 'PluralConflict');
  take('singular', resources, 'SingularConflict');
  const own = [...(accepted.shortNames ?? []), accepted.plural, accepted.singular];
  const taken = (wanted.shortNames ?? []).filter((name) => !own.includes(name) && resources.has(name));
  if (taken.length === 0) names['shortNames'] = wanted.shortNames;
  else {
    const texts = taken.map((name) => `"${name}" is already in use`);
    conflict = ['ShortNamesConflict', texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`];
  }
  take('kind', kinds, 'KindConflict');
  take('listKind', kinds, 'ListKindConflict');
  names['categories'] = wanted.categories;
  const given = Object.fromEntries(Object.entries(names).filter(([, value]) => value !== undefined));
  return { names: given, conditions: [namesCondition(conflict), ...establishedCondition(definition, conflict === undefined)] };
}

const namesCondition = (conflict: readonly [string, string] | undefined): DefinitionCondition => ({
  type: 'NamesAccepted',
  status: conflict === undefined ? 'True' : 'False',
  reason: conflict?.[0] ?? 'NoConflicts',
  message: conflict?.[1] ?? 'no conflicts found',
});

function establishedCondition(definition: Definition, accepted: boolean): readonly DefinitionCondition[] {
  const type = 'Established';
  if (isTrue(definition, type)) return [];
  if (accepted) return [{ type, status: 'False', reason: 'Installing', message: 'the initial names have been accepted' }];
  return conditionOf(definition, type) ? [] : [{ type, status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' }];
}
