/** What a kubelet's own server answers. Source: pkg/kubelet/server, 1.36 (the pages that people look at). */
import type { Pod } from '../../kubernetes/index.ts';
import type { LabApi } from '../kube-api/index.ts';
import { timestamp } from './pod-status.ts';
import type { NodeRoom } from './pod-worker.ts';
import type { NodeUse } from './usage-meter.ts';

export interface Page {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

const json = (value: unknown): Page => ({ status: 200, type: 'application/json', text: `${JSON.stringify(value)}\n` });
const plain = (text: string, status = 200): Page => ({ status, type: 'text/plain; charset=utf-8', text });

/** `path` begins with a slash. */
export function kubeletPage(api: LabApi, room: NodeRoom, path: string): Page {
  const pods = api.list<Pod>('Pod', { index: { by: 'spec.nodeName', value: room.node } });
  const use = (): NodeUse => room.usage.read(pods, room.clock.now());
  switch (path.replace(/\/$/, '')) {
    case '/healthz':
    case '/healthz/ping':
    case '/healthz/syncloop':
      return plain('ok');
    case '/pods':
      return json({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: pods });
    case '/runningpods':
      return json({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: pods.filter(({ status }) => status?.phase === 'Running') });
    case '/configz':
      return json({
        kubeletconfig: { nodeStatusUpdateFrequency: '10s', nodeStatusReportFrequency: '5m0s', nodeLeaseDurationSeconds: 40, maxPods: 250 },
      });
    case '/stats/summary':
      return json(summary(room, use(), pods));
    case '/metrics/resource':
      return { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', text: resourceMetrics(use(), room.clock.now()) };
    default:
      return plain('404 page not found\n', 404);
  }
}

function summary(room: NodeRoom, use: NodeUse, pods: readonly Pod[]): object {
  const time = timestamp(room.clock.now());
  const usage = (cpuSeconds: number, memoryBytes: number): object => ({
    cpu: { time, usageCoreNanoSeconds: Math.round(cpuSeconds * 1e9) },
    memory: { time, workingSetBytes: memoryBytes, usageBytes: memoryBytes },
  });
  return {
    node: { nodeName: room.node, startTime: timestamp(use.startedMs), ...usage(use.cpuSeconds, use.memoryBytes) },
    pods: pods.map(({ metadata, status }) => ({
      podRef: { name: metadata.name, namespace: metadata.namespace, uid: metadata.uid },
      startTime: status?.startTime,
      containers: use.containers
        .filter(({ namespace, pod }) => namespace === metadata.namespace && pod === metadata.name)
        .map(({ container, startedMs, cpuSeconds, memoryBytes }) => ({
          name: container,
          startTime: timestamp(startedMs),
          ...usage(cpuSeconds, memoryBytes),
        })),
    })),
  };
}

function resourceMetrics({ containers, cpuSeconds, memoryBytes }: NodeUse, nowMs: number): string {
  const family = (name: string, type: string, help: string, lines: readonly string[]): string =>
    [`# HELP ${name} [STABLE] ${help}`, `# TYPE ${name} ${type}`, ...lines.map((line) => `${name}${line} ${Math.round(nowMs)}`), ''].join(
      '\n',
    );
  const of = (read: (use: NodeUse['containers'][number]) => number): string[] =>
    containers.map((use) => `{container="${use.container}",namespace="${use.namespace}",pod="${use.pod}"} ${read(use)}`);
  return [
    family(
      'container_cpu_usage_seconds_total',
      'counter',
      'Cumulative cpu time consumed by the container in core-seconds',
      of((use) => use.cpuSeconds),
    ),
    family(
      'container_memory_working_set_bytes',
      'gauge',
      'Current working set of the container in bytes',
      of((use) => use.memoryBytes),
    ),
    family(
      'container_start_time_seconds',
      'gauge',
      'Start time of the container since unix epoch in seconds',
      of((use) => use.startedMs / 1000),
    ),
    family('node_cpu_usage_seconds_total', 'counter', 'Cumulative cpu time consumed by the node in core-seconds', [` ${cpuSeconds}`]),
    family('node_memory_working_set_bytes', 'gauge', 'Current working set of the node in bytes', [` ${memoryBytes}`]),
    family('scrape_error', 'gauge', '1 if there was an error while getting container metrics, 0 otherwise', [' 0']),
  ].join('');
}
