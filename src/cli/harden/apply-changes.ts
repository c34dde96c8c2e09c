import { EvenkeelError, formatDuration, groupBy } from '../../base/index.ts';
import type { KubernetesClient } from '../../clients/index.ts';
import type { Change } from '../../hardening/index.ts';
import { type Deployment, type KubeObject, resourceOf } from '../../kubernetes/index.ts';
import type { CommandContext } from '../context.ts';
import { ownedFields } from './owned-fields.ts';

const FIELD_MANAGER = 'evenkeel';
const POLL_MS = 2000;
/** A rollout that takes longer than this has a problem that waiting does not solve. */
const ROLLOUT_LIMIT_MS = 15 * 60_000;

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

/** Waits until the deployments that a plan changed are rolled out. Errors: as `waitForDeployments`. */
export function waitForRollouts(changes: readonly Change[], client: KubernetesClient, context: CommandContext): Promise<void> {
  const deployments = new Map(
    changes.filter(({ target }) => target.kind === 'Deployment').map((change) => [targetKey(change), change.target]),
  );
  return waitForDeployments([...deployments.values()], client, context);
}

/** Waits until deployments are rolled out. Errors: `TIMED_OUT`, `TARGET_FAILED` when a rollout is stuck. */
export async function waitForDeployments(
  targets: readonly { readonly namespace: string; readonly name: string }[],
  client: KubernetesClient,
  context: CommandContext,
): Promise<void> {
  const resource = resourceOf('Deployment');
  if (!resource) return;
  const { clock } = context;
  const start = clock.now();
  let waiting = [...targets];
  for (;;) {
    const left: typeof waiting = [];
    for (const target of waiting) {
      const deployment = await client.get<Deployment>(resource, target.namespace, target.name, context.signal);
      const state = rolloutState(deployment);
      if (state === 'stuck') throw stuck(target, deployment);
      if (state === 'going on') left.push(target);
      else
        context.say(`  ${context.style.good('✓')} ${target.name} is rolled out ${context.style.dim(formatDuration(clock.now() - start))}`);
    }
    waiting = left;
    if (waiting.length === 0) return;
    if (clock.now() - start > ROLLOUT_LIMIT_MS) {
      throw new EvenkeelError(
        'TIMED_OUT',
        `not rolled out after ${formatDuration(ROLLOUT_LIMIT_MS)}: ${waiting.map(({ name }) => name).join(', ')}`,
        { blame: 'target' },
      );
    }
    await clock.sleep(POLL_MS, context.signal);
  }
}

function stuck({ namespace, name }: { readonly namespace: string; readonly name: string }, deployment: Deployment): EvenkeelError {
  const hint = `Look: kubectl describe -n ${namespace} deployment ${name}`;
  return new EvenkeelError('TARGET_FAILED', `the rollout of ${name} is stuck: ${progressOf(deployment)?.message ?? ''}`, {
    blame: 'target',
    hint,
  });
}

const progressOf = (deployment: Deployment) => deployment.status?.conditions?.find((condition) => condition.type === 'Progressing');

/** Source: `kubectl rollout status` and the Deployment documentation, "Complete Deployment" and "Failed Deployment". */
function rolloutState(deployment: Deployment & KubeObject): 'done' | 'going on' | 'stuck' {
  const { status } = deployment;
  const wanted = deployment.spec?.replicas ?? 1;
  if ((status?.observedGeneration ?? 0) < (deployment.metadata.generation ?? 1)) return 'going on';
  if (progressOf(deployment)?.reason === 'ProgressDeadlineExceeded') return 'stuck';
  const done =
    (status?.updatedReplicas ?? 0) === wanted && (status?.replicas ?? 0) === wanted && (status?.availableReplicas ?? 0) === wanted;
  return done ? 'done' : 'going on';
}
