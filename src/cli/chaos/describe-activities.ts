/** Native faults and probes as the Chaos Toolkit's discovery file lists activities. Source: chaostoolkit-compat.md b.12. */
import { z } from 'zod';
import type { ActivityDescriptor } from '../../experiment/index.ts';

export interface DiscoveredArgument {
  readonly name: string;
  readonly default?: unknown;
  readonly type?: string;
}

export interface DiscoveredActivity {
  readonly type: string;
  readonly name: string;
  readonly mod: string;
  readonly doc: string | null;
  readonly arguments: readonly DiscoveredArgument[];
}

/** What the activities are called in a Python package (`chaosazure`); with `evenkeel`, all under their own names. */
export function describeActivities(activities: readonly ActivityDescriptor[], root: string): DiscoveredActivity[] {
  const found = activities.flatMap((activity) => {
    const { kind, summary, name } = activity;
    const described = { doc: summary, arguments: argumentsOf(activity) };
    if (root === 'evenkeel') return [{ type: kind, name, mod: 'evenkeel', ...described }];
    return activity.aliases
      .filter((alias) => alias.startsWith(`${root}.`))
      .map((alias) => {
        const dot = alias.lastIndexOf('.');
        return { type: kind, name: alias.slice(dot + 1), mod: alias.slice(0, dot), ...described };
      });
  });
  return found.toSorted((a, b) => `${a.mod}.${a.name}`.localeCompare(`${b.mod}.${b.name}`));
}

/** What the parameters of an activity are called, and what they are. */
export function argumentsOf({ parameters }: ActivityDescriptor): DiscoveredArgument[] {
  const schema = z.toJSONSchema(parameters, { io: 'input', unrepresentable: 'any' });
  const required = new Set(schema.required);
  return Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const declared = typeof property === 'object' ? property : {};
    const type = portableType(declared);
    return {
      name,
      ...(required.has(name) ? {} : { default: declared.default ?? null }),
      ...(type === undefined ? {} : { type }),
    };
  });
}

interface Typed {
  readonly type?: unknown;
  readonly anyOf?: readonly unknown[];
  readonly enum?: readonly unknown[];
}

const PORTABLE: Readonly<Record<string, string>> = {
  string: 'string',
  integer: 'integer',
  number: 'number',
  boolean: 'boolean',
  array: 'list',
  object: 'mapping',
};

/** The first type that is not null. */
function portableType(schema: Typed): string | undefined {
  if (typeof schema.type === 'string') return PORTABLE[schema.type];
  if (schema.enum !== undefined) return 'string';
  for (const one of schema.anyOf ?? []) {
    const type = typeof one === 'object' && one !== null ? portableType(one) : undefined;
    if (type !== undefined) return type;
  }
  return undefined;
}
