/** How long a container's run lasts: sessions in it end with it. */
import type { Pod } from '../../kubernetes/index.ts';
import type { ContainerTarget, LabApi } from '../kube-api/index.ts';

/** Tells one run of a container from the next; undefined while it does not run. */
export function runOf(pod: Pod | undefined, container: string): string | undefined {
  const { containerStatuses = [], initContainerStatuses = [], ephemeralContainerStatuses = [] } = pod?.status ?? {};
  const all = [...containerStatuses, ...initContainerStatuses, ...ephemeralContainerStatuses];
  const running = all.find(({ name, state }) => name === container && state?.running !== undefined);
  return running && `${pod?.metadata.uid}/${running.restartCount}/${running.state?.running?.startedAt}`;
}

export interface Life {
  /** Resolves when the run is over, or the signal given aborts. */
  readonly ended: Promise<void>;
  /** Aborts then. */
  readonly signal: AbortSignal;
  stop(): void;
}

/** `isPod`: only the end of the whole pod counts. */
export function untilEnded(api: LabApi, target: ContainerTarget, signal: AbortSignal, { isPod = false } = {}): Life {
  const over = new AbortController();
  const idOf = (pod: Pod | undefined): string | undefined => (isPod ? pod?.metadata.uid : runOf(pod, target.container));
  const first = idOf(api.get<Pod>('Pod', target.namespace, target.pod));
  const end = (): void => over.abort();
  const cancel = api.watch<Pod>('Pod', ({ type, object }) => {
    if (object.metadata.namespace !== target.namespace || object.metadata.name !== target.pod) return;
    if (type === 'DELETED' || idOf(object) !== first) end();
  });
  const ended = new Promise<void>((resolve) => over.signal.addEventListener('abort', () => resolve(), { once: true }));
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted || first === undefined) end();
  return {
    ended,
    signal: over.signal,
    stop: () => {
      cancel();
      signal.removeEventListener('abort', end);
    },
  };
}
