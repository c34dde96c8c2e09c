import type { Clock } from '../base/index.ts';
import type { Pod } from '../kubernetes/index.ts';
import type { LabApi, LogRequest } from './kube-api/index.ts';
import type { Kubelets, LogLine, PodLogs } from './kubelet/index.ts';

export interface PodLogStreamOptions {
  readonly api: LabApi;
  readonly clock: Clock;
  readonly kubelets: Pick<Kubelets, 'logs' | 'reach'>;
}

/**
 * Gives the API server a container's lines: those there are, then with `follow` each new one until the client has gone.
 *
 * Errors: `ApiError` when the pod's node does not answer: its logs are on its disk.
 */
export function streamPodLogs({
  api,
  clock,
  kubelets,
}: PodLogStreamOptions): (request: LogRequest) => Promise<AsyncIterable<string> | undefined> {
  const { logs, reach } = kubelets;
  return async (request) => {
    const { namespace, pod, container, signal } = request;
    const path = `containerLogs/${namespace}/${pod}/${container}`;
    await reach(api.get<Pod>('Pod', namespace, pod), (address) => `Get "https://${address}/${path}": `, signal);
    const lines = logs.read(request, { previous: request.previous });
    if (lines === undefined) return undefined;
    const sinceMs = request.sinceSeconds === undefined ? -Infinity : clock.now() - request.sinceSeconds * 1000;
    const recent = lines.filter(({ timeMs }) => timeMs >= sinceMs);
    const first = request.tailLines === undefined ? recent : recent.slice(Math.max(0, recent.length - request.tailLines));
    return textsOf(request, request.follow ? following(logs, request, first) : first);
  };
}

async function* textsOf({ timestamps }: LogRequest, lines: Iterable<LogLine> | AsyncIterable<LogLine>): AsyncIterable<string> {
  for await (const { timeMs, text } of lines) yield timestamps ? `${new Date(timeMs).toISOString()} ${text}` : text;
}

/** Listens from the start, so that no line falls between what was there and what comes. */
function following(logs: PodLogs, request: LogRequest, first: readonly LogLine[]): AsyncIterable<LogLine> {
  const queue = [...first];
  let wake = (): void => {};
  const cancel = logs.follow(request, (line) => {
    queue.push(line);
    wake();
  });
  request.signal.addEventListener('abort', () => wake(), { once: true });
  return (async function* () {
    try {
      while (!request.signal.aborted) {
        const line = queue.shift();
        if (line !== undefined) yield line;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      cancel();
    }
  })();
}
