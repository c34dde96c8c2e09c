/** What a cluster tells while something is broken: nodes, pods and endpoints, as entries of a timeline. */
import { EvenkeelError, messageOf } from '../../base/index.ts';
import type { Clock } from '../../base/index.ts';
import type { KubernetesClient, WatchEvent } from '../../clients/index.ts';
import type { EndpointSlice, KubeObject, Node, Pod } from '../../kubernetes/index.ts';
import { kind } from './_activity.ts';
import { conditionOf } from './_nodes.ts';

/** One thing that happened. Epoch milliseconds of the clock. */
export interface ClusterEvent {
  readonly atMs: number;
  readonly lane: 'node' | 'pod' | 'endpoints';
  readonly subject: string;
  readonly what: string;
  readonly tone: 'good' | 'bad' | 'neutral';
}

export interface ObserveOptions {
  /** Pods and endpoints of this namespace; undefined = all. Nodes are always seen. */
  readonly namespace: string | undefined;
  readonly clock: Clock;
  /** Ends the observation. */
  readonly signal: AbortSignal;
  onEvent(event: ClusterEvent): void;
}

export interface ClusterObservation {
  /** Resolves once the state before the fault is known. */
  readonly ready: Promise<void>;
  /** Resolves after the signal's abort, with what could not be seen (a blind spot, not a silence). Never rejects. */
  readonly done: Promise<readonly string[]>;
}

type Said = Pick<ClusterEvent, 'what' | 'tone'>;

/** Watches until the signal aborts. Tells changes only, not what is there at the start. */
export function observeCluster(client: KubernetesClient, options: ObserveOptions): ClusterObservation {
  const follow = <T extends KubeObject>(
    lane: ClusterEvent['lane'],
    kindName: string,
    subjectOf: (object: T) => string,
    changes: (before: T | undefined, after: T | undefined) => Said[],
  ): Following => {
    const { namespace } = options;
    const events = client.watch<T>(kind(kindName), { ...(lane === 'node' ? {} : { namespace }), signal: options.signal });
    return followAll(events, (before, after) => {
      const object = after ?? before;
      if (object === undefined) return;
      for (const said of changes(before, after)) options.onEvent({ atMs: options.clock.now(), lane, subject: subjectOf(object), ...said });
    });
  };
  const watches = [
    { name: 'nodes', ...follow<Node>('node', 'Node', ({ metadata }) => metadata.name, nodeChanges) },
    { name: 'pods', ...follow<Pod>('pod', 'Pod', ({ metadata }) => metadata.name, podChanges) },
    { name: 'endpoints', ...follow<EndpointSlice>('endpoints', 'EndpointSlice', serviceOf, endpointChanges) },
  ];
  return {
    ready: Promise.all(watches.map(({ ready }) => ready)).then(() => undefined),
    done: Promise.all(watches.map(async ({ name, done }) => ({ name, error: await done }))).then((ends) =>
      ends.flatMap(({ name, error }) => (error === undefined ? [] : [`${name} were not seen: ${messageOf(error)}`])),
    ),
  };
}

interface Following {
  readonly ready: Promise<void>;
  /** Undefined, or what ended it before the signal did. */
  readonly done: Promise<unknown>;
}

function followAll<T extends KubeObject>(
  events: AsyncIterable<WatchEvent<T>>,
  tell: (before: T | undefined, after: T | undefined) => void,
): Following {
  let isReady = (): void => {};
  const ready = new Promise<void>((resolve) => (isReady = resolve));
  const known = new Map<string, T>();
  const keyOf = ({ metadata }: T): string => metadata.uid ?? `${metadata.namespace}/${metadata.name}`;
  let first = true;
  const apply = (event: WatchEvent<T>): void => {
    if (event.type === 'RESET') {
      const now = new Map(event.objects.map((object) => [keyOf(object), object]));
      if (!first) {
        for (const [key, before] of known) if (!now.has(key)) tell(before, undefined);
        for (const [key, after] of now) tell(known.get(key), after);
      }
      known.clear();
      for (const [key, object] of now) known.set(key, object);
      first = false;
      isReady();
      return;
    }
    const key = keyOf(event.object);
    const before = known.get(key);
    if (event.type === 'DELETED') {
      known.delete(key);
      tell(before ?? event.object, undefined);
    } else {
      known.set(key, event.object);
      tell(before, event.object);
    }
  };
  const run = async (): Promise<unknown> => {
    try {
      for await (const event of events) apply(event);
      return undefined;
    } catch (thrown) {
      return thrown instanceof EvenkeelError && thrown.code === 'CANCELLED' ? undefined : thrown;
    } finally {
      isReady();
    }
  };
  return { ready, done: run() };
}

function nodeChanges(before: Node | undefined, after: Node | undefined): Said[] {
  if (before === undefined) return [{ what: 'node added', tone: 'good' }];
  if (after === undefined) return [{ what: 'node removed', tone: 'bad' }];
  const said: Said[] = [];
  const [was, is] = [conditionOf(before, 'Ready'), conditionOf(after, 'Ready')];
  if (was !== is) said.push(is === 'True' ? { what: 'Ready', tone: 'good' } : { what: 'NotReady', tone: 'bad' });
  const taints = ({ spec }: Node): Set<string> => new Set((spec?.taints ?? []).map(({ key, effect }) => `${key}:${effect}`));
  const [had, has] = [taints(before), taints(after)];
  for (const taint of has) if (!had.has(taint)) said.push({ what: `tainted ${taint}`, tone: 'bad' });
  for (const taint of had) if (!has.has(taint)) said.push({ what: `no longer tainted ${taint}`, tone: 'good' });
  return said;
}

function podChanges(before: Pod | undefined, after: Pod | undefined): Said[] {
  if (after === undefined) return [{ what: 'gone', tone: 'neutral' }];
  const isReady = (pod: Pod | undefined): boolean =>
    pod?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
  const said: Said[] = [];
  if (before === undefined) said.push({ what: 'created', tone: 'neutral' });
  if (!before?.spec?.nodeName && after.spec?.nodeName) said.push({ what: `placed on ${after.spec.nodeName}`, tone: 'neutral' });
  const refusal = (pod: Pod | undefined): string | undefined =>
    pod?.status?.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False')?.message;
  if (refusal(after) !== undefined && refusal(after) !== refusal(before)) said.push({ what: `Pending: ${refusal(after)}`, tone: 'bad' });
  if (!before?.metadata.deletionTimestamp && after.metadata.deletionTimestamp) said.push({ what: 'being deleted', tone: 'bad' });
  if (isReady(before) !== isReady(after)) said.push(isReady(after) ? { what: 'Ready', tone: 'good' } : { what: 'not Ready', tone: 'bad' });
  return said;
}

function serviceOf({ metadata }: EndpointSlice): string {
  return metadata.labels?.['kubernetes.io/service-name'] ?? metadata.name;
}

function endpointChanges(before: EndpointSlice | undefined, after: EndpointSlice | undefined): Said[] {
  const ready = (slice: EndpointSlice | undefined): number =>
    (slice?.endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false).length;
  const [was, is] = [ready(before), ready(after)];
  if (was === is) return [];
  return [{ what: is === 0 ? 'no ready endpoint' : `${is} ready endpoint${is === 1 ? '' : 's'}`, tone: is > was ? 'good' : 'bad' }];
}
