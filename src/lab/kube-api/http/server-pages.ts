/** What the API server tells of itself: `/metrics`, `/metrics/slis`, `/statusz`, `/flagz`. Source: component-base (metrics, zpages), 1.36; the part that people scrape. */
import { LAB_RESOURCES } from '../lab-resources.ts';
import { HEALTH_NAMES } from './health.ts';
import { BUCKETS } from './request-meter.ts';
import type { Answer, Call } from './types.ts';

const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores';
const WARNING =
  'Warning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees and is for debugging purposes only.';

interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Each line without the family's name. */
  readonly lines: readonly string[];
}

const textOf = (families: readonly Family[]): string =>
  families
    .map(({ name, type, help, lines }) =>
      [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines.map((line) => `${name}${line}`), ''].join('\n'),
    )
    .join('');

function requestFamilies({ meter }: Call): Family[] {
  const durations = [...meter.durations].flatMap(([labels, { counts, sum, count }]) => [
    ...BUCKETS.map((limit, index) => `_bucket{${labels},le="${limit}"} ${counts[index] ?? 0}`),
    `_bucket{${labels},le="+Inf"} ${count}`,
    `_sum{${labels}} ${sum}`,
    `_count{${labels}} ${count}`,
  ]);
  return [
    {
      name: 'apiserver_current_inflight_requests',
      type: 'gauge',
      help: '[STABLE] Maximal number of currently used inflight request limit of this apiserver per request kind in last second.',
      lines: [`{request_kind="readOnly"} ${meter.open}`],
    },
    {
      name: 'apiserver_request_duration_seconds',
      type: 'histogram',
      help: '[STABLE] Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.',
      lines: durations,
    },
    {
      name: 'apiserver_request_total',
      type: 'counter',
      help: '[STABLE] Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
      lines: [...meter.totals].map(([labels, count]) => `{${labels}} ${count}`),
    },
  ];
}

/** Of the lab's one process, whatever runs in it. */
function processFamilies({ meter }: Call): Family[] {
  const { user, system } = process.cpuUsage();
  const memory = process.memoryUsage();
  return [
    {
      name: 'kubernetes_build_info',
      type: 'gauge',
      help: "[ALPHA] A metric with a constant '1' value labeled by major, minor, git version, git commit, git tree state, build date, Go version, and compiler from which Kubernetes was built, and platform on which it is running.",
      lines: ['{git_version="v1.36.2",major="1",minor="36",platform="linux/amd64"} 1'],
    },
    {
      name: 'process_cpu_seconds_total',
      type: 'counter',
      help: 'Total user and system CPU time spent in seconds.',
      lines: [` ${(user + system) / 1e6}`],
    },
    { name: 'process_resident_memory_bytes', type: 'gauge', help: 'Resident memory size in bytes.', lines: [` ${memory.rss}`] },
    {
      name: 'process_start_time_seconds',
      type: 'gauge',
      help: 'Start time of the process since unix epoch in seconds.',
      lines: [` ${meter.startedMs / 1000}`],
    },
  ];
}

function metrics(call: Call): string {
  const held = LAB_RESOURCES.map(({ kind, group, plural }) => ({ group, plural, count: call.store.list(kind).length }));
  const objects: Family = {
    name: 'apiserver_resource_objects',
    type: 'gauge',
    help: '[ALPHA] Number of stored objects at the time of last check split by kind.',
    lines: held.map(({ group, plural, count }) => `{group="${group}",resource="${plural}"} ${count}`),
  };
  return textOf([...requestFamilies(call), objects, ...processFamilies(call)].sort((a, b) => (a.name < b.name ? -1 : 1)));
}

function indicators(): string {
  const lines = Object.entries(HEALTH_NAMES).flatMap(([type, names]) => names.map((name) => `{name="${name}",type="${type}"} 1`));
  return textOf([
    { name: 'kubernetes_healthcheck', type: 'gauge', help: '[STABLE] This metric records the result of a single healthcheck.', lines },
  ]);
}

function status({ meter, clock }: Call): string {
  const seconds = Math.floor((clock.now() - meter.startedMs) / 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const up = `${Math.floor(seconds / 3600)} hr ${two(Math.floor(seconds / 60) % 60)} min ${two(seconds % 60)} sec`;
  const lines = [
    `Started: ${new Date(meter.startedMs).toUTCString()}`,
    `Up: ${up}`,
    'Binary version: 1.36.2',
    'Emulation version: 1.36',
    'Paths: /healthz /livez /metrics /readyz /statusz /version',
  ];
  return ['', 'kube-apiserver statusz', WARNING, '', ...lines, ''].join('\n');
}

/** What holds of the lab. */
const FLAGS = ['anonymous-auth=true', 'authorization-mode=[RBAC]', 'service-cluster-ip-range=10.0.0.0/16'];

/** Undefined for other paths. */
export function serveServerPages(call: Call): Answer | undefined {
  const plain = { 'content-type': 'text/plain; charset=utf-8' };
  switch (call.path) {
    case '/metrics':
      return { status: 200, text: metrics(call), headers: { 'content-type': METRICS_TYPE } };
    case '/metrics/slis':
      return { status: 200, text: indicators(), headers: { 'content-type': METRICS_TYPE } };
    case '/statusz':
      return { status: 200, text: status(call), headers: plain };
    case '/flagz':
      return { status: 200, text: ['', 'kube-apiserver flags', WARNING, '', ...FLAGS, ''].join('\n'), headers: plain };
    default:
      return undefined;
  }
}
