/** Counts requests as the API server's metrics do. Source: apiserver endpoints/metrics/metrics.go, 1.36. */
import { parseTarget, verbOf } from './parse-target.ts';
import type { Call, Target } from './types.ts';

/** Seconds. */
export const BUCKETS: readonly number[] = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
];

interface Duration {
  readonly counts: number[];
  sum: number;
  count: number;
}

const CONNECTED = ['attach', 'exec', 'portforward', 'proxy'];

export class RequestMeter {
  readonly startedMs: number;
  readonly #totals = new Map<string, number>();
  readonly #durations = new Map<string, Duration>();
  #open = 0;

  constructor(startedMs: number) {
    this.startedMs = startedMs;
  }

  get open(): number {
    return this.#open;
  }

  /** Labels, as they stand between braces, and counts. */
  get totals(): Iterable<readonly [string, number]> {
    return this.#totals;
  }

  /** `counts` per bucket, each with those before it. */
  get durations(): Iterable<readonly [string, Duration]> {
    return this.#durations;
  }

  /** A request has begun. Result: what to call with its code when its answer is out; milliseconds of lab time. */
  begin(call: Pick<Call, 'clock' | 'method' | 'path' | 'query' | 'store'>): (code: number) => void {
    const start = call.clock.now();
    this.#open += 1;
    return (code) => {
      this.#open -= 1;
      const target = parseTarget(call.path, call.query, call.store);
      if (target === undefined) return;
      const labels = labelsOf(call.method, target);
      const total = `code="${code}",${labels}`;
      this.#totals.set(total, (this.#totals.get(total) ?? 0) + 1);
      if (labels.includes('verb="WATCH"')) return;
      const seconds = (call.clock.now() - start) / 1000;
      const duration = this.#durations.get(labels) ?? { counts: BUCKETS.map(() => 0), sum: 0, count: 0 };
      this.#durations.set(labels, duration);
      duration.sum += seconds;
      duration.count += 1;
      for (const [index, limit] of BUCKETS.entries()) if (seconds <= limit) duration.counts[index] = (duration.counts[index] ?? 0) + 1;
    };
  }
}

function labelsOf(method: string, target: Target): string {
  const { group, version, plural } = target.served.resource;
  const subresource = target.subresource?.split('/')[0] ?? '';
  const verbs: Readonly<Record<string, string>> = { create: 'POST', update: 'PUT' };
  const word = verbOf(method, target);
  const verb = CONNECTED.includes(subresource) ? 'CONNECT' : (verbs[word] ?? word.toUpperCase());
  const scope = target.name !== undefined ? 'resource' : target.namespace === undefined ? 'cluster' : 'namespace';
  const labels = { component: 'apiserver', dry_run: '', group, resource: plural, scope, subresource, verb, version };
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',');
}
