/** Asks every kubelet each 15 s what its pods use, and serves `metrics.k8s.io` from it. Source: metrics-server 0.8, pkg/scraper and pkg/storage. */
import { every, type Cancel } from '../../base/index.ts';
import { formatQuantity, type Node, type Pod } from '../../kubernetes/index.ts';
import { serveMetrics, type LabApi, type NodeMetrics, type PodMetrics, type Usage } from '../kube-api/index.ts';
import type { NodeUse } from '../kubelet/index.ts';

const RESOLUTION_MS = 15_000;
/** A container that is younger than a scrape is measured from its start on, once it is this old. */
const FRESH_MS = 10_000;

export interface MetricsServerOptions {
  /** What a node's kubelet answers; undefined when it does not. */
  readonly use: (node: string) => NodeUse | undefined;
}

interface Point {
  readonly atMs: number;
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
}

interface Measure {
  /** Undefined until there are two. */
  readonly from: Point | undefined;
  readonly to: Point;
}

/** What the last scrape brought; a node that did not answer is not in it, nor are its pods. */
interface Scrape {
  readonly nodes: ReadonlyMap<string, Measure>;
  /** By `namespace/name`, then by container. */
  readonly pods: ReadonlyMap<string, ReadonlyMap<string, Measure>>;
}

/** The first scrape is made at once. What runs already counts as known from a scrape before, for the cluster is older than the lab. */
export function startMetricsServer(api: LabApi, options: MetricsServerOptions): Cancel {
  const { clock } = api;
  let last: Scrape | undefined;
  const look = (): void => {
    last = scrape(api, options, last);
  };
  // Not in this turn: who starts together with it has to be there.
  const cancels = [
    clock.after(0, look),
    every(clock, RESOLUTION_MS, look),
    serveMetrics(api, {
      nodes: () => [...(last?.nodes ?? [])].flatMap(([name, measure]) => nodeMetrics(api, name, measure)),
      pods: (namespace, accepts = () => true) => {
        const wanted = [...(last?.pods ?? [])].filter(([key]) => namespace === undefined || key.startsWith(`${namespace}/`));
        return wanted.flatMap(([key, containers]) => podMetrics(api, key, { containers, accepts }));
      },
    }),
  ];
  return () => {
    for (const cancel of cancels) cancel();
  };
}

function scrape(api: LabApi, { use }: MetricsServerOptions, before: Scrape | undefined): Scrape {
  const atMs = api.clock.now();
  const nodes = new Map<string, Measure>();
  const pods = new Map<string, Map<string, Measure>>();
  for (const { metadata } of api.list<Node>('Node')) {
    const found = use(metadata.name);
    if (found === undefined) continue;
    let worked = 0;
    for (const { namespace, pod, container, startedMs, cpuSeconds, memoryBytes } of found.containers) {
      const key = `${namespace}/${pod}`;
      const to = { atMs, cpuSeconds, memoryBytes };
      const known = before?.pods.get(key)?.get(container)?.to;
      const from = before === undefined ? earlier(to, startedMs) : isSame(known, to, startedMs) ? known : fresh(to, startedMs);
      worked += cpuSeconds - (from?.cpuSeconds ?? 0);
      pods.set(key, (pods.get(key) ?? new Map<string, Measure>()).set(container, { from, to }));
    }
    const to = { atMs, cpuSeconds: found.cpuSeconds, memoryBytes: found.memoryBytes };
    nodes.set(metadata.name, { from: before === undefined ? nodeEarlier(found, to, worked) : before.nodes.get(metadata.name)?.to, to });
  }
  return { nodes, pods };
}

/** One period ago, when its containers and its system had worked that much less. */
function nodeEarlier({ startedMs, systemCpuSeconds }: NodeUse, to: Point, worked: number): Point | undefined {
  const age = to.atMs - startedMs;
  if (age < RESOLUTION_MS) return undefined;
  const cpuSeconds = to.cpuSeconds - worked - systemCpuSeconds * (RESOLUTION_MS / age);
  return { ...to, atMs: to.atMs - RESOLUTION_MS, cpuSeconds };
}

/** A counter that fell, or a start after the last look, is another run of the container. */
const isSame = (known: Point | undefined, to: Point, startedMs: number): known is Point =>
  known !== undefined && startedMs <= known.atMs && known.cpuSeconds <= to.cpuSeconds;

function fresh(to: Point, startedMs: number): Point | undefined {
  const age = to.atMs - startedMs;
  return age >= FRESH_MS && age < RESOLUTION_MS ? { ...to, atMs: startedMs, cpuSeconds: 0 } : undefined;
}

/** One period ago, had it worked evenly since its start. */
function earlier(to: Point, startedMs: number): Point | undefined {
  const age = to.atMs - startedMs;
  if (age < RESOLUTION_MS) return fresh(to, startedMs);
  return { ...to, atMs: to.atMs - RESOLUTION_MS, cpuSeconds: to.cpuSeconds * (1 - RESOLUTION_MS / age) };
}

const timestamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

function usageOf({ from, to }: { readonly from: Point; readonly to: Point }): Usage {
  const seconds = Math.max(0.001, (to.atMs - from.atMs) / 1000);
  const nano = Math.max(0, Math.round(((to.cpuSeconds - from.cpuSeconds) / seconds) * 1e9));
  return {
    cpu: formatQuantity({ nano: BigInt(nano), format: 'DecimalSI' }),
    memory: formatQuantity({ nano: BigInt(to.memoryBytes) * 1_000_000_000n, format: 'BinarySI' }),
  };
}

interface Complete {
  readonly from: Point;
  readonly to: Point;
}

const isComplete = (measure: Measure): measure is Complete => measure.from !== undefined;

const headOf = (api: LabApi, { from, to }: Complete): Pick<NodeMetrics, 'timestamp' | 'window'> & { readonly now: string } => ({
  now: timestamp(api.clock.now()),
  timestamp: timestamp(to.atMs),
  window: `${Math.round(to.atMs - from.atMs) / 1000}s`,
});

function nodeMetrics(api: LabApi, name: string, measure: Measure): NodeMetrics[] {
  const node = api.get<Node>('Node', undefined, name);
  if (node === undefined || !isComplete(measure)) return [];
  const { now, ...head } = headOf(api, measure);
  const metadata = { name, creationTimestamp: now, ...labelsOf(node) };
  return [{ kind: 'NodeMetrics', apiVersion: 'metrics.k8s.io/v1beta1', metadata, ...head, usage: usageOf(measure) }];
}

interface Scraped {
  readonly containers: ReadonlyMap<string, Measure>;
  readonly accepts: (labels: Readonly<Record<string, string>> | undefined) => boolean;
}

/** A pod is shown when it runs and each of its containers is measured. */
function podMetrics(api: LabApi, key: string, { containers, accepts }: Scraped): PodMetrics[] {
  const [namespace = '', name = ''] = key.split('/');
  const pod = api.get<Pod>('Pod', namespace, name);
  if (pod?.status?.phase !== 'Running' || !accepts(pod.metadata.labels)) return [];
  const complete = [...containers].flatMap(([container, measure]) => (isComplete(measure) ? [{ container, measure }] : []));
  const [first] = complete;
  if (first === undefined || complete.length < containers.size) return [];
  const { now, ...head } = headOf(api, first.measure);
  const metadata = { name, namespace, creationTimestamp: now, ...labelsOf(pod) };
  const measured = complete.map(({ container, measure }) => ({ name: container, usage: usageOf(measure) }));
  return [{ kind: 'PodMetrics', apiVersion: 'metrics.k8s.io/v1beta1', metadata, ...head, containers: measured }];
}

const labelsOf = ({ metadata }: Node | Pod): { readonly labels?: Readonly<Record<string, string>> } =>
  metadata.labels === undefined ? {} : { labels: metadata.labels };
