import { EvenkeelError, groupBy } from '../../base/index.ts';
import type { KubernetesClient } from '../../clients/index.ts';
import type { Change } from '../../hardening/index.ts';
import { type KubeObject, resourceOf } from '../../kubernetes/index.ts';
import type { CommandContext } from '../context.ts';
import { ownedFields } from './owned-fields.ts';

const FIELD_MANAGER = 'evenkeel';

export interface ApplyOptions {
  /** Take over fields that another manager owns. */
  readonly force: boolean;
  /** Check with the server, change nothing. */
  readonly dryRun?: boolean;
}

/** Applies the changes of a plan by server-side apply, all changes of one object at once. Errors: `CONFLICT` names who owns a field. */
export async function applyChanges(
  changes: readonly Change[],
  client: KubernetesClient,
  context: CommandContext,
  options: ApplyOptions,
): Promise<void> {
  for (const [key, group] of groupBy(changes, targetKey)) {
    const [first] = group;
    const resource = first && resourceOf(first.target.kind);
    if (!first || !resource) throw new EvenkeelError('UNSUPPORTED', `cannot change ${key}`, { blame: 'target' });
    const wanted = group.map((change) => change.apply).reduce((a, b) => merge(a, b));
    const body = first.creates ? wanted : merge(await ownedBefore(first, client, context), wanted);
    try {
      await client.patch(resource, first.target.namespace, first.target.name, body, {
        type: 'apply',
        fieldManager: FIELD_MANAGER,
        force: options.force,
        dryRun: options.dryRun ?? false,
        signal: context.signal,
      });
    } catch (error) {
      if (!(error instanceof EvenkeelError) || error.code !== 'CONFLICT' || options.force) throw error;
      throw new EvenkeelError('CONFLICT', error.message, {
        blame: 'target',
        hint: 'Another tool owns the field (a pipeline would change it back). Change the manifests: evenkeel harden -f DIR --write; or take it over: --force-conflicts.',
        cause: error,
      });
    }
    if (options.dryRun !== true) context.say(`  ${context.style.good('✓')} ${key}: ${group.map((change) => change.summary).join('; ')}`);
  }
}

/** What an earlier plan applied to the same object stays applied. */
async function ownedBefore({ target }: Change, client: KubernetesClient, context: CommandContext): Promise<Data> {
  const resource = resourceOf(target.kind);
  if (!resource) return {};
  return ownedFields(await client.get<KubeObject>(resource, target.namespace, target.name, context.signal), FIELD_MANAGER);
}

const targetKey = ({ target }: Change): string => `${target.kind} ${target.namespace}/${target.name}`;

type Data = Readonly<Record<string, unknown>>;
const isData = (value: unknown): value is Data => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Objects are merged; everything else of `b` wins. */
function merge<T extends Data>(a: T, b: Data): T {
  const merged: Record<string, unknown> = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const before = merged[key];
    merged[key] = isData(before) && isData(value) ? merge(before, value) : value;
  }
  return merged as T; // the keys of `a` keep their kind: both describe the same object
}
