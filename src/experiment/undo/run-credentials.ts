import { entriesOf, setOwn } from '../format/key-order.ts';
import { secretsOf } from '../configuration/load-secrets.ts';
import type { UndoContext } from '../ports.ts';
import type { PlanRecord } from './undo-log.ts';

/** What a run signs in with. Never written to a disk. */
export interface RunCredentials {
  readonly configuration: Readonly<Record<string, unknown>>;
  /** Group -> key -> value. */
  readonly secrets: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * What the undo of one plan is given: the very groups of secrets that its activity named, since another group may lead to another place.
 * A plan of an older version does not know them and gets all, merged.
 */
export function credentialsFor(
  { secretGroups }: Pick<PlanRecord, 'secretGroups'>,
  { configuration, secrets }: RunCredentials,
): Pick<UndoContext, 'configuration' | 'secrets'> {
  if (secretGroups !== undefined) return { configuration, secrets: secretsOf(secretGroups, secrets) };
  const merged: Record<string, unknown> = {};
  for (const group of Object.values(secrets)) for (const [key, value] of entriesOf(group)) setOwn(merged, key, value);
  return { configuration, secrets: merged };
}
