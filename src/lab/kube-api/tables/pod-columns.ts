/** What `kubectl get pods` shows. Source: pkg/printers/internalversion/printers.go printPod, 1.36. */
import type { Pod } from '../../../kubernetes/index.ts';
import { humanDuration } from './ages.ts';

type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number];

export interface PodSummary {
  readonly ready: string;
  readonly status: string;
  readonly restarts: string;
}

/** The READY, STATUS and RESTARTS cells. */
export function summarizePod(pod: Pod, nowMs: number): PodSummary {
  const statuses = pod.status?.containerStatuses ?? [];
  const inits = pod.status?.initContainerStatuses ?? [];
  const ready = statuses.filter(({ ready: isReady, state }) => isReady && state?.running).length;
  const initReason = reasonOfInits(pod, inits);
  const restarts = initReason === undefined ? countRestarts(statuses, nowMs) : countRestarts(inits, nowMs);
  return {
    ready: `${ready}/${pod.spec?.containers.length ?? 0}`,
    status: statusOf(pod, statuses, initReason),
    restarts,
  };
}

function statusOf(pod: Pod, statuses: readonly ContainerStatus[], initReason: string | undefined): string {
  const { status, metadata } = pod;
  let reason = status?.reason ?? '';
  if (reason === '') reason = status?.phase ?? '';
  const gated = status?.conditions?.some(({ type, reason: why }) => type === 'PodScheduled' && why === 'SchedulingGated') === true;
  if (gated) reason = 'SchedulingGated';
  if (initReason !== undefined) reason = initReason;
  else reason = reasonOfContainers(pod, statuses, reason);
  if (metadata.deletionTimestamp !== undefined) {
    if (status?.reason === 'NodeLost') return 'Unknown';
    if (status?.phase !== 'Failed' && status?.phase !== 'Succeeded') return 'Terminating';
  }
  return reason;
}

function reasonOfContainers(pod: Pod, statuses: readonly ContainerStatus[], before: string): string {
  let reason = before;
  let running = false;
  for (const { state, ready } of [...statuses].reverse()) {
    if (state?.waiting?.reason) reason = state.waiting.reason;
    else if (state?.terminated) reason = terminatedReason(state.terminated);
    else if (ready && state?.running) running = true;
  }
  if (reason === 'Completed' && running) {
    const isReady = pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
    return isReady ? 'Running' : 'NotReady';
  }
  return reason;
}

function terminatedReason({ reason, signal, exitCode }: { reason?: string; signal?: number; exitCode: number }): string {
  if (reason !== undefined && reason !== '') return reason;
  return signal !== undefined && signal !== 0 ? `Signal:${signal}` : `ExitCode:${exitCode}`;
}

/** `Init:1/2` and the like while init containers run; undefined when they are done. */
function reasonOfInits(pod: Pod, statuses: readonly ContainerStatus[]): string | undefined {
  const total = pod.spec?.initContainers?.length ?? 0;
  for (const [index, { state, started, name }] of statuses.entries()) {
    const sidecar = pod.spec?.initContainers?.find((container) => container.name === name && 'restartPolicy' in container);
    if (state?.terminated?.exitCode === 0 || (sidecar !== undefined && started === true)) continue;
    if (state?.terminated) return `Init:${terminatedReason(state.terminated)}`;
    const waiting = state?.waiting?.reason ?? '';
    return waiting !== '' && waiting !== 'PodInitializing' ? `Init:${waiting}` : `Init:${index}/${total}`;
  }
  return undefined;
}

function countRestarts(statuses: readonly ContainerStatus[], nowMs: number): string {
  const count = statuses.reduce((sum, { restartCount }) => sum + restartCount, 0);
  const times = statuses.flatMap(({ lastState }) => lastState?.terminated?.finishedAt ?? []);
  const last = times.sort().at(-1);
  return count > 0 && last !== undefined ? `${count} (${humanDuration(nowMs - Date.parse(last))} ago)` : String(count);
}
