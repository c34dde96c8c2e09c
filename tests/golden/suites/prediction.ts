/** The failure clock against recorded failures: who is noticed, evicted, replaced when, and what stays Pending in which words. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '../../../src/base/index.ts';
import { buildModel, snapshotFromObjects } from '../../../src/cluster/index.ts';
import type { KubeObject } from '../../../src/kubernetes/index.ts';
import { clockSettingsFor, predictFailure } from '../../../src/whatif/index.ts';
import type { Prediction } from '../../../src/whatif/index.ts';
import type { GoldenCase, GoldenSuite } from '../golden-suite.ts';

interface Event {
  readonly t: number;
  readonly kind: string;
  readonly name?: string;
  readonly what: string;
  readonly args?: readonly string[];
  readonly status?: string;
  readonly reason?: string;
  readonly node?: string;
  readonly message?: string;
}

interface Manifest extends KubeObject {
  readonly spec?: { readonly template?: { readonly metadata?: object; readonly spec?: object }; readonly selector?: object };
}

interface Timeline {
  readonly name: string;
  readonly version: string;
  readonly observedUntil: number;
  readonly timing: Readonly<Record<string, number>>;
  readonly manifests: readonly Manifest[];
  readonly initial: {
    readonly nodes: Readonly<Record<string, { readonly labels: Readonly<Record<string, string>>; readonly allocatable: object; readonly taints: readonly object[] }>>;
    readonly pods: Readonly<Record<string, { readonly node: string; readonly phase: string }>>;
  };
  readonly events: readonly Event[];
}

/** Seconds by which a watching client may be late, and controllers behind each other. */
const SLACK_S = 0.35;

/** Failures in which nodes stop and nobody does anything else before they are noticed. */
export const suite: GoldenSuite = {
  name: 'prediction',
  async *run(dir) {
    const folder = existsSync(join(dir, 'timelines')) ? join(dir, 'timelines') : dir;
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.json')).sort()) {
      const timeline = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Timeline; // the format of its README
      const [first] = timeline.events;
      const noticedAfter = (timeline.timing['nodeMonitorGracePeriodSeconds'] ?? 0) + 1;
      if (first?.what === 'kill' && nextAction(timeline) > noticedAfter) yield* compare(timeline, first.args ?? []);
    }
  },
};

function* compare(timeline: Timeline, killed: readonly string[]): Generator<GoldenCase> {
  const next = nextAction(timeline);
  const events = timeline.events.filter(({ t }) => t < next);
  const prediction = predict(timeline, killed);
  const notReady = new Map<string, number>();
  const [, noticed] = prediction.timeline;
  for (const node of killed) {
    const at = events.find((event) => event.kind === 'Node' && event.name === node && event.what === 'ready')?.t;
    if (at !== undefined) notReady.set(node, at);
    const [from, to] = [(noticed?.earliestMs ?? 0) / 1000 - SLACK_S, (noticed?.latestMs ?? 0) / 1000 + SLACK_S];
    yield result('not-ready', `${timeline.name}/${node}`, at !== undefined && at >= from && at <= to, `at ${at}, expected ${from} to ${to}`);
  }
  // Which of several nodes is tainted first is chance; so the first is compared with the first, the second with the second.
  const evictedAt = (name: string): number | undefined =>
    events.find((event) => event.kind === 'Pod' && event.name === name && event.what === 'deletionTimestamp')?.t;
  const firstOf = (node: string): number => Math.min(...prediction.pods.filter((fate) => fate.node === node).map(({ name }) => evictedAt(name) ?? Infinity));
  const predictedOf = (node: string): number => Math.min(...prediction.pods.filter((fate) => fate.node === node).map((fate) => fate.evictedAtMs ?? Infinity));
  const recordedOrder = [...killed].sort((a, b) => firstOf(a) - firstOf(b));
  const shifts = [...killed].sort((a, b) => predictedOf(a) - predictedOf(b)).map((node) => taintDelay(prediction, node));
  const preempted = (fates: readonly { readonly node: string }[]): number => fates.filter(({ node }) => !killed.includes(node)).length;
  const displaced = events.filter(({ what, reason }) => what === 'disruptionTarget' && reason === 'PreemptionByScheduler').length;
  // Which of equal victims goes is chance; how many go is not.
  if (displaced > 0 || preempted(prediction.pods) > 0) {
    yield result('preempted', timeline.name, displaced === preempted(prediction.pods), `${displaced} pods, predicted ${preempted(prediction.pods)}`);
  }
  for (const fate of prediction.pods.filter(({ node }) => killed.includes(node))) {
    const id = `${timeline.name}/${fate.name}`;
    const at = evictedAt(fate.name);
    const since = notReady.get(fate.node) ?? 0;
    const turn = (shifts[recordedOrder.indexOf(fate.node)] ?? 0) - taintDelay(prediction, fate.node);
    const predictedS = fate.evictedAtMs === undefined ? undefined : (fate.evictedAtMs - (noticed?.atMs ?? 0) + turn) / 1000;
    const inSight = predictedS !== undefined && since + predictedS < next;
    yield result('evicted', id, (at !== undefined) === inSight, `recorded at ${at}, predicted ${predictedS} s after ${since}`);
    if (at === undefined || predictedS === undefined || !inSight) continue;
    // Nodes of one failure may be noticed a monitor pass apart.
    const slack = SLACK_S + (killed.length > 1 ? (timeline.timing['nodeMonitorPeriodSeconds'] ?? 0) : 0);
    yield result('evicted-when', id, Math.abs(at - since - predictedS) <= slack, `${(at - since).toFixed(2)} s after NotReady, predicted ${predictedS}`);
  }
  yield* compareReplacements(timeline, events, prediction, next);
}

/** By how much a node's evictions come after those of the first node. */
function taintDelay({ pods }: Prediction, node: string): number {
  const times = (of: (fate: Prediction['pods'][number]) => boolean): number =>
    Math.min(...pods.filter((fate) => of(fate)).map(({ evictedAtMs }) => evictedAtMs ?? Infinity));
  const delay = times((fate) => fate.node === node) - times(() => true);
  return Number.isFinite(delay) ? delay : 0;
}

function nextAction({ events, observedUntil }: Timeline): number {
  return events.find(({ t, kind }) => kind === 'Action' && t > 1)?.t ?? observedUntil;
}

function* compareReplacements(timeline: Timeline, events: readonly Event[], prediction: Prediction, until: number): Generator<GoldenCase> {
  const workloads = new Set(prediction.pods.map(({ workload }) => workload));
  for (const workload of workloads) {
    const [kind = '', , name = ''] = workload.split('/');
    if (kind === 'Pod' || kind === 'DaemonSet') continue;
    const id = `${timeline.name}/${name}`;
    const fates = prediction.pods.filter((fate) => fate.workload === workload && (fate.evictedAtMs ?? Infinity) / 1000 < until - 1);
    const created = events.filter(({ kind: what, what: did, name: pod = '' }) => what === 'Pod' && did === 'created' && pod.startsWith(`${name}-`)).map((event) => event.name);
    const replaced = fates.filter(({ fate }) => fate === 'replaced').length;
    const pending = fates.filter(({ fate }) => fate === 'pending');
    const bound = events.filter((event) => event.kind === 'Pod' && event.what === 'bound' && created.includes(event.name) && !prediction.failure.nodes.includes(event.node ?? '')).length;
    yield result('replaced', id, bound === replaced, `${bound} bound, predicted ${replaced}`);
    const refusals = events.filter((event) => event.kind === 'Pod' && event.what === 'unscheduled' && created.includes(event.name));
    const words = (message: string | undefined): string => message?.split(', preemption:')[0]?.split('. ')[0] ?? '';
    for (const { replacement } of pending.slice(0, 1)) {
      const said = words(replacement?.node === undefined ? replacement?.message : undefined);
      // What the scheduler did not refuse has no words of the scheduler.
      if (!said.startsWith('0/')) continue;
      const agreed = refusals.some(({ message }) => words(message).startsWith(said.replace(/\.$/, '')));
      yield result('pending-words', id, agreed, `${said} against ${words(refusals[0]?.message)}`);
    }
  }
}

function result(area: string, id: string, agreed: boolean, why: string): GoldenCase {
  return agreed ? { area, id, agreed } : { area, id, agreed, why };
}

function predict(timeline: Timeline, killed: readonly string[]): Prediction {
  const { timing } = timeline;
  const ms = (name: string): number => (timing[name] ?? 0) * 1000;
  const settings = clockSettingsFor(timeline.version, {
    nodeMonitorGracePeriodMs: ms('nodeMonitorGracePeriodSeconds'),
    nodeMonitorPeriodMs: ms('nodeMonitorPeriodSeconds'),
    heartbeatPeriodMs: ms('leaseRenewSeconds'),
    defaultTolerationMs: ms('defaultTolerationSeconds'),
    ...(timeline.version.startsWith('1.20') ? { noExecuteDelayMs: ms('nodeMonitorPeriodSeconds') } : {}),
    imageMs: ms('podStartSeconds'),
    readinessMs: 0,
  });
  const snapshot = snapshotFromObjects(objectsOf(timeline), { source: timeline.name, capturedAt: '2026-01-01T00:00:00Z' });
  return predictFailure(buildModel(snapshot), { kind: 'zone', zone: '', nodes: killed }, { random: createRandom(timeline.name), settings });
}

function objectsOf({ manifests, initial }: Timeline): unknown[] {
  const nodes = Object.entries(initial.nodes).map(([name, { labels, allocatable, taints }]) => ({
    kind: 'Node',
    metadata: { name, labels },
    spec: { taints },
    status: { allocatable },
  }));
  const priorities = new Map(manifests.map((manifest) => [manifest.metadata.name, (manifest as { value?: number }).value])); // of a PriorityClass
  const pods = Object.entries(initial.pods).map(([name, { node, phase }]) => {
    const owner = manifests.find((manifest) => manifest.kind !== 'Service' && (name === manifest.metadata.name || name.replace(/(-r\d+)?-\d+$/, '') === manifest.metadata.name));
    const template = owner?.kind === 'Pod' ? owner : owner?.spec?.template;
    const { metadata, spec } = (template ?? {}) as { metadata?: object; spec?: { priorityClassName?: string } }; // either has both
    const set = owner?.kind === 'Deployment' ? { kind: 'ReplicaSet', name: `${owner.metadata.name}-r1` } : { kind: owner?.kind, name: owner?.metadata.name };
    const priority = priorities.get(spec?.priorityClassName ?? '');
    return {
      kind: 'Pod',
      metadata: { ...metadata, name, namespace: 'default', ...(owner?.kind === 'Pod' ? {} : { ownerReferences: [{ ...set, controller: true }] }) },
      spec: { ...spec, nodeName: node, ...(priority === undefined ? {} : { priority }) },
      status: { phase, conditions: [{ type: 'Ready', status: 'True' }] },
    };
  });
  const sets = manifests.flatMap(({ kind, metadata, spec }) =>
    kind === 'Deployment'
      ? [{ kind: 'ReplicaSet', metadata: { name: `${metadata.name}-r1`, ownerReferences: [{ kind, name: metadata.name, controller: true }] }, spec }]
      : [],
  );
  return [...nodes, ...manifests, ...sets, ...pods];
}
