/**
 * What a node's containers use, as its kubelet's `/metrics/resource` tells it: counters of processor time, and memory.
 *
 * A model, in this order: what the pod states in annotations; else an idle program that works a little for each request its HTTP server
 * really got in the lab's network (probes among them). A container's cpu limit holds.
 */
import { toBytes, toMilliCpu, type Container, type Pod } from '../../kubernetes/index.ts';
import { isSidecar } from './init-containers.ts';

/** Percent of each container's request. */
export const CPU_UTILIZATION = 'evenkeel.dev/cpu-utilization';
/** Quantities for the whole pod, shared evenly by its containers. */
export const CPU_USE = 'evenkeel.dev/cpu-use';
export const MEMORY_USE = 'evenkeel.dev/memory-use';

const IDLE_MILLI_CPU = 1;
/** Processor time of one answered request. */
const REQUEST_CPU_SECONDS = 0.005;
const IDLE_MEMORY = 32 * 2 ** 20;
/** What runs beside pods: the kubelet, the container runtime, the system. */
const SYSTEM_MILLI_CPU = 80;
const SYSTEM_MEMORY = 600 * 2 ** 20;

export interface ContainerUse {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly startedMs: number;
  /** Since its start; never falls while the container runs. */
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
}

export interface NodeUse {
  readonly startedMs: number;
  /** All that ever ran on it, the system among it. */
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
  readonly systemCpuSeconds: number;
  readonly containers: readonly ContainerUse[];
}

interface Counter {
  readonly startedMs: number;
  cpuSeconds: number;
  readMs: number;
  requests: number;
}

export class UsageMeter {
  readonly #requests = new Map<string, number>();
  #counters = new Map<string, Counter>();
  /** Of containers that run no more. */
  #pastCpuSeconds = 0;
  readonly #startedMs: number;

  /** `startedMs`: since when the node works. */
  constructor(startedMs: number) {
    this.#startedMs = startedMs;
  }

  /** The container's server got a request. */
  countRequest(pod: Pod, container: string): void {
    const key = keyOf(pod, container);
    this.#requests.set(key, (this.#requests.get(key) ?? 0) + 1);
  }

  /** Reads all counters. `pods`: those that the API has on this node. */
  read(pods: readonly Pod[], nowMs: number): NodeUse {
    const counters = new Map<string, Counter>();
    const containers = pods.flatMap((pod) => this.#readPod(pod, nowMs, counters));
    for (const [key, counter] of this.#counters) if (counters.get(key) !== counter) this.#pastCpuSeconds += counter.cpuSeconds;
    for (const key of this.#requests.keys()) if (!counters.has(key)) this.#requests.delete(key);
    this.#counters = counters;
    const systemCpuSeconds = (SYSTEM_MILLI_CPU / 1000) * ((nowMs - this.#startedMs) / 1000);
    const podsCpuSeconds = containers.reduce((sum, use) => sum + use.cpuSeconds, this.#pastCpuSeconds);
    return {
      startedMs: this.#startedMs,
      cpuSeconds: systemCpuSeconds + podsCpuSeconds,
      memoryBytes: containers.reduce((sum, use) => sum + use.memoryBytes, SYSTEM_MEMORY),
      systemCpuSeconds,
      containers,
    };
  }

  #readPod(pod: Pod, nowMs: number, counters: Map<string, Counter>): ContainerUse[] {
    const { namespace = 'default', name } = pod.metadata;
    return running(pod).map(({ key, container, startedMs, statedMilliCpu, limitMilliCpu, memoryBytes }) => {
      const known = this.#counters.get(key);
      const counter =
        known?.startedMs === startedMs ? known : { startedMs, cpuSeconds: 0, readMs: Math.min(startedMs, nowMs), requests: 0 };
      const requests = this.#requests.get(key) ?? 0;
      const seconds = (nowMs - counter.readMs) / 1000;
      const served = (requests - counter.requests) * REQUEST_CPU_SECONDS;
      const used = statedMilliCpu === undefined ? (IDLE_MILLI_CPU / 1000) * seconds + served : (statedMilliCpu / 1000) * seconds;
      counter.cpuSeconds += Math.min(used, (limitMilliCpu / 1000) * seconds);
      counter.readMs = nowMs;
      counter.requests = requests;
      counters.set(key, counter);
      return { namespace, pod: name, container, startedMs, cpuSeconds: counter.cpuSeconds, memoryBytes };
    });
  }
}

/** What an object of the API says of a container that runs. */
interface RunningContainer {
  readonly key: string;
  readonly container: string;
  readonly startedMs: number;
  readonly statedMilliCpu: number | undefined;
  readonly limitMilliCpu: number;
  readonly memoryBytes: number;
}

/** Objects never change, and thousands of pods are read every 15 s. */
const known = new WeakMap<Pod, readonly RunningContainer[]>();

function running(pod: Pod): readonly RunningContainer[] {
  const read = known.get(pod);
  if (read !== undefined) return read;
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
  const starts = new Map([...containerStatuses, ...initContainerStatuses].map((status) => [status.name, status.state?.running?.startedAt]));
  const all = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? []).filter(isSidecar)];
  const found = all.flatMap((container): RunningContainer[] => {
    const startedMs = Date.parse(starts.get(container.name) ?? '');
    if (Number.isNaN(startedMs)) return [];
    const limit = container.resources?.limits?.['cpu'];
    return [
      {
        key: keyOf(pod, container.name),
        container: container.name,
        startedMs,
        statedMilliCpu: statedMilliCpu(pod, container, all.length),
        limitMilliCpu: limit === undefined ? Infinity : toMilliCpu(limit),
        memoryBytes: memoryOf(pod, all.length),
      },
    ];
  });
  known.set(pod, found);
  return found;
}

const keyOf = (pod: Pod, container: string): string => `${pod.metadata.uid}/${container}`;

function statedMilliCpu({ metadata }: Pod, { resources }: Container, sharers: number): number | undefined {
  const use = quantityOf(metadata.annotations?.[CPU_USE], toMilliCpu);
  if (use !== undefined) return use / sharers;
  const percent = Number(metadata.annotations?.[CPU_UTILIZATION] ?? Number.NaN);
  const request = resources?.requests?.['cpu'];
  return Number.isFinite(percent) && request !== undefined ? (toMilliCpu(request) * percent) / 100 : undefined;
}

const memoryOf = ({ metadata }: Pod, sharers: number): number => {
  const stated = quantityOf(metadata.annotations?.[MEMORY_USE], toBytes);
  return stated === undefined ? IDLE_MEMORY : Math.round(stated / sharers);
};

/** A text that is no quantity states nothing. */
function quantityOf(text: string | undefined, read: (text: string) => number): number | undefined {
  if (text === undefined) return undefined;
  try {
    return read(text);
  } catch {
    return undefined;
  }
}
