/** Conditions of a definition. */
import { timestamp } from '../names.ts';
import type { Definition, DefinitionCondition } from './types.ts';

export const conditionOf = ({ status }: Definition, type: string): DefinitionCondition | undefined =>
  status?.conditions?.find((item) => item.type === type);

export const isTrue = (definition: Definition, type: string): boolean => conditionOf(definition, type)?.status === 'True';

/** The conditions with this one in them; its time changes with its status. Source: apiextensions-apiserver pkg/apihelpers, SetCRDCondition. */
export function withCondition(definition: Definition, condition: DefinitionCondition, nowMs: number): readonly DefinitionCondition[] {
  const others = definition.status?.conditions ?? [];
  const before = conditionOf(definition, condition.type);
  const lastTransitionTime = before?.status === condition.status ? (before.lastTransitionTime ?? timestamp(nowMs)) : timestamp(nowMs);
  const { type, status, reason, message } = condition;
  const made = { lastTransitionTime, message, reason, status, type };
  return before === undefined ? [...others, made] : others.map((item) => (item.type === type ? made : item));
}
