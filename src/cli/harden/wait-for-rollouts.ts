import { EvenkeelError, formatDuration } from '../../base/index.ts';
import type { KubernetesClient } from '../../clients/index.ts';
import type { Change } from '../../hardening/index.ts';
import { type DaemonSet, type Deployment, type StatefulSet, type KubeObject, resourceOf } from '../../kubernetes/index.ts';
import type { CommandContext } from '../context.ts';
import { type RollingKind, rolloutState, type RolloutState } from './rollout-state.ts';

const POLL_MS = 2000;
/** A rollout that takes longer than this has a problem that waiting does not solve. */
const ROLLOUT_LIMIT_MS = 15 * 60_000;
const ROLLING: readonly string[] = ['Deployment', 'StatefulSet', 'DaemonSet'] satisfies readonly RollingKind[];

export interface RolloutTarget {
  readonly kind: RollingKind;
  readonly namespace: string;
  readonly name: string;
}

type Waiting = Pick<CommandContext, 'clock' | 'signal' | 'say' | 'style'>;

/** Waits until the workloads that a plan changed are rolled out. Errors: as `waitForTargets`. */
export function waitForRollouts(changes: readonly Change[], client: KubernetesClient, context: Waiting): Promise<void> {
  const targets = new Map(
    changes.flatMap(({ target }) => (isRolling(target) ? [[`${target.kind}/${target.namespace}/${target.name}`, target] as const] : [])),
  );
  return waitForTargets([...targets.values()], client, context);
}

const isRolling = (target: Change['target']): target is RolloutTarget => ROLLING.includes(target.kind);

/** Waits until workloads are rolled out; each step of theirs is told. Errors: `TIMED_OUT`, `TARGET_FAILED` when a rollout is stuck. */
export async function waitForTargets(
  targets: readonly RolloutTarget[],
  client: Pick<KubernetesClient, 'get'>,
  context: Waiting,
): Promise<void> {
  const { clock, signal, say, style } = context;
  const start = clock.now();
  const told = new Map<RolloutTarget, string>();
  let waiting = [...targets];
  for (;;) {
    const left: typeof waiting = [];
    for (const target of waiting) {
      const { state, words } = await look(target, client, signal);
      const after = style.dim(formatDuration(clock.now() - start));
      if (state === 'stuck') throw stuck(target, words);
      if (state === 'done') say(`  ${style.good('✓')} ${target.name} is rolled out ${after}`);
      else if (state === 'unattended')
        say(`  ${style.warn('!')} ${target.name} is not replaced by itself (${words}): delete its pods one by one`);
      else {
        left.push(target);
        if (told.get(target) !== words) say(`  ${style.dim('…')} ${target.name}: ${words} ${after}`);
        told.set(target, words);
      }
    }
    waiting = left;
    if (waiting.length === 0) return;
    if (clock.now() - start > ROLLOUT_LIMIT_MS) throw tooLong(waiting, told);
    await clock.sleep(POLL_MS, signal);
  }
}

async function look(
  { kind, namespace, name }: RolloutTarget,
  client: Pick<KubernetesClient, 'get'>,
  signal: AbortSignal,
): Promise<RolloutState> {
  const resource = resourceOf(kind);
  if (resource === undefined) throw new EvenkeelError('UNSUPPORTED', `${kind} is no known kind`, { blame: 'environment' });
  return rolloutState(kind, await client.get<KubeObject & (Deployment | StatefulSet | DaemonSet)>(resource, namespace, name, signal));
}

const howToLook = ({ kind, namespace, name }: RolloutTarget): string => `kubectl describe -n ${namespace} ${kind.toLowerCase()} ${name}`;

function stuck(target: RolloutTarget, words: string): EvenkeelError {
  return new EvenkeelError('TARGET_FAILED', `the rollout of ${target.name} is stuck: ${words}`, {
    blame: 'target',
    hint: `Look: ${howToLook(target)}`,
  });
}

function tooLong(waiting: readonly RolloutTarget[], told: ReadonlyMap<RolloutTarget, string>): EvenkeelError {
  const states = waiting.map((target) => `${target.name} (${told.get(target) ?? 'unknown'})`).join(', ');
  const [first] = waiting;
  return new EvenkeelError('TIMED_OUT', `not rolled out after ${formatDuration(ROLLOUT_LIMIT_MS)}: ${states}`, {
    blame: 'target',
    ...(first !== undefined && { hint: `What is applied stays applied. Look: ${howToLook(first)}` }),
  });
}
